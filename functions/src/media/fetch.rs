//! `fetch-media`, invoked by `dispatch`: reads from Twilio what a message waits for and puts it into the bucket, each
//! by itself. What fails for now is tried three times in all, by the job's own deferral.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::bucket::MediaBucket;
use shared::config::Parameter;
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::ids::MessageId;
use shared::lambda::Setup;
use shared::media::file_type;
use shared::media::{Media, StoredMedia};
use shared::message::Message;
use shared::outbox::{OutboxEntry, add, backoff};
use shared::twilio::client::Client;
use shared::twilio::media::FetchError;

use crate::app::{App, Build, Cx, Invocation, Needs, Variable, background};
use crate::job::JobRef;

/// How often what fails for now is tried.
const MAX_ATTEMPTS: u32 = 3;

/// Twilio carries no more with one message.
const MAX_MEDIA: usize = 10;

/// Nothing more is begun this long before the run's end.
const STOP_BEFORE_DEADLINE: Duration = Duration::from_secs(35);

/// From where to where.
#[derive(Debug)]
struct FetchContext {
    twilio: Client,
    bucket: MediaBucket,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    background(
        setup,
        Needs::parameters(&[Parameter::Twilio]).variables(&[Variable::MediaBucket]),
        fetch_context,
        handle,
    )
}

fn fetch_context(app: &App) -> Result<FetchContext> {
    Ok(FetchContext { twilio: app.twilio()?, bucket: app.bucket()? })
}

async fn handle(
    Cx { app, state: context, .. }: Cx<FetchContext>,
    Invocation { event: job_ref, context: invocation }: Invocation<JobRef>,
) -> Result<Value> {
    // A later claim has it, or it is done.
    let Some(job) = job_ref.get_claimed_job(&app).await? else { return Ok(json!({})) };
    let stop_at =
        invocation.deadline.checked_sub(STOP_BEFORE_DEADLINE).unwrap_or(invocation.deadline);
    let (conversation, message_id) = job.message()?;
    let pending = match app.store.get_message(conversation, message_id).await? {
        Some(message) if !message.media.is_empty() => {
            fetch_all(&app, &context, &job, &message, stop_at).await?
        }
        // Redacted or erased: a run that died may have left something.
        _ => {
            for index in 0..MAX_MEDIA {
                context.bucket.delete(&object_key(conversation, message_id, index)).await?;
            }
            0
        }
    };
    if pending == 0 {
        app.store.delete_job(&job).await?;
    } else {
        let due_at = add(app.clock.now(), backoff(job.attempts, None));
        app.store.defer(&job, due_at).await?;
    }
    Ok(json!({ "pending": pending }))
}

/// How many are still to be fetched after this.
async fn fetch_all(
    app: &App,
    context: &FetchContext,
    job: &OutboxEntry,
    message: &Message,
    stop_at: Timestamp,
) -> Result<usize> {
    let mut pending = 0;
    for (index, media) in message.media.iter().enumerate() {
        let Media::Pending { source, .. } = media else { continue };
        if app.clock.now() >= stop_at {
            pending += 1;
            continue;
        }
        let key = object_key(&message.conversation, message.id, index);
        let completed = match copy_to_bucket(context, source, &key).await? {
            Ok(stored) => Media::Stored(stored),
            Err(error) if error.transient && job.attempts < MAX_ATTEMPTS => {
                pending += 1;
                continue;
            }
            Err(error) => media.clone().into_failed(error.error),
        };
        let stored = completed.stored().is_some();
        match app.store.complete_media(message, index, &completed).await? {
            Some(_) => {
                tracing::info!(message.id = %message.id, index, stored, "Media fetch finished");
            }
            // Redacted or deleted meanwhile: nothing of it stays.
            None if stored => context.bucket.delete(&key).await?,
            None => {}
        }
    }
    Ok(pending)
}

/// Where something that came with a message is kept.
fn object_key(conversation: &ConversationId, message: MessageId, index: usize) -> String {
    format!("media/{conversation}/{message}/{index}")
}

/// Passes one of them on from Twilio to the bucket as it comes; never all of it is held.
async fn copy_to_bucket(
    context: &FetchContext,
    source: &str,
    object_key: &str,
) -> Result<Result<StoredMedia, FetchError>> {
    let stream = match context.twilio.fetch_media(source).await {
        Ok(stream) => stream,
        Err(error) => return Ok(Err(error)),
    };
    let content_type = file_type::sniff(&stream.prefix);
    let (length, name) = (stream.length, stream.name.clone());
    let (chunks, interruption) = stream.into_stream();
    if let Err(error) = context.bucket.put(object_key, content_type, length, chunks).await {
        return interruption.error().map(Err).ok_or(error);
    }
    Ok(Ok(StoredMedia {
        object_key: object_key.to_owned(),
        content_type: content_type.to_owned(),
        name,
        size: length,
        upload: None,
    }))
}
