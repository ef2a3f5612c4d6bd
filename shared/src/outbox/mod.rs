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
    /// The entry's ULID. A send has the ULID of its message.
    pub id: Ulid,
    /// The conversation ID.
    pub conversation_id: ConversationId,
    /// The inbox of the conversation, which decides who receives the live event.
    pub inbox: String,
    /// The kind of the entry.
    pub kind: OutboxKind,
    /// The message that the entry is about.
    pub message_id: Ulid,
    /// Keys of files to delete from the bucket. The message no longer refers to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub object_keys: Vec<String>,
    /// The state. The stream filter in `template.yaml` uses the attribute name `outbox_state`.
    #[serde(rename = "outbox_state")]
    pub state: OutboxState,
    /// The time from which the sweep processes the entry.
    pub due_at: Timestamp,
    /// The start of the current claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<Timestamp>,
    /// The end of the current claim's lease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_expires_at: Option<Timestamp>,
    /// The number of claims so far.
    #[serde(default)]
    pub attempts: u32,
    /// The version. Every state change increases it by one.
    #[serde(default)]
    pub version: u64,
    /// The partition key in the `list` index: [`DUE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_pk: Option<String>,
    /// The sort key in the `list` index; see [`due_sort_key`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_sk: Option<String>,
}

impl OutboxEntry {
    /// Creates a ready entry that sends a message.
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

    /// Creates the look-up job for a send in state `Unknown`. It is due in one minute.
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

    /// Creates a ready job. `id` is the job's own ULID, because a message can have several jobs.
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

    /// Returns whether the entry is claimed and its lease has not expired.
    pub fn is_leased(&self, now: Timestamp) -> bool {
        self.state == OutboxState::Claimed
            && self.lease_expires_at.is_some_and(|expires_at| expires_at > now)
    }

    /// Returns the entry as the API returns it.
    pub fn view(&self) -> OutboxEntryView {
        OutboxEntryView { state: self.state, version: self.version }
    }
}

/// The partition key of outbox entries in the `list` index.
pub const DUE: &str = "DUE";

/// Returns the sort key of an entry in the `list` index: `{due_at in ms}#{conversation}#{id}`.
pub fn due_sort_key(due_at: Timestamp, conversation_id: &ConversationId, id: Ulid) -> String {
    format!("{:013}#{conversation_id}#{id}", due_at.as_millisecond())
}

/// Returns the delay of a deferred send: 30 s, doubled with every attempt, at most five minutes.
///
/// `retry_after` is Twilio's `Retry-After`. A longer one replaces the delay, up to the same maximum.
pub fn backoff(attempts: u32, retry_after: Option<Duration>) -> Duration {
    let delay = Duration::from_secs(30).saturating_mul(1 << attempts.saturating_sub(1).min(4));
    retry_after.unwrap_or_default().max(delay).min(Duration::from_mins(5))
}

/// The outbox entry of a message as returned by the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OutboxEntry)]
pub struct OutboxEntryView {
    /// The state of the entry.
    pub state: OutboxState,
    /// The version. Every state change increases it by one.
    pub version: u64,
}
