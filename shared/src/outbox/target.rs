//! What an outbox entry is about.

use serde::{Deserialize, Serialize};

use crate::ids::MessageId;

/// What an outbox entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutboxTarget {
    /// A message of the conversation.
    Message(MessageId),
    /// All messages of the conversation up to and including this ID, for which there need not be a message.
    MessagesThrough(MessageId),
}
