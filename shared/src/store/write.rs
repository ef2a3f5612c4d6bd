//! The one write path: what may be tried again is, with full jitter, until patience ends; what a condition
//! refused is told item by item.

use std::future::Future;
use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};

use super::Store;
use super::row::Item;
use crate::error::{Cause, Error, Result};
use crate::fault::Fault;
use crate::intent::later;
use crate::retry;

/// The longest pause after the first failed attempt; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(4);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// Error codes after which nothing was written and the same call may be made again.
const TRY_AGAIN: [&str; 8] = [
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
pub(super) enum Refusal {
    /// One entry an item of the transaction, in order: whether its condition failed, and the item that was met.
    Conditions(Vec<Verdict>),
    /// Anything else.
    Other(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Refusal {
    /// The error for a caller that expected no condition to fail.
    pub(super) fn unexpected(self) -> Error {
        match self {
            Self::Conditions(_) => Error::failed("a condition failed that cannot fail"),
            Self::Other(error) => error,
        }
    }
}

/// What became of one item of a cancelled transaction.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Whether its condition failed.
    pub(super) failed: bool,
    /// The item that was there.
    pub(super) met: Option<Item>,
}

/// Why one attempt ended.
enum Attempt<E> {
    /// Nothing was written; again.
    Again(Cause),
    /// An answer.
    Final(E),
}

impl Store {
    /// Makes one call, again while it may be, until patience ends; then it is [`Error::Busy`].
    async fn persist<T, E, F, Fut>(&self, mut call: F) -> Result<T, E>
    where
        T: Send,
        E: From<Error> + Send,
        F: FnMut() -> Fut + Send,
        Fut: Future<Output = Result<T, Attempt<E>>> + Send,
    {
        let mut pauses = retry::pauses(FIRST_PAUSE, LONGEST_PAUSE, &*self.ids);
        let until = later(self.clock.now(), self.patience);
        loop {
            match call().await {
                Ok(answer) => return Ok(answer),
                Err(Attempt::Final(error)) => return Err(error),
                Err(Attempt::Again(cause)) => match pauses.next() {
                    Some(pause) if later(self.clock.now(), pause) < until => {
                        self.clock.sleep(pause).await;
                    }
                    _ => return Err(E::from(Error::Busy(cause))),
                },
            }
        }
    }

    /// Passes a fault point on the way to the table.
    async fn point(&self, name: &'static str) -> Result<bool, Cause> {
        match self.faults.pass(name).await {
            Some(Fault::Refuse) => Err(format!("fault point {name}").into()),
            Some(Fault::LoseAnswer) => Ok(true),
            None => Ok(false),
        }
    }

    /// Writes all `items` or none.
    pub(super) async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<(), Refusal> {
        // One token for all tries: a try whose answer was lost is not made twice.
        let token = format!("{:032x}", self.ids.random());
        self.persist(|| async {
            let lost = self.point("table.transact").await.map_err(Attempt::Again)?;
            let call = self.client.transact_write_items();
            let call = call.set_transact_items(Some(items.clone())).client_request_token(&token);
            match call.send().await {
                Ok(_) if lost => Err(Attempt::Again("the answer was lost".into())),
                Ok(_) => Ok(()),
                Err(error) => Err(verdicts(error)),
            }
        })
        .await
    }

    /// Makes one write or read that stands alone, again while it may be.
    pub(super) async fn single<T, E, F, Fut>(&self, point: &'static str, call: F) -> Result<T, Lone>
    where
        T: Send,
        F: Fn() -> Fut + Send + Sync,
        Fut: Future<Output = Result<T, SdkError<E>>> + Send,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        self.persist(|| async {
            let lost = self.point(point).await.map_err(Attempt::Again)?;
            match call().await {
                Ok(_) if lost => Err(Attempt::Again("the answer was lost".into())),
                Ok(answer) => Ok(answer),
                Err(error) if error.code() == Some("ConditionalCheckFailedException") => {
                    Err(Attempt::Final(Lone::Condition))
                }
                Err(error) => Err(judge(error)),
            }
        })
        .await
    }
}

/// Why a write that stands alone did not happen.
#[derive(Debug)]
pub(super) enum Lone {
    /// Its condition failed.
    Condition,
    /// Anything else.
    Other(Error),
}

impl From<Error> for Lone {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// `Ok(None)` where the condition failed.
pub(super) fn unless_refused<T>(result: Result<T, Lone>) -> Result<Option<T>> {
    match result {
        Ok(answer) => Ok(Some(answer)),
        Err(Lone::Condition) => Ok(None),
        Err(Lone::Other(error)) => Err(error),
    }
}

/// The answer of a call that has no condition.
pub(super) fn always<T>(result: Result<T, Lone>) -> Result<T> {
    result.map_err(|refusal| match refusal {
        Lone::Condition => Error::failed("a condition failed that was never set"),
        Lone::Other(error) => error,
    })
}

fn judge<E, T: From<Error>>(error: SdkError<E>) -> Attempt<T>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let code = error.code().unwrap_or_default();
    let not_answered = matches!(
        error,
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_)
    );
    if not_answered || TRY_AGAIN.contains(&code) {
        Attempt::Again(Box::new(error))
    } else {
        Attempt::Final(T::from(Error::failed(error)))
    }
}

fn verdicts(error: SdkError<TransactWriteItemsError>) -> Attempt<Refusal> {
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
        error.as_service_error()
    else {
        return judge(error);
    };
    let reasons = canceled.cancellation_reasons();
    let code = |wanted: &str| reasons.iter().any(|reason| reason.code() == Some(wanted));
    if code("ConditionalCheckFailed") {
        let verdicts = reasons.iter().map(|reason| Verdict {
            failed: reason.code() == Some("ConditionalCheckFailed"),
            met: reason.item().cloned(),
        });
        return Attempt::Final(Refusal::Conditions(verdicts.collect()));
    }
    if code("TransactionConflict")
        || code("ThrottlingError")
        || code("ProvisionedThroughputExceeded")
    {
        return Attempt::Again(Box::new(error));
    }
    Attempt::Final(Refusal::Other(Error::failed(error)))
}

/// Puts `item` if nothing is under its key, and tells what was met otherwise.
pub(super) fn put_new(table: &str, item: Item) -> Result<TransactWriteItem> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .map_err(Error::failed)?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// Puts `item`, whatever is under its key.
pub(super) fn put(table: &str, item: Item) -> Result<TransactWriteItem> {
    let put =
        Put::builder().table_name(table).set_item(Some(item)).build().map_err(Error::failed)?;
    Ok(TransactWriteItem::builder().put(put).build())
}
