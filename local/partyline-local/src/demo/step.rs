//! One message of a story, and what it is written with.

use std::sync::Arc;

use aws_emulator::s3::S3;
use jiff::Timestamp;
use shared::address::Address;
use shared::config::InstallKey;
use shared::conversation::ConversationId;
use shared::error::Error;
use shared::ids::Ids;
use shared::sid::MessageSid;
use shared::store::Store;
use twilio_simulator::Twilio;

use super::error::DemoError;
use super::story::{Story, StoryMessage};
use super::story_clock::{StoryClock, story_sid};

/// What a story is written with.
pub(super) struct StoryRunner<'a> {
    /// The bucket.
    pub(super) s3: &'a S3,
    /// Twilio, for what the phones keep.
    pub(super) twilio: &'a Twilio,
    /// The tables, at the story's time.
    pub(super) store: Store,
    /// What conversation ids are made with.
    pub(super) key: InstallKey,
    /// Our senders; each channel's first is written to.
    pub(super) senders: &'a [Address],
    /// Whose clicks these were.
    pub(super) username: String,
    /// Where callbacks go.
    pub(super) base_url: String,
    /// When the story is told.
    pub(super) now: Timestamp,
    /// The store's clock.
    pub(super) clock: Arc<StoryClock>,
    /// The system's ids.
    pub(super) ids: Arc<dyn Ids>,
}

/// One message of a story.
pub(super) struct StoryStep<'a> {
    pub(super) story: &'a Story,
    pub(super) conversation: &'a ConversationId,
    pub(super) business: &'a Address,
    pub(super) contact: &'a Address,
    pub(super) index: usize,
    pub(super) message: &'a StoryMessage,
    pub(super) time: Timestamp,
}

/// Returns the SID of the message at `index` of `story`.
pub(super) fn message_sid(story: &Story, index: usize) -> Result<MessageSid, DemoError> {
    let parsed = MessageSid::parse(&story_sid(&story.number, index));
    Ok(parsed.map_err(|error| Error::internal(error.to_string()))?)
}
