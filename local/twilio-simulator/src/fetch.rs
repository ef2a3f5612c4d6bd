//! Fetches the files of an outbound message before it is sent, as Twilio does.

use std::time::Duration;

use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

use super::address::Channel;
use super::carrier;
use super::extras::Media;
use super::file_check;
use super::message::Status;
use super::state::SimulatorState;
use super::store::work::{self, Task};
use super::store::{media, messages};
use super::streams::event;

const FETCH_TIMEOUT: Duration = Duration::from_secs(15);
/// The error code of a URL that cannot be fetched.
const FETCH_FAILED: u32 = 11200;
/// The error code of a content type that is missing or not supported.
const WRONG_TYPE: u32 = 12300;
/// The error code of files that are too large together.
const TOO_LARGE: u32 = 30019;

/// Returns the HTTP client for files, which follows redirects and sends no credentials.
pub(super) fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::limited(5))
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .build()
}

/// Returns the maximum size of all files of one message.
fn max_total_bytes(channel: Channel) -> usize {
    let megabytes = if channel == Channel::Sms { 5 } else { 16 };
    megabytes * 1024 * 1024
}

/// Fetches all files of the task's message.
///
/// If one is missing, the message fails.
pub(super) async fn fetch_media(
    state: &SimulatorState,
    client: &reqwest::Client,
    task: &Task,
    hurried: bool,
) -> rusqlite::Result<()> {
    let Some(mut message) = state.store.with(|db| messages::find(db, &task.sid))? else {
        return state.store.with(|db| work::complete(db, task.id));
    };
    let mut fetched = Vec::new();
    let mut failed = None;
    let channel = Channel::from_address(&message.from);
    let mut max_bytes = max_total_bytes(channel);
    for url in &message.extras.media_urls {
        let file = tokio::select! {
            file = fetch_one(state, client, (channel, url), max_bytes) => file,
            () = state.clock.sleep(FETCH_TIMEOUT) => Err(FETCH_FAILED),
        };
        match file {
            Ok((file, bytes)) => {
                max_bytes -= bytes.len();
                fetched.push((file, bytes));
            }
            Err(code) => failed = failed.or(Some(code)),
        }
    }
    message.extras.media_urls.clear();
    message.updated_at = state.now();
    let next = if failed.is_some() {
        message.status = Status::Failed;
        message.error_code = failed;
        carrier::status_callback(state, &message, Status::Failed)
    } else {
        message.extras.media = fetched.iter().map(|(file, _)| file.clone()).collect();
        Some(carrier::first_step(state, &message, hurried))
    };
    state.store.transaction(|db| {
        for (file, bytes) in fetched.iter().filter(|_| failed.is_none()) {
            media::insert(db, file, bytes)?;
        }
        messages::update(db, &message)?;
        event::emit(state, db, &message)?;
        if let Some((due, job)) = &next {
            work::schedule(db, &message.sid, *due, job)?;
        }
        work::complete(db, task.id)
    })
}

/// Fetches a file of at most `max_bytes` for a channel.
///
/// Returns Twilio's error code if that fails.
async fn fetch_one(
    state: &SimulatorState,
    client: &reqwest::Client,
    (channel, url): (Channel, &str),
    max_bytes: usize,
) -> Result<(Media, Vec<u8>), u32> {
    let mut response = client.get(url).send().await.map_err(|_| FETCH_FAILED)?;
    if !response.status().is_success() {
        return Err(FETCH_FAILED);
    }
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let content_type = header(CONTENT_TYPE).and_then(media_type).ok_or(WRONG_TYPE)?;
    let name = header(CONTENT_DISPOSITION).and_then(file_name);
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| FETCH_FAILED)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > max_bytes {
            return Err(TOO_LARGE);
        }
    }
    file_check::check(channel, &content_type, &bytes)?;
    Ok((Media { sid: state.new_sid("ME"), content_type, name, size: bytes.len() }, bytes))
}

/// Returns the file name of a content disposition: `cat.png` of `inline; filename="cat.png"`.
fn file_name(disposition: &str) -> Option<String> {
    let (_, name) = disposition.split_once("filename=")?;
    let name = name.split(';').next()?.trim().trim_matches('"');
    (!name.is_empty()).then(|| name.to_owned())
}

/// Returns the content type without parameters, or `None` if a message cannot contain it.
fn media_type(content_type: &str) -> Option<String> {
    let kind = content_type.split(';').next()?.trim().to_ascii_lowercase();
    let (group, _) = kind.split_once('/')?;
    let is_allowed = matches!(group, "image" | "audio" | "video" | "application")
        || matches!(
            &*kind,
            "text/vcard" | "text/x-vcard" | "text/plain" | "text/csv" | "text/calendar"
        );
    is_allowed.then_some(kind)
}
