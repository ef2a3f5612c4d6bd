//! The media limits of a conversation's channel.

use shared::address::Address;
use shared::conversation::Conversation;
use shared::media::limits::MediaLimits;

/// Returns the media limits of the conversation's channel; `None` if it has no contact.
pub fn media_limits(conversation: &Conversation) -> Option<MediaLimits> {
    conversation.contact.as_ref().map(Address::channel).map(MediaLimits::for_channel)
}
