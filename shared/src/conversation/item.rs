//! A conversation as stored in the table, and its key in the inbox list.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::address::{Address, Channel};
use crate::clock;
use crate::consent::Consent;
use crate::conversation::id::{ConversationId, id_from_pk};
use crate::conversation::preview::Preview;
use crate::ids::MessageId;
use crate::inbox_name::InboxName;

/// The status of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationStatus {
    /// In the *Open* list.
    Open,
    /// In the *Closed* list. An inbound message opens it again.
    Closed,
}

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

/// A partition of the `list` index: inbox, status, and unread or read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ListPartition {
    /// The inbox.
    pub inbox: InboxName,
    /// Open or closed.
    pub status: ConversationStatus,
    /// Whether there are unread messages.
    pub unread: bool,
}

impl std::fmt::Display for ListPartition {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let status = match self.status {
            ConversationStatus::Open => "open",
            ConversationStatus::Closed => "closed",
        };
        write!(out, "INBOX#{}#{status}#{}", self.inbox, if self.unread { "unread" } else { "read" })
    }
}

impl From<ListPartition> for String {
    fn from(partition: ListPartition) -> Self {
        partition.to_string()
    }
}

impl TryFrom<String> for ListPartition {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut parts = text.split('#');
        let parse = |parts: &mut std::str::Split<'_, char>| {
            let inbox = InboxName::parse(parts.next()?)?;
            let status = match parts.next()? {
                "open" => ConversationStatus::Open,
                "closed" => ConversationStatus::Closed,
                _ => return None,
            };
            let unread = match parts.next()? {
                "unread" => true,
                "read" => false,
                _ => return None,
            };
            Some(Self { inbox, status, unread })
        };
        match parts.next() {
            Some("INBOX") => parse(&mut parts).ok_or("not a list partition"),
            _ => Err("not a list partition"),
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
    /// The revision. Every write increases it by one.
    pub rev: u64,
    /// The number of inbound messages since an agent last read the conversation.
    #[serde(default)]
    pub unread: u64,
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
            rev: 0,
            unread: 0,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_partition_survives_its_text_form() {
        for status in [ConversationStatus::Open, ConversationStatus::Closed] {
            for unread in [true, false] {
                let partition = ListPartition { inbox: InboxName::main(), status, unread };
                assert_eq!(ListPartition::try_from(partition.to_string()), Ok(partition));
            }
        }
    }
}
