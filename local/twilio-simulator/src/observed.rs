//! What the simulator saw: calls, webhooks and events, the newest 20,000 of each.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

const MAX_OBSERVED: usize = 20_000;

/// A call that wanted to create a message, accepted or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObservedCreate {
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
pub struct ObservedWebhook {
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
pub struct ObservedEventPost {
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
    creates: Mutex<VecDeque<ObservedCreate>>,
    webhooks: Mutex<VecDeque<ObservedWebhook>>,
    events: Mutex<VecDeque<ObservedEventPost>>,
}

impl Observed {
    pub(super) fn record_create(&self, create: ObservedCreate) {
        push(&self.creates, create);
    }

    pub(super) fn record_webhook(&self, webhook: ObservedWebhook) {
        push(&self.webhooks, webhook);
    }

    pub(super) fn record_event_post(&self, post: ObservedEventPost) {
        push(&self.events, post);
    }

    pub(super) fn creates(&self) -> Vec<ObservedCreate> {
        snapshot(&self.creates)
    }

    pub(super) fn webhooks(&self) -> Vec<ObservedWebhook> {
        snapshot(&self.webhooks)
    }

    pub(super) fn events(&self) -> Vec<ObservedEventPost> {
        snapshot(&self.events)
    }
}

fn push<T>(list: &Mutex<VecDeque<T>>, entry: T) {
    let mut list = list.lock().unwrap_or_else(PoisonError::into_inner);
    if list.len() == MAX_OBSERVED {
        list.pop_front();
    }
    list.push_back(entry);
}

fn snapshot<T: Clone>(list: &Mutex<VecDeque<T>>) -> Vec<T> {
    list.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
}
