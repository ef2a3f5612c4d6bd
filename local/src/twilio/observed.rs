//! What the simulator saw: calls, webhooks and events, the newest 20,000 of each.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

const KEPT: usize = 20_000;

/// A call that wanted to create a message, accepted or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreateSeen {
    /// The recipient asked for.
    pub to: String,
    /// The text.
    pub body: String,
    /// The message that came of it.
    pub sid: Option<String>,
    /// When it was asked for, in milliseconds since 1970.
    pub at: i64,
}

/// A webhook that was posted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WebhookSeen {
    /// The message that it is about.
    pub sid: String,
    /// The status that it carries (`received` if inbound).
    pub message_status: String,
    /// Where it went, without connection overrides.
    pub url: String,
    /// The HTTP status of the answer; none if there was none.
    pub status: Option<u16>,
    /// Until the answer or the failure, milliseconds.
    pub millis: f64,
}

/// One attempt to post events to a sink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventsSeen {
    /// The sink.
    pub sink: String,
    /// The types of the events, in their order.
    pub types: Vec<String>,
    /// How often they were tried before.
    pub attempts: u32,
    /// The HTTP status of the answer; none if there was none.
    pub status: Option<u16>,
}

/// The three lists.
#[derive(Debug, Default)]
pub(super) struct Observed {
    creates: Mutex<VecDeque<CreateSeen>>,
    webhooks: Mutex<VecDeque<WebhookSeen>>,
    events: Mutex<VecDeque<EventsSeen>>,
}

impl Observed {
    pub(super) fn create(&self, seen: CreateSeen) {
        note(&self.creates, seen);
    }

    pub(super) fn webhook(&self, seen: WebhookSeen) {
        note(&self.webhooks, seen);
    }

    pub(super) fn event(&self, seen: EventsSeen) {
        note(&self.events, seen);
    }

    pub(super) fn creates(&self) -> Vec<CreateSeen> {
        all(&self.creates)
    }

    pub(super) fn webhooks(&self) -> Vec<WebhookSeen> {
        all(&self.webhooks)
    }

    pub(super) fn events(&self) -> Vec<EventsSeen> {
        all(&self.events)
    }
}

fn note<T>(list: &Mutex<VecDeque<T>>, seen: T) {
    let mut list = list.lock().unwrap_or_else(PoisonError::into_inner);
    if list.len() == KEPT {
        list.pop_front();
    }
    list.push_back(seen);
}

fn all<T: Clone>(list: &Mutex<VecDeque<T>>) -> Vec<T> {
    list.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
}
