//! The one write path: what may be tried again is, with full jitter, until patience ends; what a condition
//! refused is told item by item.

use std::future::Future;
use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};

use super::client::Store;
use super::row::Item;
use crate::error::{Cause, Error, Result};
use crate::fault::Fault;
use crate::outbox::add;
use crate::retry;

/// The longest pause after the first failed attempt; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(4);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// Error codes after which nothing was written and the same call may be made again.
const RETRYABLE_CODES: [&str; 8] = [
    "TransactionConflictException",
    "TransactionInProgressException",
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "InternalServerError",
    "ServiceUnavailable",
    "LimitExceededException",
];

/// Why a transaction did not happen.
#[derive(Debug)]
pub(super) enum TransactError {
    /// One entry an item of the transaction, in order: whether its condition failed, and the item that was met.
    ConditionsFailed(Vec<ConditionOutcome>),
    /// Anything else.
    Other(Error),
}

impl From<Error> for TransactError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl TransactError {
    /// The error for a caller that expected no condition to fail.
    pub(super) fn into_error(self) -> Error {
        match self {
            Self::ConditionsFailed(_) => Error::internal("a condition failed that cannot fail"),
            Self::Other(error) => error,
        }
    }
}

/// What became of one item of a cancelled transaction.
#[derive(Debug, Default)]
pub(super) struct ConditionOutcome {
    /// Whether its condition failed.
    pub(super) failed: bool,
    /// The item that was there.
    pub(super) existing: Option<Item>,
}

/// Why one attempt ended.
enum Attempt<E> {
    /// Nothing was written; again.
    Retry(Cause),
    /// An answer.
    Done(E),
}

impl Store {
    /// Makes one call, again while it may be, until patience ends; then it is [`Error::Busy`].
    async fn with_retries<T, E, F, Fut>(&self, mut call: F) -> Result<T, E>
    where
        T: Send,
        E: From<Error> + Send,
        F: FnMut() -> Fut + Send,
        Fut: Future<Output = Result<T, Attempt<E>>> + Send,
    {
        let mut pauses = retry::pauses(FIRST_PAUSE, LONGEST_PAUSE, &*self.ids);
        let until = add(self.clock.now(), self.retry_budget);
        loop {
            match call().await {
                Ok(answer) => return Ok(answer),
                Err(Attempt::Done(error)) => return Err(error),
                Err(Attempt::Retry(cause)) => match pauses.next() {
                    Some(pause) if add(self.clock.now(), pause) < until => {
                        self.clock.sleep(pause).await;
                    }
                    _ => return Err(E::from(Error::Unavailable(cause))),
                },
            }
        }
    }

    /// Passes a fault point on the way to the table.
    async fn check_fault(&self, name: &'static str) -> Result<bool, Cause> {
        match self.faults.check(name).await {
            Some(Fault::RefuseConnection) => Err(format!("fault point {name}").into()),
            Some(Fault::DropResponse) => Ok(true),
            None => Ok(false),
        }
    }

    /// Writes all `items` or none.
    pub(super) async fn transact(
        &self,
        items: Vec<TransactWriteItem>,
    ) -> Result<(), TransactError> {
        // One token for all tries: a try whose answer was lost is not made twice.
        let token = format!("{:032x}", self.ids.random());
        self.with_retries(|| async {
            let drop_response = self.check_fault("table.transact").await.map_err(Attempt::Retry)?;
            let call = self.client.transact_write_items();
            let call = call.set_transact_items(Some(items.clone())).client_request_token(&token);
            match call.send().await {
                Ok(_) if drop_response => Err(Attempt::Retry("the response was dropped".into())),
                Ok(_) => Ok(()),
                Err(error) => Err(classify_cancellation(error)),
            }
        })
        .await
    }

    /// Makes one write or read that stands alone, again while it may be.
    pub(super) async fn call<T, E, F, Fut>(
        &self,
        point: &'static str,
        call: F,
    ) -> Result<T, WriteError>
    where
        T: Send,
        F: Fn() -> Fut + Send + Sync,
        Fut: Future<Output = Result<T, SdkError<E>>> + Send,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        self.with_retries(|| async {
            let drop_response = self.check_fault(point).await.map_err(Attempt::Retry)?;
            match call().await {
                Ok(_) if drop_response => Err(Attempt::Retry("the response was dropped".into())),
                Ok(response) => Ok(response),
                Err(error) if error.code() == Some("ConditionalCheckFailedException") => {
                    Err(Attempt::Done(WriteError::ConditionFailed))
                }
                Err(error) => Err(classify_error(error)),
            }
        })
        .await
    }
}

/// Why a write that stands alone did not happen.
#[derive(Debug)]
pub(super) enum WriteError {
    /// Its condition failed.
    ConditionFailed,
    /// Anything else.
    Other(Error),
}

impl From<Error> for WriteError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// `Ok(None)` where the condition failed.
pub(super) fn none_if_condition_failed<T>(result: Result<T, WriteError>) -> Result<Option<T>> {
    match result {
        Ok(response) => Ok(Some(response)),
        Err(WriteError::ConditionFailed) => Ok(None),
        Err(WriteError::Other(error)) => Err(error),
    }
}

/// The answer of a call that has no condition.
pub(super) fn unconditional<T>(result: Result<T, WriteError>) -> Result<T> {
    result.map_err(|error| match error {
        WriteError::ConditionFailed => Error::internal("a condition failed that was never set"),
        WriteError::Other(error) => error,
    })
}

fn classify_error<E, T: From<Error>>(error: SdkError<E>) -> Attempt<T>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let code = error.code().unwrap_or_default();
    let no_response = matches!(
        error,
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_)
    );
    if no_response || RETRYABLE_CODES.contains(&code) {
        Attempt::Retry(Box::new(error))
    } else {
        Attempt::Done(T::from(Error::internal(error)))
    }
}

fn classify_cancellation(error: SdkError<TransactWriteItemsError>) -> Attempt<TransactError> {
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
        error.as_service_error()
    else {
        return classify_error(error);
    };
    let reasons = canceled.cancellation_reasons();
    let has_code = |code: &str| reasons.iter().any(|reason| reason.code() == Some(code));
    if has_code("ConditionalCheckFailed") {
        let outcomes = reasons.iter().map(|reason| ConditionOutcome {
            failed: reason.code() == Some("ConditionalCheckFailed"),
            existing: reason.item().cloned(),
        });
        return Attempt::Done(TransactError::ConditionsFailed(outcomes.collect()));
    }
    if has_code("TransactionConflict")
        || has_code("ThrottlingError")
        || has_code("ProvisionedThroughputExceeded")
    {
        return Attempt::Retry(Box::new(error));
    }
    Attempt::Done(TransactError::Other(Error::internal(error)))
}

/// Puts `item` if nothing is under its key, and tells what was met otherwise.
pub(super) fn put_if_absent(table: &str, item: Item) -> Result<TransactWriteItem> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .map_err(Error::internal)?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// Puts `item`, whatever is under its key.
pub(super) fn put(table: &str, item: Item) -> Result<TransactWriteItem> {
    let put =
        Put::builder().table_name(table).set_item(Some(item)).build().map_err(Error::internal)?;
    Ok(TransactWriteItem::builder().put(put).build())
}
