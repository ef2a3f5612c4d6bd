//! The only write path. Retries retryable errors with jitter until the budget is spent and reports failed conditions per
//! item.

use std::future::Future;
use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;

use super::client::Store;
use super::row::Item;
use crate::clock::Clock;
use crate::error::{Cause, Error, Result};
use crate::fault::Fault;
use crate::outbox::add;
use crate::retry;

/// The longest pause after the first failed attempt; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(4);
const MAX_PAUSE: Duration = Duration::from_millis(400);

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

/// The reason why a transaction was not written.
#[derive(Debug)]
pub(super) enum TransactError {
    /// At least one condition failed. One entry per item of the transaction, in order.
    ConditionsFailed(Vec<CanceledItem>),
    /// Any other error.
    Other(Error),
}

impl From<Error> for TransactError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// One item of a canceled transaction.
#[derive(Debug, Default)]
pub(super) struct CanceledItem {
    /// Whether its condition failed.
    pub(super) failed: bool,
    /// The existing item.
    pub(super) existing: Option<Item>,
}

/// The reason why an attempt ended without success.
enum Attempt<E> {
    /// Nothing was written; the call may be repeated.
    Retry(Cause),
    /// A final error.
    Done(E),
}

/// The pauses between the attempts of one operation, until its time is up.
pub(super) struct RetryBudget<'a> {
    clock: &'a dyn Clock,
    pauses: Box<dyn Iterator<Item = Duration> + Send + 'a>,
    until: Timestamp,
}

impl RetryBudget<'_> {
    /// Waits before the next attempt.
    ///
    /// # Errors
    /// `Unavailable` with `cause`, if the time would be up after the pause.
    pub(super) async fn pause(&mut self, cause: Cause) -> Result<()> {
        match self.pauses.next() {
            Some(pause) if add(self.clock.now(), pause) < self.until => {
                self.clock.sleep(pause).await;
                Ok(())
            }
            _ => Err(Error::Unavailable(cause)),
        }
    }
}

impl Store {
    /// Repeats a call while its errors are retryable, until the retry budget is spent.
    async fn with_retries<T, E, F, Fut>(&self, mut call: F) -> Result<T, E>
    where
        T: Send,
        E: From<Error> + Send,
        F: FnMut() -> Fut + Send,
        Fut: Future<Output = Result<T, Attempt<E>>> + Send,
    {
        let mut budget = self.retry_budget();
        loop {
            match call().await {
                Ok(answer) => return Ok(answer),
                Err(Attempt::Done(error)) => return Err(error),
                Err(Attempt::Retry(cause)) => budget.pause(cause).await?,
            }
        }
    }

    /// Starts the retry budget of one operation.
    pub(super) fn retry_budget(&self) -> RetryBudget<'_> {
        RetryBudget {
            clock: &*self.clock,
            pauses: Box::new(retry::pauses(FIRST_PAUSE, MAX_PAUSE, &*self.ids)),
            until: add(self.clock.now(), self.retry_budget),
        }
    }

    /// Checks a fault point. Returns whether the response must be dropped.
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
        // One token for all attempts: an attempt whose response was lost is not repeated.
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

    /// Makes one read or write outside of a transaction, with retries.
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

/// The reason why a single write was not made.
#[derive(Debug)]
pub(super) enum WriteError {
    /// Its condition failed.
    ConditionFailed,
    /// Any other error.
    Other(Error),
}

impl From<Error> for WriteError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Returns `Ok(None)` if the condition failed.
pub(super) fn none_if_condition_failed<T>(result: Result<T, WriteError>) -> Result<Option<T>> {
    match result {
        Ok(response) => Ok(Some(response)),
        Err(WriteError::ConditionFailed) => Ok(None),
        Err(WriteError::Other(error)) => Err(error),
    }
}

/// Returns the response of a call without a condition.
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
        let items = reasons.iter().map(|reason| CanceledItem {
            failed: reason.code() == Some("ConditionalCheckFailed"),
            existing: reason.item().cloned(),
        });
        return Attempt::Done(TransactError::ConditionsFailed(items.collect()));
    }
    if has_code("TransactionConflict")
        || has_code("ThrottlingError")
        || has_code("ProvisionedThroughputExceeded")
    {
        return Attempt::Retry(Box::new(error));
    }
    Attempt::Done(TransactError::Other(Error::internal(error)))
}
