//! `fetch-media` copies the media of a message from Twilio to the bucket.
//!
//! `dispatch` invokes it. After a transient failure it defers the job, for at most three attempts.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::bucket::MediaBucket;
use shared::config::Parameter;
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::ids::MessageId;
use shared::lambda::Setup;
use shared::media::file_name::received_file_name;
use shared::media::file_type::{Claim, FileSample, OCTET_STREAM, detect};
use shared::media::{Media, StoredMedia};
use shared::message::Message;
use shared::outbox::{OutboxEntry, add, backoff};
use shared::twilio::client::Client;
use shared::twilio::media::FetchError;

use super::tail::Tail;
use crate::app::{App, Build, Cx, Invocation, Needs, Variable, background};
use crate::job::JobRef;

/// The number of attempts after which a transient failure is final.
const MAX_ATTEMPTS: u32 = 3;

/// The maximum number of media in one message at Twilio.
const MAX_MEDIA: usize = 10;

/// The time before the deadline after which a run starts no further download.
const STOP_BEFORE_DEADLINE: Duration = Duration::from_secs(35);

/// The clients between which media are copied.
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
    // The job is completed, or another run has claimed it.
    let Some(job) = job_ref.get_claimed_job(&app).await? else { return Ok(json!({})) };
    let stop_at =
        invocation.deadline.checked_sub(STOP_BEFORE_DEADLINE).unwrap_or(invocation.deadline);
    let (conversation, message_id) = job.message()?;
    let pending = match app.store.get_message(conversation, message_id).await? {
        Some(message) if !message.media.is_empty() => {
            fetch_all(&app, &context, &job, &message, stop_at).await?
        }
        // The message is redacted or erased. An interrupted run may have left files.
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

/// Fetches the pending media of a message. Returns the number that is still pending.
async fn fetch_all(
    app: &App,
    context: &FetchContext,
    job: &OutboxEntry,
    message: &Message,
    stop_at: Timestamp,
) -> Result<usize> {
    let mut pending = 0;
    for (index, media) in message.media.iter().enumerate() {
        let Media::Pending { source, content_type } = media else { continue };
        if app.clock.now() >= stop_at {
            pending += 1;
            continue;
        }
        let key = object_key(&message.conversation, message.id, index);
        let completed = match copy_to_bucket(context, source, &key, content_type.as_deref()).await?
        {
            Ok(mut stored) => {
                let (name, at) = (stored.name.as_deref(), message.created_at());
                stored.name = Some(received_file_name(name, &stored.content_type, at, index));
                Media::Stored(stored)
            }
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
            // The message was redacted or deleted in the meantime.
            None if stored => context.bucket.delete(&key).await?,
            None => {}
        }
    }
    Ok(pending)
}

/// Returns the object key of a message's media item.
fn object_key(conversation: &ConversationId, message: MessageId, index: usize) -> String {
    format!("media/{conversation}/{message}/{index}")
}

/// Streams a media item from Twilio to the bucket, without holding all of it in memory.
///
/// `declared` is the content type that Twilio named. Nothing reads the type of the object itself.
async fn copy_to_bucket(
    context: &FetchContext,
    source: &str,
    object_key: &str,
    declared: Option<&str>,
) -> Result<Result<StoredMedia, FetchError>> {
    let stream = match context.twilio.fetch_media(source).await {
        Ok(stream) => stream,
        Err(error) => return Ok(Err(error)),
    };
    let (head, length, name) = (stream.prefix.clone(), stream.length, stream.name.clone());
    let (chunks, interruption) = stream.into_stream();
    let tail = Tail::default();
    let chunks = tail.record(chunks);
    if let Err(error) = context.bucket.put(object_key, OCTET_STREAM, length, chunks).await {
        return interruption.error().map(Err).ok_or(error);
    }
    let claim = Claim { content_type: declared, name: name.as_deref() };
    let content_type = detect(&FileSample::new(&head, &tail.bytes(), length), &claim);
    Ok(Ok(StoredMedia {
        object_key: object_key.to_owned(),
        content_type: content_type.to_owned(),
        name,
        size: length,
        upload: None,
    }))
}
