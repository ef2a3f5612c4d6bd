//! `erase-conversation`: what a deleted conversation left behind goes, message by message. What arrived after it was
//! deleted stays.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use shared::error::{Error, Result};
use shared::files::Files;
use shared::lambda::{Context, Setup};

use crate::app::{App, Build, work};
use crate::changes::handing::Handed;
use crate::media::bucket;

/// A run erases nothing more this long before its end.
const LAST: Duration = Duration::from_secs(5);

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    work(setup, &[], bucket, handle)
}

async fn handle(app: Arc<App>, files: Arc<Files>, event: Value, context: Context) -> Result<Value> {
    let handed: Handed = serde_json::from_value(event).map_err(Error::failed)?;
    let mut erased = 0;
    let Some(job) = handed.job(&app).await? else { return Ok(json!({ "erased": erased })) };
    let until = context.deadline.checked_sub(LAST).unwrap_or(context.deadline);
    let conversation = app.store.conversation(&job.conversation).await?;
    if let Some(cleared) = conversation.and_then(|conversation| conversation.cleared) {
        loop {
            let messages = app.store.cleared_messages(&job.conversation, cleared).await?;
            if messages.is_empty() {
                break;
            }
            // The files first: their rows name them.
            for media in messages.iter().flat_map(|message| &message.media) {
                if let Some(object) = &media.object {
                    files.delete(object).await?;
                }
            }
            if !app.store.erase_messages(&messages, until).await? {
                // The sweep finds the job when this claim is over.
                return Ok(json!({ "erased": erased, "more": true }));
            }
            erased += messages.len();
        }
    }
    app.store.drop_job(&job).await?;
    tracing::info!(conversation.id = %job.conversation, erased, "A conversation was erased");
    Ok(json!({ "erased": erased }))
}
