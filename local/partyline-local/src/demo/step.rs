//! One message of a story, and the values that writing it needs.

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
use shared::username::Username;
use twilio_simulator::Twilio;

use super::error::DemoError;
use super::story::{Story, StoryMessage};
use super::story_clock::{StoryClock, story_sid};

/// The values that writing a story needs.
pub(super) struct StoryRunner<'a> {
    /// The buckets.
    pub(super) s3: &'a S3,
    /// The simulator, which stores the phones' files.
    pub(super) twilio: &'a Twilio,
    /// The tables, with the story's clock.
    pub(super) store: Store,
    /// The key of conversation IDs.
    pub(super) key: InstallKey,
    /// Our senders.
    ///
    /// A story uses the first one on its channel.
    pub(super) senders: &'a [Address],
    /// The user who sent the messages.
    pub(super) username: Username,
    /// The base URL of callbacks.
    pub(super) base_url: String,
    /// The time at which the demo is loaded.
    pub(super) now: Timestamp,
    /// The store's clock.
    pub(super) clock: Arc<StoryClock>,
    /// The system's source of IDs.
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
    Ok(parsed.ok_or_else(|| Error::internal("a demo message without a SID"))?)
}
