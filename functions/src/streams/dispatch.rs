//! `dispatch` reads the stream and runs the outbox entries of each conversation, the oldest first.
//!
//! It is the only function that changes anything at Twilio. A failure at Twilio is recorded in the table and never
//! fails the batch; only a failure of the table does.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::Value;
use shared::config::Parameter;
use shared::error::Result;
use shared::lambda::Setup;
use shared::lambda::stream::{StreamEvent, batch_item_failures};
use shared::outbox::{OutboxEntry, OutboxHome, Placement};
use shared::store::from_stream_image;

use crate::app::{App, Build, Cx, Invocation, Needs, Variable, background};
use crate::outbox::context::DispatchContext;
use crate::outbox::{drain_queue, run_job};

/// The number of partitions processed concurrently.
const CONCURRENCY: usize = 8;

/// The time before the deadline after which a run claims no further entries.
const STOP_BEFORE_DEADLINE: Duration = Duration::from_secs(20);

const PARAMETERS: &[Parameter] = &[Parameter::Twilio, Parameter::Urls, Parameter::Senders];

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    background(
        setup,
        Needs::parameters(PARAMETERS).variables(&[Variable::MediaBucket, Variable::JobFunctions]),
        DispatchContext::from_app,
        handle,
    )
}

/// The work that the records of a batch ask for in one partition.
#[derive(Default)]
struct PartitionBatch {
    has_queue_entries: bool,
    jobs: Vec<OutboxEntry>,
    sequence_numbers: Vec<String>,
}

async fn handle(
    Cx { app, state: context, .. }: Cx<DispatchContext>,
    Invocation { event, context: invocation }: Invocation<StreamEvent>,
) -> Result<Value> {
    let stop_at =
        invocation.deadline.checked_sub(STOP_BEFORE_DEADLINE).unwrap_or(invocation.deadline);
    let mut failed_records = Vec::new();
    let mut batches: BTreeMap<OutboxHome, PartitionBatch> = BTreeMap::new();
    for record in event.records {
        let sequence_number = record.dynamodb.sequence_number;
        let Some(image) = record.dynamodb.new_image else { continue };
        let entry: OutboxEntry = match from_stream_image(&image) {
            Ok(entry) => entry,
            Err(error) => {
                let cause = error.cause_chain();
                tracing::error!(
                    record.sequence_number = sequence_number,
                    error = cause,
                    "Invalid outbox entry"
                );
                failed_records.push(sequence_number);
                continue;
            }
        };
        let batch = batches.entry(entry.home.clone()).or_default();
        batch.sequence_numbers.push(sequence_number);
        match entry.kind.plan().placement {
            Placement::Queue => batch.has_queue_entries = true,
            Placement::Job => batch.jobs.push(entry),
        }
    }
    let runs = futures_util::stream::iter(batches).map(|(home, batch)| {
        let (app, context) = (&app, &context);
        async move {
            let outcome = process_partition(app, context, &home, &batch, stop_at).await;
            outcome.map_err(|error| {
                let cause = error.cause_chain();
                tracing::error!(outbox_entry.home = %home, error = cause, "Outbox processing failed");
                batch.sequence_numbers
            })
        }
    });
    let outcomes: Vec<_> = runs.buffer_unordered(CONCURRENCY).collect().await;
    failed_records.extend(outcomes.into_iter().filter_map(std::result::Result::err).flatten());
    Ok(batch_item_failures(&failed_records))
}

async fn process_partition(
    app: &App,
    context: &DispatchContext,
    home: &OutboxHome,
    batch: &PartitionBatch,
    stop_at: Timestamp,
) -> Result<()> {
    for job in &batch.jobs {
        if app.clock.now() < stop_at {
            run_job(app, context, job).await?;
        } else {
            // Writes a record for the next run.
            app.store.requeue(job).await?;
        }
    }
    match home {
        OutboxHome::Conversation(id) if batch.has_queue_entries => {
            drain_queue(app, context, id, stop_at).await
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use futures_util::FutureExt;
    use shared::clock::SystemClock;
    use shared::fault::FaultPoints;
    use shared::ids::RandomIds;
    use shared::lambda::Environment;

    use super::*;

    #[test]
    fn a_missing_job_function_stops_the_start() {
        let set = [
            "AWS_REGION",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "TABLE_NAME",
            "CONNECTIONS_TABLE",
            "MEDIA_BUCKET",
            "ERASE_CONVERSATION_FUNCTION",
        ];
        let variables: HashMap<String, String> =
            set.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
        let setup = Setup {
            environment: Environment::from_map(variables),
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            faults: FaultPoints::default(),
        };
        // The check runs before the first await, so no request is made.
        let error = build(setup).now_or_never().unwrap().err().unwrap();
        assert_eq!(error.to_string(), "FETCH_MEDIA_FUNCTION: is not set");
    }
}
