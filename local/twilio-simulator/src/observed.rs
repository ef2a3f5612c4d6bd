//! The newest 20,000 observed create requests, webhooks and event posts.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

const MAX_OBSERVED: usize = 20_000;

/// A request to create a message, accepted or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObservedCreate {
    /// The requested recipient.
    pub to: String,
    /// The text.
    pub body: String,
    /// The SID of the created message.
    pub sid: Option<String>,
    /// When it was requested, in milliseconds since 1970.
    pub at: i64,
}

/// One attempt to post a webhook.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ObservedWebhook {
    /// The SID of the message that it reports.
    pub sid: String,
    /// The reported status.
    ///
    /// `received` for inbound messages.
    pub message_status: String,
    /// The URL without connection overrides.
    pub url: String,
    /// The HTTP status, or `None` without a response.
    pub status: Option<u16>,
    /// The time until the response or the failure, in milliseconds.
    pub millis: f64,
}

/// One attempt to post events to a sink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObservedEventPost {
    /// The SID of the sink.
    pub sink: String,
    /// The types of the events, in order.
    pub types: Vec<String>,
    /// The number of earlier attempts.
    pub attempts: u32,
    /// The HTTP status, or `None` without a response.
    pub status: Option<u16>,
}

/// The three lists of observed requests.
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
