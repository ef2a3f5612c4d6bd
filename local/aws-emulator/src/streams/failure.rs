//! The message to Lambda's on-failure destination: which records failed, and why.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::record::{Record, SHARDS};
use std::sync::Arc;

/// Why records were abandoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailureReason {
    /// All retries failed.
    RetryAttemptsExhausted,
    /// They are older than the mapping's maximum record age.
    RecordAgeExceeded,
}

/// A failed batch.
pub(super) struct FailedBatch<'a> {
    pub records: &'a [Arc<Record>],
    pub condition: FailureReason,
    pub invocations: u32,
    pub reason: &'a str,
    pub function_arn: &'a str,
    pub stream_arn: &'a str,
    pub at: Timestamp,
}

impl FailedBatch<'_> {
    /// Returns Lambda's invocation record for streams, with `reason`, which Lambda only logs.
    pub(super) fn message(&self) -> Option<Value> {
        let (first, last) = (self.records.first()?, self.records.last()?);
        let condition = match self.condition {
            FailureReason::RetryAttemptsExhausted => "RetryAttemptsExhausted",
            FailureReason::RecordAgeExceeded => "RecordAgeExceeded",
        };
        let written_at = |record: &Record| {
            Timestamp::from_second(record.written_at).map(|at| at.to_string()).unwrap_or_default()
        };
        Some(json!({
            "requestContext": {
                "requestId": first.event.get("eventID"),
                "functionArn": self.function_arn,
                "condition": condition,
                "approximateInvokeCount": self.invocations,
            },
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled",
            },
            "version": "1.0",
            "timestamp": self.at.to_string(),
            "DDBStreamBatchInfo": {
                "shardId": format!("shardId-{:020}", first.worker_index(SHARDS)),
                "startSequenceNumber": first.sequence,
                "endSequenceNumber": last.sequence,
                "approximateArrivalOfFirstRecord": written_at(first),
                "approximateArrivalOfLastRecord": written_at(last),
                "batchSize": self.records.len(),
                "streamArn": self.stream_arn,
            },
            "reason": self.reason,
        }))
    }
}
