//! The input and the outcomes of storing an outbound message.

use super::keys::sha256_hex;
use crate::conversation::ConversationId;
use crate::idempotency_key::IdempotencyKey;
use crate::media::Media;
use crate::message::Message;
use crate::outbox::OutboxEntry;
use crate::sending::can_send::SendCheck;
use crate::text::first_bytes;
use crate::username::Username;

/// A message that a user sends, with the key that makes a repeated request the same one.
#[derive(Debug, Clone)]
pub struct NewOutbound {
    /// The user's sign-in name.
    pub user: Username,
    /// The user's name for display.
    pub author: String,
    /// The key that the browser sends with one send action.
    pub idempotency_key: IdempotencyKey,
    /// The text.
    pub body: String,
    /// The media to send.
    pub media: Vec<Media>,
}

impl NewOutbound {
    /// Returns the key of the message's own copy of a file. It is the same for each repetition of the request.
    pub fn object_key(&self, conversation: &ConversationId, index: usize) -> String {
        let hash = sha256_hex(&format!("{}\n{}", self.user, self.idempotency_key));
        format!("media/{conversation}/{}/{index}", first_bytes(&hash, 32))
    }

    /// Returns whether `message` has the same text and the same files in the same order.
    pub(super) fn matches(&self, message: &Message) -> bool {
        let uploads = |media: &[Media]| -> Vec<_> {
            media.iter().map(|media| media.stored().map(|stored| stored.upload)).collect()
        };
        message.body == self.body && uploads(&message.media) == uploads(&self.media)
    }
}

/// The outcome of storing an outbound message.
#[derive(Debug)]
pub enum OutboundOutcome {
    /// Stored, with its outbox entry.
    Stored(Box<Message>, Box<OutboxEntry>),
    /// Stored before; nothing changed.
    Duplicate(Box<Message>),
    /// The idempotency key was used for another message.
    KeyReused,
    /// The conversation does not exist or is deleted.
    ConversationNotFound,
    /// The message to resend did not fail or was already resent.
    NotRetryable,
    /// The send check denies it.
    Denied(SendCheck),
}
