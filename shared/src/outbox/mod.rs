//! Outbox entries: rows that say what must be done at Twilio or in a job.

mod home;
mod kind;
mod target;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use home::OutboxHome;
pub use kind::{DispatchTask, JobFunction, OutboxKind, OutboxPlan, Owner, Placement};

pub use crate::clock::add;
use crate::conversation::ConversationId;
use crate::error::{Error, Result};
use crate::ids::{EntryId, MessageId};
use crate::inbox_name::InboxName;
pub use target::OutboxTarget;

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

/// An outbox entry as stored, without its place in the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// The entry's ULID. A send has the ULID of its message.
    pub id: EntryId,
    /// The partition that the entry is stored in. It is stored in the partition key only.
    #[serde(rename = "pk", skip_serializing)]
    pub home: OutboxHome,
    /// The inbox of the conversation, which decides who receives the live event.
    pub inbox: InboxName,
    /// The kind of the entry.
    pub kind: OutboxKind,
    /// What the entry is about.
    pub target: OutboxTarget,
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
    pub attempts: u32,
    /// The version. Every state change increases it by one.
    pub version: u64,
}

impl OutboxEntry {
    /// Returns a new entry that is ready.
    pub fn new(
        kind: OutboxKind,
        home: OutboxHome,
        inbox: &InboxName,
        target: OutboxTarget,
        id: EntryId,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            home,
            inbox: inbox.clone(),
            kind,
            target,
            object_keys: Vec::new(),
            state: OutboxState::Ready,
            due_at: add(now, READY_GRACE),
            claimed_at: None,
            lease_expires_at: None,
            attempts: 0,
            version: 1,
        }
    }

    /// Returns the job that looks up an unknown send. It is due in a minute.
    pub fn look_up(unknown: &Self, id: EntryId, now: Timestamp) -> Self {
        let (home, target) = (unknown.home.clone(), unknown.target);
        Self {
            state: OutboxState::Deferred,
            due_at: add(now, Duration::from_mins(1)),
            ..Self::new(OutboxKind::LookUpMessage, home, &unknown.inbox, target, id, now)
        }
    }

    /// Returns the conversation that the entry is stored in.
    ///
    /// # Errors
    /// `Internal` if the entry is a job without a conversation.
    pub fn conversation(&self) -> Result<&ConversationId> {
        match &self.home {
            OutboxHome::Conversation(id) => Ok(id),
            OutboxHome::Job(_) => Err(Error::internal("an outbox entry without a conversation")),
        }
    }

    /// Returns the message that the entry is about, if it is about one.
    pub fn message_id(&self) -> Option<MessageId> {
        match self.target {
            OutboxTarget::Message(id) => Some(id),
            OutboxTarget::MessagesThrough(_) => None,
        }
    }

    /// Returns the conversation and the message that the entry is about.
    ///
    /// # Errors
    /// `Internal` if the entry is not about a message.
    pub fn message(&self) -> Result<(&ConversationId, MessageId)> {
        let id = self.message_id();
        let id = id.ok_or_else(|| Error::internal("an outbox entry without a message"))?;
        Ok((self.conversation()?, id))
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
