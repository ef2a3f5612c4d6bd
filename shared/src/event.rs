//! What changed, as the page is told it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::conversation::ConversationView;
use crate::intent::IntentState;
use crate::message::MessageView;

/// One change. Applied in any order, any number of times, the page ends in the same state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = Event)]
pub enum Event {
    /// A conversation is now like this.
    Conversation {
        /// The conversation.
        conversation: Box<ConversationView>,
    },
    /// A message is now like this; its intent is told apart.
    Message {
        /// The message.
        message: Box<MessageView>,
    },
    /// A send is at another step.
    Intent {
        /// The conversation.
        conversation_id: String,
        /// The message to be sent.
        message_id: String,
        /// Where it stands; null when it is settled.
        state: Option<IntentState>,
        /// Grows by one with every change.
        step: u64,
    },
    /// Too much to tell: read these again.
    Reload {
        /// The conversations.
        conversation_ids: Vec<String>,
    },
}

/// What one socket frame holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Frame {
    /// The changes of one batch.
    pub events: Vec<Event>,
}

impl Event {
    /// The conversation that it is about; none for a reload of several.
    pub fn conversation_id(&self) -> Option<&str> {
        match self {
            Self::Conversation { conversation } => Some(&conversation.conversation_id),
            Self::Message { message } => Some(&message.conversation_id),
            Self::Intent { conversation_id, .. } => Some(conversation_id),
            Self::Reload { .. } => None,
        }
    }
}

/// The largest frame that API Gateway takes, bytes.
pub const LARGEST_FRAME: usize = 32 * 1024;

/// The frame for `events` as text; one that would be too large asks for a reload instead.
pub fn frame(events: Vec<Event>) -> Result<String, serde_json::Error> {
    let named = |event: &Event| match event {
        Event::Reload { conversation_ids } => conversation_ids.clone(),
        other => other.conversation_id().map(str::to_owned).into_iter().collect(),
    };
    let mut ids: Vec<String> = events.iter().flat_map(named).collect();
    let text = serde_json::to_string(&Frame { events })?;
    if text.len() < LARGEST_FRAME {
        return Ok(text);
    }
    ids.sort_unstable();
    ids.dedup();
    serde_json::to_string(&Frame { events: vec![Event::Reload { conversation_ids: ids }] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_would_be_too_large_asks_for_a_reload() {
        let event = |n: usize| Event::Intent {
            conversation_id: format!("c{}", n % 3),
            message_id: "m".repeat(100),
            state: None,
            step: 1,
        };
        let small = frame((0..3).map(event).collect()).unwrap();
        assert!(small.contains("intent"));
        let large = frame((0..500).map(event).collect()).unwrap();
        assert!(large.len() < LARGEST_FRAME);
        assert!(large.contains(r#""conversation_ids":["c0","c1","c2"]"#), "{large}");
    }
}
