//! The path of a message's status callbacks.

use crate::conversation::ConversationId;
use crate::ids::MessageId;

/// The prefix of all callback paths.
pub const CALLBACK_PREFIX: &str = "/twilio/deliveries/";

/// Returns the path of a message's status callbacks. Twilio's signature covers it.
pub fn callback_path(conversation: &ConversationId, message: MessageId) -> String {
    format!("{CALLBACK_PREFIX}{conversation}/{message}")
}

/// Returns the conversation and the message of a callback path, or `None` if the path is invalid.
pub fn parse_callback_path(path: &str) -> Option<(ConversationId, MessageId)> {
    let (conversation, message) = path.strip_prefix(CALLBACK_PREFIX)?.split_once('/')?;
    ConversationId::parse(conversation).zip(MessageId::parse(message))
}
