//! A partition worker: processes its records in order, in batches, with retries.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

use super::failure::{FailedBatch, FailureReason};
use super::mapping::Mapping;
use super::record::Record;

/// The delay before the first retry of a batch, doubled with each retry up to [`MAX_RETRY_DELAY`].
const FIRST_RETRY_DELAY: Duration = Duration::from_millis(20);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(5);

/// Processes the records of a mapping that belong to one partition.
pub(super) struct PartitionWorker {
    pub mapping: Arc<Mapping>,
    pub records: UnboundedReceiver<Arc<Record>>,
    pub stopping: watch::Receiver<bool>,
}

/// Records that are delivered together.
#[derive(Debug)]
struct Batch {
    records: Vec<Arc<Record>>,
    /// Failures that count as retries.
    failures: u32,
    /// The number of invocations that contained its first record.
    invocations: u32,
}

/// The records of an invocation that are not consumed: everything from `from` on.
struct BatchFailure {
    from: usize,
    reason: String,
}

impl PartitionWorker {
    /// Runs until the mapping stops.
    ///
    /// A running invocation is completed.
    pub(super) async fn run(mut self) {
        while let Some(batch) = self.next_batch().await {
            let mut work = VecDeque::from([batch]);
            while let Some(batch) = work.pop_front() {
                if *self.stopping.borrow() {
                    return;
                }
                for rest in self.deliver(batch).await.into_iter().rev() {
                    work.push_front(rest);
                }
            }
        }
    }

    /// Returns the next batch: all waiting records, or those that arrive within the window.
    async fn next_batch(&mut self) -> Option<Batch> {
        let spec = &self.mapping.spec;
        let size = spec.batch_size.max(1);
        let first = tokio::select! {
            first = self.records.recv() => first?,
            _ = self.stopping.wait_for(|stopping| *stopping) => return None,
        };
        let mut records = vec![first];
        let mut window = (!spec.window.is_zero()).then(|| self.mapping.clock.sleep(spec.window));
        while records.len() < size {
            match (self.records.try_recv(), &mut window) {
                (Ok(record), _) => records.push(record),
                (Err(_), None) => break,
                (Err(_), Some(window_end)) => tokio::select! {
                    record = self.records.recv() => records.push(record?),
                    () = window_end => window = None,
                },
            }
        }
        Some(Batch { records, failures: 0, invocations: 0 })
    }

    /// Invokes the function once and returns the batches that remain, in order.
    async fn deliver(&self, batch: Batch) -> Vec<Batch> {
        let mut batch = self.drop_expired(batch).await;
        if batch.records.is_empty() {
            return Vec::new();
        }
        batch.invocations += 1;
        let Some(failure) = self.invoke(&batch.records).await else {
            self.mapping.mark_consumed(&batch.records);
            return Vec::new();
        };
        let mut rest = batch;
        if failure.from > 0 {
            let records = rest.records.split_off(failure.from);
            self.mapping.mark_consumed(&rest.records);
            rest = Batch { records, failures: 0, invocations: 1 };
        }
        if self.mapping.spec.bisect && rest.records.len() > 1 {
            // Bisecting does not count as a retry.
            let later = rest.records.split_off(rest.records.len().div_ceil(2));
            return vec![rest, Batch { records: later, failures: 0, invocations: 1 }];
        }
        rest.failures += 1;
        if self.mapping.spec.retries.is_some_and(|retries| rest.failures > retries) {
            self.give_up(rest, FailureReason::RetryAttemptsExhausted, &failure.reason).await;
            return Vec::new();
        }
        self.wait_before_retry(rest.failures).await;
        vec![rest]
    }

    /// Abandons records that are older than the maximum age.
    async fn drop_expired(&self, batch: Batch) -> Batch {
        let oldest = self.mapping.clock.now().as_second() - self.mapping.max_age();
        let Batch { records, failures, invocations } = batch;
        let (expired, records): (Vec<_>, Vec<_>) =
            records.into_iter().partition(|record| record.written_at < oldest);
        if !expired.is_empty() {
            let expired_batch = Batch { records: expired, failures, invocations };
            self.give_up(
                expired_batch,
                FailureReason::RecordAgeExceeded,
                "the record is older than the maximum record age",
            )
            .await;
        }
        Batch { records, failures, invocations }
    }

    async fn invoke(&self, records: &[Arc<Record>]) -> Option<BatchFailure> {
        let events: Vec<&Value> = records.iter().map(|record| &record.event).collect();
        let call =
            (self.mapping.invoke)(self.mapping.function.clone(), json!({ "Records": events }));
        // A task of its own, so that a panic is one failed invocation.
        match tokio::spawn(call).await {
            Ok(Ok(response)) if self.mapping.spec.partial_failures => {
                failed_from(&response, records)
            }
            Ok(Ok(_)) => None,
            Ok(Err(reason)) => Some(BatchFailure { from: 0, reason }),
            Err(panic) => Some(BatchFailure { from: 0, reason: panic.to_string() }),
        }
    }

    async fn give_up(&self, batch: Batch, condition: FailureReason, reason: &str) {
        let mapping = &self.mapping;
        let failed_batch = FailedBatch {
            records: &batch.records,
            condition,
            invocations: batch.invocations,
            reason,
            function_arn: &mapping.function_arn,
            stream_arn: &mapping.stream_arn,
            at: mapping.clock.now(),
        };
        tracing::warn!(
            function.name = mapping.function,
            records = batch.records.len(),
            reason,
            "Stream records abandoned"
        );
        if let Some(message) = failed_batch.message() {
            mapping.store_failure(message).await;
        }
        mapping.mark_consumed(&batch.records);
    }

    async fn wait_before_retry(&self, failures: u32) {
        let delay = FIRST_RETRY_DELAY * 2_u32.saturating_pow(failures.saturating_sub(1).min(16));
        let mut stopping = self.stopping.clone();
        tokio::select! {
            () = self.mapping.clock.sleep(delay.min(MAX_RETRY_DELAY)) => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
    }
}

/// Returns the failure that `batchItemFailures` reports, or `None` for success.
///
/// An unknown item fails the whole batch.
fn failed_from(response: &Value, records: &[Arc<Record>]) -> Option<BatchFailure> {
    let items = response.get("batchItemFailures")?.as_array().filter(|items| !items.is_empty())?;
    let indexes = items.iter().map(|item| {
        let sequence = item.get("itemIdentifier").and_then(Value::as_str);
        records.iter().position(|record| Some(record.sequence.as_str()) == sequence)
    });
    let from = indexes.min().flatten().unwrap_or(0);
    let sequence = records.get(from).map_or("", |record| &record.sequence);
    Some(BatchFailure {
        from,
        reason: format!("the function named {sequence} in batchItemFailures"),
    })
}
