//! `fetch-media`, invoked by `dispatch`: reads from Twilio what a message waits for and puts it into the bucket, each
//! by itself. What fails for now is tried three times in all, by the job's own deferral.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::config::Parameter;
use shared::error::{Error, Result};
use shared::files::Files;
use shared::intent::{Intent, deferral, later};
use shared::lambda::{Context, Setup};
use shared::media::{Media, MediaState};
use shared::media_type;
use shared::message::Message;
use shared::twilio::client::Client;
use shared::twilio::media::NotFetched;

use super::bucket;
use crate::app::{App, Build, work};
use crate::changes::handing::Handed;
use crate::changes::sending;

/// How often what fails for now is tried.
const TRIES: u32 = 3;

/// Twilio carries no more with one message.
const MOST: usize = 10;

/// Nothing more is begun this long before the run's end.
const LAST_BEGUN: Duration = Duration::from_secs(35);

/// From where to where.
#[derive(Debug)]
struct Way {
    twilio: Client,
    files: Files,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    work(setup, &[Parameter::Twilio], open, handle)
}

fn open(app: &App) -> Result<Way> {
    Ok(Way { twilio: sending::client(app)?, files: bucket(app)? })
}

async fn handle(app: Arc<App>, way: Arc<Way>, event: Value, context: Context) -> Result<Value> {
    let handed: Handed = serde_json::from_value(event).map_err(Error::failed)?;
    // A later claim has it, or it is done.
    let Some(job) = handed.job(&app).await? else { return Ok(json!({})) };
    let until = context.deadline.checked_sub(LAST_BEGUN).unwrap_or(context.deadline);
    let pending = match app.store.message(&job.conversation, job.target).await? {
        Some(message) if !message.media.is_empty() => {
            fetch_all(&app, &way, &job, &message, until).await?
        }
        // Redacted or erased: a run that died may have left something.
        _ => {
            for index in 0..MOST {
                way.files.delete(&object(&job, index)).await?;
            }
            0
        }
    };
    if pending == 0 {
        app.store.drop_job(&job).await?;
    } else {
        let due_at = later(app.clock.now(), deferral(job.attempts, None));
        app.store.defer(&job, due_at).await?;
    }
    Ok(json!({ "pending": pending }))
}

/// How many are still to be fetched after this.
async fn fetch_all(
    app: &App,
    way: &Way,
    job: &Intent,
    message: &Message,
    until: Timestamp,
) -> Result<usize> {
    let mut pending = 0;
    for (index, media) in message.media.iter().enumerate() {
        if media.state != MediaState::Waiting || media.is_announced() {
            continue;
        }
        if app.clock.now() >= until {
            pending += 1;
            continue;
        }
        let object = object(job, index);
        let Some(settled) = fetched(way, media, &object, job.attempts >= TRIES).await? else {
            pending += 1;
            continue;
        };
        let (stored, problem) = (settled.object.is_some(), settled.problem);
        match app.store.settle_media(message, index, &settled).await? {
            Some(_) => {
                tracing::info!(message.id = %message.id, index, ?problem, "Media was settled");
            }
            // Redacted or deleted meanwhile: nothing of it stays.
            None if stored => way.files.delete(&object).await?,
            None => {}
        }
    }
    Ok(pending)
}

/// Where something that came with a message is kept.
fn object(job: &Intent, index: usize) -> String {
    format!("media/{}/{}/{index}", job.conversation, job.target)
}

/// What became of one of them; none if it is to be tried again.
async fn fetched(way: &Way, media: &Media, object: &str, last: bool) -> Result<Option<Media>> {
    match moved(way, media, object).await? {
        Ok(stored) => Ok(Some(stored)),
        Err(why) if why.passing && !last => Ok(None),
        Err(why) => Ok(Some(Media {
            state: MediaState::Failed,
            problem: Some(why.problem),
            ..media.clone()
        })),
    }
}

/// Passes one of them on from Twilio to the bucket as it comes; never all of it is held.
async fn moved(way: &Way, media: &Media, object: &str) -> Result<Result<Media, NotFetched>> {
    let source = media.source.as_deref().unwrap_or_default();
    let arriving = match way.twilio.fetch_media(source).await {
        Ok(arriving) => arriving,
        Err(why) => return Ok(Err(why)),
    };
    let content_type = media_type::of_bytes(&arriving.beginning);
    let (length, name) = (arriving.length, arriving.name.clone());
    let (pieces, interruption) = arriving.pieces();
    if let Err(error) = way.files.put(object, content_type, length, pieces).await {
        return interruption.happened().map(Err).ok_or(error);
    }
    Ok(Ok(Media {
        state: MediaState::Stored,
        content_type: content_type.to_owned(),
        name: name.or_else(|| media.name.clone()),
        size: Some(length),
        object: Some(object.to_owned()),
        problem: None,
        ..media.clone()
    }))
}
