//! Uploads: files on their way from a browser to a message.

pub mod create;

use shared::address::Address;
use shared::conversation::Conversation;
use shared::lambda::Function;
use shared::media::limits::MediaLimits;

use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[http("create-upload", "POST", "/api/uploads", create::build)];

/// What the conversation's channel takes.
pub fn media_limits(conversation: &Conversation) -> Option<MediaLimits> {
    conversation.contact.as_ref().map(Address::channel).map(MediaLimits::for_channel)
}
