//! Outbox entries: rows that say what must be done at Twilio or in a job.

mod kind;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;
use utoipa::ToSchema;

pub use kind::{DispatchTask, JobFunction, OutboxKind, OutboxPlan, Owner, Placement};

pub use crate::clock::add;
use crate::conversation::ConversationId;

/// The duration of a claim's lease: longer than the longest run of `dispatch`.
pub const LEASE_DURATION: Duration = Duration::from_secs(90);

/// The delay after which the sweep requeues a new entry whose stream record was lost.
pub const READY_GRACE: Duration = Duration::from_mins(1);

/// The state of an outbox entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutboxState {
    /// May be claimed.
    Ready,
    /// Claimed by a run of `dispatch`.
    Claimed,
    /// Deferred until it is due.
    Deferred,
    /// Twilio may have accepted the message; a look-up searches for it.
    Unknown,
}

/// An outbox entry as stored, without its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// Its key; a send has its message's.
    pub id: Ulid,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// The inbox, for the scope of its event.
    pub inbox: String,
    /// What is to be done.
    pub kind: OutboxKind,
    /// The message that it is about.
    pub message_id: Ulid,
    /// What is to be deleted from the bucket with it, which no message names any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub object_keys: Vec<String>,
    /// Where it stands (the attribute is called `intent`, for the stream's filter).
    #[serde(rename = "outbox_state")]
    pub state: OutboxState,
    /// When the sweep looks at it.
    pub due_at: Timestamp,
    /// When the present claim began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<Timestamp>,
    /// When the present claim ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_expires_at: Option<Timestamp>,
    /// How often it was claimed.
    #[serde(default)]
    pub attempts: u32,
    /// Grows by one with every change of state.
    #[serde(default)]
    pub version: u64,
    /// Its place among what is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_pk: Option<String>,
    /// `{due, ms}#{conversation}#{id}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_sk: Option<String>,
}

impl OutboxEntry {
    /// A fresh intent, ready at once.
    pub fn new_send(
        conversation_id: &ConversationId,
        inbox: &str,
        message_id: Ulid,
        now: Timestamp,
    ) -> Self {
        let due_at = add(now, READY_GRACE);
        Self {
            id: message_id,
            conversation_id: conversation_id.clone(),
            inbox: inbox.to_owned(),
            kind: OutboxKind::SendMessage,
            message_id,
            object_keys: Vec::new(),
            state: OutboxState::Ready,
            due_at,
            claimed_at: None,
            lease_expires_at: None,
            attempts: 0,
            version: 1,
            list_pk: Some(DUE.to_owned()),
            list_sk: Some(due_sort_key(due_at, conversation_id, message_id)),
        }
    }

    /// The look-up job for a send of which nobody knows whether Twilio took it.
    pub fn look_up(unknown: &Self, id: Ulid, now: Timestamp) -> Self {
        let due_at = add(now, Duration::from_mins(1));
        Self {
            id,
            kind: OutboxKind::LookUpMessage,
            state: OutboxState::Deferred,
            due_at,
            attempts: 0,
            version: 1,
            lease_expires_at: None,
            claimed_at: None,
            list_pk: Some(DUE.to_owned()),
            list_sk: Some(due_sort_key(due_at, &unknown.conversation_id, id)),
            ..unknown.clone()
        }
    }

    /// A job beside the lane, ready at once. `id` is its own: a message may have several.
    pub fn job(
        kind: OutboxKind,
        conversation_id: &ConversationId,
        inbox: &str,
        message_id: Ulid,
        id: Ulid,
        now: Timestamp,
    ) -> Self {
        let send = Self::new_send(conversation_id, inbox, id, now);
        Self { kind, message_id, ..send }
    }

    /// Whether a claim still holds.
    pub fn is_leased(&self, now: Timestamp) -> bool {
        self.state == OutboxState::Claimed
            && self.lease_expires_at.is_some_and(|expires_at| expires_at > now)
    }

    /// How the API shows it.
    pub fn view(&self) -> OutboxEntryView {
        OutboxEntryView { state: self.state, version: self.version }
    }
}

/// The partition of what is due, in the index.
pub const DUE: &str = "DUE";

/// The sort key of what is due at `due_at`.
pub fn due_sort_key(due_at: Timestamp, conversation_id: &ConversationId, id: Ulid) -> String {
    format!("{:013}#{conversation_id}#{id}", due_at.as_millisecond())
}

/// How long a deferred send waits: half a minute, doubled with every attempt, five minutes at most.
pub fn backoff(attempts: u32, retry_after: Option<Duration>) -> Duration {
    let delay = Duration::from_secs(30).saturating_mul(1 << attempts.saturating_sub(1).min(4));
    retry_after.unwrap_or_default().max(delay).min(Duration::from_mins(5))
}

/// The send that is still to be done, as the API shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OutboxEntry)]
pub struct OutboxEntryView {
    /// Where it stands.
    pub state: OutboxState,
    /// Grows by one with every change of state.
    pub version: u64,
}
