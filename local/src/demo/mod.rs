//! `--demo`: three days of a bicycle shop's texts, for a first look at a desk that is in use.
//!
//! - `story`: what was written, read from `stories/`; `files`, `extra`: what came with it; `moment`: when, and under which ids.
//! - `telling`: a story told through the store's own writes, as the functions would have made them; `past`: what Twilio
//!   remembers of it.
//!
//! A story that stands in the tables already is not told again.

mod extra;
mod files;
mod moment;
mod past;
mod story;
mod telling;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use data_encoding::HEXLOWER_PERMISSIVE;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use shared::address::{Address, InvalidAddress};
use shared::clock::Clock;
use shared::config::InstallKey;
use shared::ids::Ids;
use shared::store::Store;

use crate::parameters::BadInstallKey;
use crate::s3::S3;
use crate::settings::Settings;
use crate::twilio::{Phone, Twilio, TwilioError};
use moment::StoryClock;
use story::Story;
use telling::{Telling, Told};

/// How many stories are told side by side.
const TELLERS: usize = 4;

/// The inbox of a local system's senders.
const INBOX: &str = "main";

/// Why the tables could not be filled.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// There is no simulator.
    #[error("--demo is for the simulated Twilio; take TWILIO_API_URL out of the settings first")]
    RealTwilio,
    /// A story cannot be read.
    #[error("the demo's {language} stories make no sense at line {line}")]
    Story {
        /// Which file.
        language: &'static str,
        /// Which line, from 1.
        line: usize,
    },
    /// A number in a story or in the settings is none.
    #[error("the demo has a number that is no address")]
    Address(#[from] InvalidAddress),
    /// The install key.
    #[error(transparent)]
    InstallKey(#[from] BadInstallKey),
    /// The tables.
    #[error("the demo's messages could not be stored")]
    Store(#[from] shared::error::Error),
    /// The simulator's file.
    #[error(transparent)]
    Twilio(#[from] TwilioError),
}

/// Where the stories are told.
pub(crate) struct Ground<'a> {
    /// Our senders, the install key, the first admin's name.
    pub(crate) settings: &'a Settings,
    /// Where callbacks go.
    pub(crate) base_url: String,
    /// The present.
    pub(crate) now: Timestamp,
    /// Ids.
    pub(crate) ids: Arc<dyn Ids>,
    /// The tables, at another time than the system's.
    pub(crate) open: &'a (dyn Fn(Arc<dyn Clock>) -> Store + Sync),
    /// The bucket.
    pub(crate) s3: &'a S3,
}

/// Tells every story that is not in the tables yet, and puts its phones on the bench. Says how many were told.
pub(crate) async fn seed(ground: &Ground<'_>, twilio: &Twilio) -> Result<usize, DemoError> {
    let mut shares: Vec<Vec<Story>> = (0..TELLERS).map(|_| Vec::new()).collect();
    for (index, story) in story::all()?.into_iter().enumerate() {
        if let Some(share) = shares.get_mut(index % TELLERS) {
            share.push(story);
        }
    }
    let tellers = shares.into_iter().map(|share| tell_all(ground, twilio, share));
    let told: Vec<Vec<Told>> =
        stream::iter(tellers).buffer_unordered(TELLERS).try_collect().await?;
    let told: Vec<Told> = told.into_iter().flatten().collect();
    let mut past: Vec<_> = told.iter().flat_map(|told| told.past.iter().cloned()).collect();
    past.sort_by(|a, b| (a.created_at, &a.sid).cmp(&(b.created_at, &b.sid)));
    let phones: Vec<Phone> = told.iter().filter_map(|told| told.phone.clone()).collect();
    twilio.remember(past, &phones)?;
    Ok(told.len())
}

async fn tell_all(
    ground: &Ground<'_>,
    twilio: &Twilio,
    stories: Vec<Story>,
) -> Result<Vec<Told>, DemoError> {
    let clock = Arc::new(StoryClock::at(ground.now));
    let key = HEXLOWER_PERMISSIVE.decode(ground.settings.install_key.as_bytes());
    let key = key.ok().and_then(|key| <[u8; 32]>::try_from(key).ok()).ok_or(BadInstallKey)?;
    let senders = ground.settings.senders();
    let senders: Result<Vec<_>, _> = senders.iter().map(|sender| Address::parse(sender)).collect();
    let senders = senders?;
    let telling = Telling {
        s3: ground.s3,
        twilio,
        store: (ground.open)(clock.clone()),
        key: InstallKey::new(key),
        senders: &senders,
        username: ground.settings.username.to_lowercase(),
        base_url: ground.base_url.clone(),
        now: ground.now,
        clock,
        ids: Arc::clone(&ground.ids),
    };
    let mut told = Vec::new();
    for story in &stories {
        told.extend(telling.tell(story).await?);
    }
    Ok(told)
}
