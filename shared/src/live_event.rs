//! What changed, as the page is told it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::conversation::ConversationView;
use crate::error::{Error, Result};
use crate::message::MessageView;
use crate::outbox::OutboxState;

/// One change. Applied in any order, any number of times, the page ends in the same state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = LiveEvent)]
pub enum LiveEvent {
    /// A conversation is new or has changed.
    Conversation {
        /// The conversation.
        conversation: Box<ConversationView>,
    },
    /// A message is new or has changed. Its outbox entry has events of its own.
    Message {
        /// The message.
        message: Box<MessageView>,
    },
    /// A send is at another step.
    Outbox {
        /// The conversation.
        conversation_id: String,
        /// The message to be sent.
        message_id: String,
        /// Where it stands; null when it is settled.
        state: Option<OutboxState>,
        /// Grows by one with every change.
        version: u64,
    },
    /// Too much to tell: read these again.
    Reload {
        /// The conversations.
        conversation_ids: Vec<String>,
    },
}

/// What one socket frame holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LiveFrame {
    /// The changes of one batch.
    pub events: Vec<LiveEvent>,
}

impl LiveEvent {
    /// The conversation that it is about; none for a reload of several.
    pub fn conversation_id(&self) -> Option<&str> {
        match self {
            Self::Conversation { conversation } => Some(&conversation.conversation_id),
            Self::Message { message } => Some(&message.conversation_id),
            Self::Outbox { conversation_id, .. } => Some(conversation_id),
            Self::Reload { .. } => None,
        }
    }
}

/// The largest frame that API Gateway takes, bytes.
pub const MAX_FRAME_BYTES: usize = 32 * 1024;

/// An event as text: written once, however many sockets are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerializedEvent {
    text: String,
    conversation_id: Option<String>,
}

impl SerializedEvent {
    /// Writes `event`.
    pub fn new(event: &LiveEvent) -> Result<Self> {
        let text = serde_json::to_string(event).map_err(Error::internal)?;
        Ok(Self { text, conversation_id: event.conversation_id().map(str::to_owned) })
    }

    /// The conversation that it is about; none for a reload of several.
    pub fn conversation_id(&self) -> Option<&str> {
        self.conversation_id.as_deref()
    }
}

/// The frame for `events` as text; one that would be too large asks for a reload instead.
pub fn build_frame(events: &[&SerializedEvent]) -> Result<String> {
    let texts: Vec<&str> = events.iter().map(|event| &*event.text).collect();
    let text = format!(r#"{{"events":[{}]}}"#, texts.join(","));
    if text.len() < MAX_FRAME_BYTES {
        return Ok(text);
    }
    let ids = events.iter().filter_map(|event| event.conversation_id.clone());
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
        let large = build(500);
        assert!(large.len() < MAX_FRAME_BYTES);
        assert!(large.contains(r#""conversation_ids":["c0","c1","c2"]"#), "{large}");
    }
}
