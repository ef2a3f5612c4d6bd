//! A conversation as stored in the table.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::{Address, Channel};
use crate::clock;
use crate::consent::Consent;
use crate::conversation::id::{ConversationId, id_from_pk};
use crate::conversation::list_partition::ListPartition;
use crate::conversation::preview::Preview;
use crate::direction::Direction;
use crate::ids::MessageId;
use crate::inbox_name::InboxName;

/// The kind of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// One business address and one contact.
    Direct,
}

impl ConversationKind {
    /// Returns the kind as stored in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
        }
    }
}

/// The length of the 24-hour window of WhatsApp and Messenger, from the contact's last message.
pub const MESSAGING_WINDOW: std::time::Duration = std::time::Duration::from_hours(24);

/// A conversation as stored in the table.
///
/// Times are milliseconds since 1970, because the item must stay small: see `store::meta`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The ID. It is stored in the partition key only.
    #[serde(rename = "pk", deserialize_with = "id_from_pk", skip_serializing)]
    pub id: ConversationId,
    /// The kind of the conversation.
    pub kind: ConversationKind,
    /// The inbox of the conversation.
    pub inbox: InboxName,
    /// The business address.
    pub business: Option<Address>,
    /// The contact address.
    pub contact: Option<Address>,
    /// The contact's name, if an agent has set one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The contact's profile name on WhatsApp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_name: Option<String>,
    /// The time of the contact's last message.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub last_inbound_at: Option<Timestamp>,
    /// The contact's consent; absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// Whether there is a note. The note is an item of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_note: bool,
    /// Whether a user ID of the contact is stored. It leads to this conversation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_user_id: bool,
    /// The revision. Every write increases it by one.
    pub rev: u64,
    /// The number of inbound messages since an agent last read the conversation.
    #[serde(default)]
    pub unread: u64,
    /// Since when the contact waits for an answer: the first inbound message after our last answer. Absent if they do
    /// not wait.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub waiting_since: Option<Timestamp>,
    /// The last message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Preview>,
    /// The greatest ULID used in the conversation. New messages get greater ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_ulid: Option<MessageId>,
    /// Messages at or before this ULID are deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_through: Option<MessageId>,
    /// The time of its creation.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub created_at: Option<Timestamp>,
    /// The partition key in the `list` index; absent if the conversation is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_pk: Option<ListPartition>,
    /// The sort key in the `list` index: `{last activity in ms}#{id}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_sk: Option<String>,
}

impl Conversation {
    /// Creates a direct conversation without messages. It is not in any list yet.
    pub fn direct(
        id: ConversationId,
        inbox: &InboxName,
        business: &Address,
        contact: Address,
    ) -> Self {
        Self {
            id,
            kind: ConversationKind::Direct,
            inbox: inbox.clone(),
            business: Some(business.clone()),
            contact: Some(contact),
            name: None,
            profile_name: None,
            last_inbound_at: None,
            consent: None,
            has_note: false,
            has_user_id: false,
            rev: 0,
            unread: 0,
            waiting_since: None,
            preview: None,
            last_ulid: None,
            deleted_through: None,
            created_at: None,
            list_pk: None,
            list_sk: None,
        }
    }

    /// Returns the name that the list shows: the contact's name, else the profile name.
    pub fn shown_name(&self) -> Option<&str> {
        self.name.as_deref().or(self.profile_name.as_deref())
    }

    /// Returns whether the contact waits for an answer: the last message is theirs, and no user has answered, closed or
    /// dismissed it.
    pub fn is_waiting(&self) -> bool {
        let is_last = |preview: &Preview| preview.direction == Direction::Inbound;
        self.waiting_since.is_some() && self.preview.as_ref().is_some_and(is_last)
    }

    /// Returns the sort key in the `list` index for a last activity at `at`.
    pub fn list_sort_key(at: Timestamp, id: &ConversationId) -> String {
        format!("{:013}#{id}", at.as_millisecond())
    }

    /// Parses a sort key in the `list` index.
    pub fn parse_list_sort_key(key: &str) -> Option<(Timestamp, ConversationId)> {
        let (milliseconds, id) = key.split_once('#')?;
        let at = Timestamp::from_millisecond(milliseconds.parse().ok()?).ok()?;
        Some((at, ConversationId::parse(id)?))
    }

    /// Returns the time of the last activity, which is part of the list sort key.
    pub fn last_activity(&self) -> Option<Timestamp> {
        Self::parse_list_sort_key(self.list_sk.as_deref()?).map(|(at, _)| at)
    }

    /// Returns the end of the 24-hour window.
    ///
    /// Returns `None` if the channel has no window or the contact has not sent a message.
    pub fn window_expires_at(&self) -> Option<Timestamp> {
        let channel = self.contact.as_ref()?.channel();
        matches!(channel, Channel::WhatsApp | Channel::Messenger)
            .then(|| self.last_inbound_at.map(|at| clock::add(at, MESSAGING_WINDOW)))?
    }
}
