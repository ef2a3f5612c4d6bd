//! One lane of a mapping: its records in order, a batch at a time, retried until consumed or given up.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

use super::failure::{Condition, Loss};
use super::mapping::Mapping;
use super::record::Record;

/// The pause before a batch is tried again, doubled with each try up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What becomes of a mapping's records that share a lane.
pub(super) struct Lane {
    pub mapping: Arc<Mapping>,
    pub records: UnboundedReceiver<Arc<Record>>,
    pub stopping: watch::Receiver<bool>,
}

/// Records to be delivered together.
#[derive(Debug)]
struct Batch {
    records: Vec<Arc<Record>>,
    /// Failures that count against the mapping's retries.
    failures: u32,
    /// Invocations that its first record was part of.
    invocations: u32,
}

/// Which records of an invocation are not consumed: everything from `from` on.
struct Refusal {
    from: usize,
    reason: String,
}

impl Lane {
    /// Consumes until the mapping stops; an invocation that runs is let finish.
    pub(super) async fn run(mut self) {
        while let Some(batch) = self.gather().await {
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

    /// The next batch: all that is there, or what comes within the window.
    async fn gather(&mut self) -> Option<Batch> {
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
                (Err(_), Some(over)) => tokio::select! {
                    record = self.records.recv() => records.push(record?),
                    () = over => window = None,
                },
            }
        }
        Some(Batch { records, failures: 0, invocations: 0 })
    }

    /// One invocation, and what is left to do after it, in order.
    async fn deliver(&self, batch: Batch) -> Vec<Batch> {
        let mut batch = self.without_old(batch).await;
        if batch.records.is_empty() {
            return Vec::new();
        }
        batch.invocations += 1;
        let Some(refusal) = self.invoke(&batch.records).await else {
            self.mapping.consumed(&batch.records);
            return Vec::new();
        };
        let mut rest = batch;
        if refusal.from > 0 {
            let records = rest.records.split_off(refusal.from);
            self.mapping.consumed(&rest.records);
            rest = Batch { records, failures: 0, invocations: 1 };
        }
        if self.mapping.spec.bisect && rest.records.len() > 1 {
            // Halving uses up no try.
            let later = rest.records.split_off(rest.records.len().div_ceil(2));
            return vec![rest, Batch { records: later, failures: 0, invocations: 1 }];
        }
        rest.failures += 1;
        if self.mapping.spec.retries.is_some_and(|retries| rest.failures > retries) {
            self.give_up(rest, Condition::RetryAttemptsExhausted, &refusal.reason).await;
            return Vec::new();
        }
        self.pause(rest.failures).await;
        vec![rest]
    }

    /// Gives up what is older than the mapping delivers.
    async fn without_old(&self, batch: Batch) -> Batch {
        let oldest = self.mapping.clock.now().as_second() - self.mapping.longest_age();
        let Batch { records, failures, invocations } = batch;
        let (old, records): (Vec<_>, Vec<_>) =
            records.into_iter().partition(|record| record.written < oldest);
        if !old.is_empty() {
            let old = Batch { records: old, failures, invocations };
            self.give_up(old, Condition::RecordAgeExceeded, "the record is too old").await;
        }
        Batch { records, failures, invocations }
    }

    async fn invoke(&self, records: &[Arc<Record>]) -> Option<Refusal> {
        let events: Vec<&Value> = records.iter().map(|record| &record.event).collect();
        let call =
            (self.mapping.invoke)(self.mapping.function.clone(), json!({ "Records": events }));
        // A task of its own, so that a panic is one failed invocation.
        match tokio::spawn(call).await {
            Ok(Ok(answer)) if self.mapping.spec.partial_failures => refused(&answer, records),
            Ok(Ok(_)) => None,
            Ok(Err(reason)) => Some(Refusal { from: 0, reason }),
            Err(panic) => Some(Refusal { from: 0, reason: panic.to_string() }),
        }
    }

    async fn give_up(&self, batch: Batch, condition: Condition, reason: &str) {
        let mapping = &self.mapping;
        let loss = Loss {
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
            "stream records were given up"
        );
        if let Some(message) = loss.message() {
            mapping.keep_failure(message).await;
        }
        mapping.consumed(&batch.records);
    }

    async fn pause(&self, failures: u32) {
        let pause = FIRST_PAUSE * 2_u32.saturating_pow(failures.saturating_sub(1).min(16));
        let mut stopping = self.stopping.clone();
        tokio::select! {
            () = self.mapping.clock.sleep(pause.min(LONGEST_PAUSE)) => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
    }
}

/// What `batchItemFailures` says: none is success, and an item that is not of the batch fails the whole of it.
fn refused(answer: &Value, records: &[Arc<Record>]) -> Option<Refusal> {
    let items = answer.get("batchItemFailures")?.as_array().filter(|items| !items.is_empty())?;
    let places = items.iter().map(|item| {
        let sequence = item.get("itemIdentifier").and_then(Value::as_str);
        records.iter().position(|record| Some(record.sequence.as_str()) == sequence)
    });
    let from = places.min().flatten().unwrap_or(0);
    let sequence = records.get(from).map_or("", |record| &record.sequence);
    Some(Refusal { from, reason: format!("the function named {sequence} in batchItemFailures") })
}
