//! The data of `--demo`: three days of a bicycle shop's conversations.
//!
//! - `story`: the conversations, parsed from `stories/`; `files`, `extra`: their media and extras; `story_clock`: their
//!   times and SIDs.
//! - `run`: writes a story with the store's own operations, as the functions do. `step` is one message of it,
//!   `attachments` its media and extras, `history` what Twilio and the phones keep of it.
//!
//! A story whose messages are already stored is skipped.

mod attachments;
mod error;
mod extra;
mod files;
mod history;
mod run;
mod step;
mod story;
mod story_clock;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use data_encoding::HEXLOWER_PERMISSIVE;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use shared::address::Address;
use shared::clock::Clock;
use shared::config::InstallKey;
use shared::ids::Ids;
use shared::store::Store;

use crate::parameter_values::InvalidInstallKey;
use crate::settings::Settings;
use aws_emulator::s3::S3;
use run::StoryResult;
use step::StoryRunner;
use story::Story;
use story_clock::StoryClock;
use twilio_simulator::{Phone, Twilio};

pub use error::DemoError;

/// The number of stories that are written concurrently.
const CONCURRENCY: usize = 4;

/// The values that loading the demo needs.
pub(crate) struct DemoContext<'a> {
    /// The settings: our senders, the install key and the first admin's name.
    pub(crate) settings: &'a Settings,
    /// The base URL of callbacks.
    pub(crate) base_url: String,
    /// The current time.
    pub(crate) now: Timestamp,
    /// The source of IDs.
    pub(crate) ids: Arc<dyn Ids>,
    /// Opens the tables with another clock than the system's.
    pub(crate) open_store: &'a (dyn Fn(Arc<dyn Clock>) -> Store + Sync),
    /// The buckets.
    pub(crate) s3: &'a S3,
}

/// Writes every story that is not stored yet and adds its phone.
///
/// Returns the number of stories written.
pub(crate) async fn seed(context: &DemoContext<'_>, twilio: &Twilio) -> Result<usize, DemoError> {
    let mut batches: Vec<Vec<Story>> = (0..CONCURRENCY).map(|_| Vec::new()).collect();
    for (index, story) in story::load_all()?.into_iter().enumerate() {
        if let Some(batch) = batches.get_mut(index % CONCURRENCY) {
            batch.push(story);
        }
    }
    let runs = batches.into_iter().map(|batch| run_stories(context, twilio, batch));
    let results: Vec<Vec<StoryResult>> =
        stream::iter(runs).buffer_unordered(CONCURRENCY).try_collect().await?;
    let results: Vec<StoryResult> = results.into_iter().flatten().collect();
    let mut history: Vec<_> =
        results.iter().flat_map(|result| result.history.iter().cloned()).collect();
    history.sort_by(|a, b| (a.created_at, &a.sid).cmp(&(b.created_at, &b.sid)));
    let phones: Vec<Phone> = results.iter().filter_map(|result| result.phone.clone()).collect();
    twilio.import_history(history, &phones)?;
    Ok(results.len())
}

async fn run_stories(
    context: &DemoContext<'_>,
    twilio: &Twilio,
    stories: Vec<Story>,
) -> Result<Vec<StoryResult>, DemoError> {
    let clock = Arc::new(StoryClock::new(context.now));
    let bytes = HEXLOWER_PERMISSIVE.decode(context.settings.install_key.as_bytes());
    let install_key =
        bytes.ok().and_then(|key| <[u8; 32]>::try_from(key).ok()).ok_or(InvalidInstallKey)?;
    let senders = context.settings.senders.addresses();
    let senders: Result<Vec<_>, _> = senders.iter().map(|sender| Address::parse(sender)).collect();
    let senders = senders?;
    let runner = StoryRunner {
        s3: context.s3,
        twilio,
        store: (context.open_store)(clock.clone()),
        key: InstallKey::new(install_key),
        senders: &senders,
        username: context.settings.username.clone(),
        base_url: context.base_url.clone(),
        now: context.now,
        clock,
        ids: Arc::clone(&context.ids),
    };
    let mut results = Vec::new();
    for story in &stories {
        results.extend(runner.run(story).await?);
    }
    Ok(results)
}
