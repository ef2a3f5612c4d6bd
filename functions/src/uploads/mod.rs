//! Uploads: files on their way from a browser to a message.

pub mod create;

use shared::address::Address;
use shared::conversation::Conversation;
use shared::media::limits::MediaLimits;

/// What the conversation's channel takes.
pub fn media_limits(conversation: &Conversation) -> Option<MediaLimits> {
    conversation.contact.as_ref().map(Address::channel).map(MediaLimits::for_channel)
}
