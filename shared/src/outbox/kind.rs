//! The kinds of outbox entries: the only table of how each is stored and run.

use serde::{Deserialize, Serialize};

/// The kind of an outbox entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutboxKind {
    /// Create the message at Twilio.
    SendMessage,
    /// Look up the message at Twilio.
    LookUpMessage,
    /// Look up the media that an event announced but no webhook named.
    LookUpMedia,
    /// Fetch the media of the message into the bucket.
    FetchMedia,
    /// Erase the messages and files of a deleted conversation.
    EraseConversation,
    /// Delete the files of the message, and its text and media at Twilio.
    RedactMessage,
}

/// How entries of one kind are stored and run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxPlan {
    /// Where the entry is stored.
    pub placement: Placement,
    /// Whether the entry may be claimed again when its lease has expired.
    pub repeatable: bool,
    /// What runs the entry.
    pub owner: Owner,
}

/// Where an entry is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// In the conversation queue: entries run in order.
    Queue,
    /// Outside the conversation queue: entries run in any order.
    Job,
}

/// What runs an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// `dispatch` itself.
    Dispatch(DispatchTask),
    /// Another function, to which `dispatch` hands the entry off.
    Function(JobFunction),
}

/// A task of `dispatch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DispatchTask {
    /// Creates a message at Twilio.
    SendMessage,
    /// Looks up a message in Twilio's list.
    LookUpMessage,
    /// Looks up the media of a message at Twilio.
    LookUpMedia,
    /// Redacts a message here and at Twilio.
    RedactMessage,
}

/// A function that runs jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobFunction {
    /// `fetch-media`.
    FetchMedia,
    /// `erase-conversation`.
    EraseConversation,
}

impl OutboxKind {
    /// Returns how entries of this kind are stored and run. The only place that tells the kinds apart.
    pub const fn plan(self) -> OutboxPlan {
        match self {
            Self::SendMessage => OutboxPlan::once(DispatchTask::SendMessage),
            Self::LookUpMessage => OutboxPlan::job(Owner::Dispatch(DispatchTask::LookUpMessage)),
            Self::LookUpMedia => OutboxPlan::job(Owner::Dispatch(DispatchTask::LookUpMedia)),
            Self::FetchMedia => OutboxPlan::job(Owner::Function(JobFunction::FetchMedia)),
            Self::EraseConversation => {
                OutboxPlan::job(Owner::Function(JobFunction::EraseConversation))
            }
            Self::RedactMessage => OutboxPlan::job(Owner::Dispatch(DispatchTask::RedactMessage)),
        }
    }
}

impl OutboxPlan {
    const fn once(task: DispatchTask) -> Self {
        Self { placement: Placement::Queue, repeatable: false, owner: Owner::Dispatch(task) }
    }

    const fn job(owner: Owner) -> Self {
        Self { placement: Placement::Job, repeatable: true, owner }
    }
}
