//! What changed, as the page is told it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::conversation::ConversationView;
use crate::error::{Error, Result};
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

/// An event as text: written once, however many sockets are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    text: String,
    conversation_id: Option<String>,
}

impl Written {
    /// Writes `event`.
    pub fn of(event: &Event) -> Result<Self> {
        let text = serde_json::to_string(event).map_err(Error::failed)?;
        Ok(Self { text, conversation_id: event.conversation_id().map(str::to_owned) })
    }

    /// The conversation that it is about; none for a reload of several.
    pub fn conversation_id(&self) -> Option<&str> {
        self.conversation_id.as_deref()
    }
}

/// The frame for `events` as text; one that would be too large asks for a reload instead.
pub fn frame(events: &[&Written]) -> Result<String> {
    let texts: Vec<&str> = events.iter().map(|event| &*event.text).collect();
    let text = format!(r#"{{"events":[{}]}}"#, texts.join(","));
    if text.len() < LARGEST_FRAME {
        return Ok(text);
    }
    let ids = events.iter().filter_map(|event| event.conversation_id.clone());
    let mut conversation_ids: Vec<String> = ids.collect();
    conversation_ids.sort_unstable();
    conversation_ids.dedup();
    let reload = Frame { events: vec![Event::Reload { conversation_ids }] };
    serde_json::to_string(&reload).map_err(Error::failed)
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
        let frame_of = |count: usize| {
            let written: Vec<_> = (0..count).map(|n| Written::of(&event(n)).unwrap()).collect();
            frame(&written.iter().collect::<Vec<_>>()).unwrap()
        };
        let small: Frame = serde_json::from_str(&frame_of(3)).unwrap();
        assert_eq!(small.events, (0..3).map(event).collect::<Vec<_>>());
        let large = frame_of(500);
        assert!(large.len() < LARGEST_FRAME);
        assert!(large.contains(r#""conversation_ids":["c0","c1","c2"]"#), "{large}");
    }
}
