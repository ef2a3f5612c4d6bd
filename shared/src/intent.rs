//! An intent: what is still to be done at Twilio, as a row of its own.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;
use utoipa::ToSchema;

use crate::conversation::ConversationId;

/// How long a claim holds: longer than the longest run of `dispatch`.
pub const LEASE: Duration = Duration::from_secs(90);

/// When the sweep looks after a fresh intent whose record was lost.
pub const FRESH: Duration = Duration::from_mins(1);

/// Where an intent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntentState {
    /// To be claimed.
    Ready,
    /// A run of `dispatch` is at it.
    Claimed,
    /// Deferred until it is due.
    Later,
    /// Twilio may have done it; being found out.
    Unknown,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentKind {
    /// Create the message at Twilio. *Once*: never repeated by itself.
    SendMessage,
    /// Look for the message at Twilio. *Repeatable*.
    FindMessage,
    /// Ask Twilio for the files that an event announced and no webhook named. *Repeatable*.
    FindMedia,
    /// Fetch what came with the message into our bucket. *Repeatable*.
    FetchMedia,
    /// Erase what a conversation left behind. *Repeatable*.
    EraseConversation,
    /// Delete the message's files, and take its text and media away at Twilio. *Repeatable*.
    RedactMessage,
}

impl IntentKind {
    /// Whether it may be claimed again when its lease is over.
    pub fn repeatable(self) -> bool {
        match self {
            Self::SendMessage => false,
            Self::FindMessage
            | Self::FindMedia
            | Self::FetchMedia
            | Self::EraseConversation
            | Self::RedactMessage => true,
        }
    }
}

/// An intent as it stands in the table (attributes beside the keys).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Its key; a send has its message's.
    pub id: Ulid,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The inbox, for the scope of its event.
    pub inbox: String,
    /// What is to be done.
    pub kind: IntentKind,
    /// The message that it is about.
    pub target: Ulid,
    /// What is to be deleted from the bucket with it, which no message names any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<String>,
    /// Where it stands (the attribute is called `intent`, for the stream's filter).
    #[serde(rename = "intent")]
    pub state: IntentState,
    /// When the sweep looks at it.
    pub due_at: Timestamp,
    /// When the present claim began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<Timestamp>,
    /// When the present claim ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Timestamp>,
    /// How often it was claimed.
    #[serde(default)]
    pub attempts: u32,
    /// Grows by one with every change of state.
    #[serde(default)]
    pub step: u64,
    /// Its place among what is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_pk: Option<String>,
    /// `{due, ms}#{conversation}#{id}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_sk: Option<String>,
}

impl Intent {
    /// A fresh intent, ready at once.
    pub fn ready(
        conversation: &ConversationId,
        inbox: &str,
        message: Ulid,
        now: Timestamp,
    ) -> Self {
        let due_at = later(now, FRESH);
        Self {
            id: message,
            conversation: conversation.clone(),
            inbox: inbox.to_owned(),
            kind: IntentKind::SendMessage,
            target: message,
            objects: Vec::new(),
            state: IntentState::Ready,
            due_at,
            claimed_at: None,
            lease: None,
            attempts: 0,
            step: 1,
            list_pk: Some(DUE.to_owned()),
            list_sk: Some(due_sort(due_at, conversation, message)),
        }
    }

    /// The look-up job for a send of which nobody knows whether Twilio took it.
    pub fn find(unknown: &Self, id: Ulid, now: Timestamp) -> Self {
        let due_at = later(now, Duration::from_mins(1));
        Self {
            id,
            kind: IntentKind::FindMessage,
            state: IntentState::Later,
            due_at,
            attempts: 0,
            step: 1,
            lease: None,
            claimed_at: None,
            list_pk: Some(DUE.to_owned()),
            list_sk: Some(due_sort(due_at, &unknown.conversation, id)),
            ..unknown.clone()
        }
    }

    /// A job beside the lane, ready at once. `id` is its own: a message may have several.
    pub fn job(
        kind: IntentKind,
        conversation: &ConversationId,
        inbox: &str,
        target: Ulid,
        id: Ulid,
        now: Timestamp,
    ) -> Self {
        let ready = Self::ready(conversation, inbox, id, now);
        Self { kind, target, ..ready }
    }

    /// Whether a claim still holds.
    pub fn alive(&self, now: Timestamp) -> bool {
        self.state == IntentState::Claimed && self.lease.is_some_and(|lease| lease > now)
    }

    /// How the API shows it.
    pub fn view(&self) -> IntentView {
        IntentView { state: self.state, step: self.step }
    }
}

/// The partition of what is due, in the index.
pub const DUE: &str = "DUE";

/// The sort key of what is due at `due_at`.
pub fn due_sort(due_at: Timestamp, conversation: &ConversationId, id: Ulid) -> String {
    format!("{:013}#{conversation}#{id}", due_at.as_millisecond())
}

/// `now` and `duration`, as a time that exists.
pub fn later(now: Timestamp, duration: Duration) -> Timestamp {
    now.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// How long a deferred send waits: half a minute, doubled with every attempt, five minutes at most.
pub fn deferral(attempts: u32, asked: Option<Duration>) -> Duration {
    let own = Duration::from_secs(30).saturating_mul(1 << attempts.saturating_sub(1).min(4));
    asked.unwrap_or_default().max(own).min(Duration::from_mins(5))
}

/// The send that is still to be done, as the API shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Intent)]
pub struct IntentView {
    /// Where it stands.
    pub state: IntentState,
    /// Grows by one with every change of state.
    pub step: u64,
}
