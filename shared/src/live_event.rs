//! Live events and frames.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::conversation::ConversationView;
use crate::error::{Error, Result};
use crate::message::MessageView;
use crate::outbox::OutboxState;

/// A live event: one change.
///
/// Live events can be applied in any order and repeatedly; the resulting state is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = LiveEvent)]
pub enum LiveEvent {
    /// A conversation was created or changed.
    Conversation {
        /// The conversation.
        conversation: Box<ConversationView>,
    },
    /// A message was created or changed. Its outbox entry has its own events.
    Message {
        /// The message.
        message: Box<MessageView>,
    },
    /// The outbox entry of a message changed.
    Outbox {
        /// The conversation ID.
        conversation_id: String,
        /// The ID of the message.
        message_id: String,
        /// The state of the entry; null when it is complete.
        state: Option<OutboxState>,
        /// The version. Every state change increases it by one.
        version: u64,
    },
    /// The events exceed the frame size; the page must read these conversations again.
    Reload {
        /// The conversation IDs.
        conversation_ids: Vec<String>,
    },
}

/// A frame with the live events of one batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LiveFrame {
    /// The live events.
    pub events: Vec<LiveEvent>,
}

impl LiveEvent {
    /// Returns the IDs of the conversations that changed.
    pub fn conversation_ids(&self) -> &[String] {
        match self {
            Self::Conversation { conversation } => {
                std::slice::from_ref(&conversation.conversation_id)
            }
            Self::Message { message } => std::slice::from_ref(&message.conversation_id),
            Self::Outbox { conversation_id, .. } => std::slice::from_ref(conversation_id),
            Self::Reload { conversation_ids } => conversation_ids,
        }
    }
}

/// The maximum frame size of API Gateway, in bytes.
pub const MAX_FRAME_BYTES: usize = 32 * 1024;

/// A live event as JSON, serialized once for all sockets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerializedEvent {
    text: String,
    conversation_ids: Vec<String>,
}

impl SerializedEvent {
    /// Serializes `event`.
    pub fn new(event: &LiveEvent) -> Result<Self> {
        let text = serde_json::to_string(event).map_err(Error::internal)?;
        Ok(Self { text, conversation_ids: event.conversation_ids().to_vec() })
    }

    /// Returns the IDs of the conversations that changed.
    pub fn conversation_ids(&self) -> &[String] {
        &self.conversation_ids
    }
}

/// Returns the frame with `events` as JSON.
///
/// If the frame would be too large, it contains one [`LiveEvent::Reload`] instead.
pub fn build_frame(events: &[&SerializedEvent]) -> Result<String> {
    let texts: Vec<&str> = events.iter().map(|event| &*event.text).collect();
    let text = format!(r#"{{"events":[{}]}}"#, texts.join(","));
    if text.len() < MAX_FRAME_BYTES {
        return Ok(text);
    }
    let ids = events.iter().flat_map(|event| event.conversation_ids.iter().cloned());
    let mut conversation_ids: Vec<String> = ids.collect();
    conversation_ids.sort_unstable();
    conversation_ids.dedup();
    let reload = LiveFrame { events: vec![LiveEvent::Reload { conversation_ids }] };
    serde_json::to_string(&reload).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oversized_frame_becomes_a_reload() {
        let event = |n: usize| LiveEvent::Outbox {
            conversation_id: format!("c{}", n % 3),
            message_id: "m".repeat(100),
            state: None,
            version: 1,
        };
        let build = |count: usize| {
            let events: Vec<_> =
                (0..count).map(|n| SerializedEvent::new(&event(n)).unwrap()).collect();
            build_frame(&events.iter().collect::<Vec<_>>()).unwrap()
        };
        let small: LiveFrame = serde_json::from_str(&build(3)).unwrap();
        assert_eq!(small.events, (0..3).map(event).collect::<Vec<_>>());
        // A deletion is a reload event already. Its conversation stays in the frame.
        let deletion = LiveEvent::Reload { conversation_ids: vec!["deleted".to_owned()] };
        let events: Vec<_> = (0..500).map(event).chain([deletion]).collect();
        let events: Vec<_> = events.iter().map(|it| SerializedEvent::new(it).unwrap()).collect();
        let frame = build_frame(&events.iter().collect::<Vec<_>>()).unwrap();
        assert!(frame.contains(r#""conversation_ids":["c0","c1","c2","deleted"]"#), "{frame}");
        let large = build(500);
        assert!(large.len() < MAX_FRAME_BYTES);
        assert!(large.contains(r#""conversation_ids":["c0","c1","c2"]"#), "{large}");
    }
}
