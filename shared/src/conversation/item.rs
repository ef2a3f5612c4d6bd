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

/// Whether a conversation is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationStatus {
    /// On the desk.
    Open,
    /// Done, until the contact writes again.
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

/// A place in the list: inbox, status, and whether somebody waits.
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

/// How long a person who wrote by WhatsApp or Messenger may be answered freely.
pub const MESSAGING_WINDOW: std::time::Duration = std::time::Duration::from_hours(24);

/// A conversation as stored in the table.
///
/// Times are milliseconds since 1970, because the item must stay small: see `store::meta`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The ID. It is stored in the partition key only.
    #[serde(rename = "pk", deserialize_with = "id_from_pk", skip_serializing)]
    pub id: ConversationId,
    /// Its kind.
    pub kind: ConversationKind,
    /// The inbox of the conversation.
    pub inbox: InboxName,
    /// Our address.
    pub business: Option<Address>,
    /// The contact's address.
    pub contact: Option<Address>,
    /// The contact's name, if an agent has set one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the contact calls itself on WhatsApp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_name: Option<String>,
    /// The time of the contact's last message.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub last_inbound_at: Option<Timestamp>,
    /// Whether the contact wants messages, where that was ever said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// Whether there is a note. The note is an item of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_note: bool,
    /// Grows by one with every write.
    pub rev: u64,
    /// The number of inbound messages since an agent last read the conversation.
    #[serde(default)]
    pub unread: u64,
    /// The last message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Preview>,
    /// The greatest ULID used in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_ulid: Option<MessageId>,
    /// Nothing at or before this is shown: it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_through: Option<MessageId>,
    /// The time of its creation.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub created_at: Option<Timestamp>,
    /// Its place in the list; absent when deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_pk: Option<ListPartition>,
    /// `{last activity, ms}#{id}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_sk: Option<String>,
}

impl Conversation {
    /// A conversation with one contact before anything has happened in it.
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

    /// The sort key in the list for activity at `at`.
    pub fn list_sort_key(at: Timestamp, id: &ConversationId) -> String {
        format!("{:013}#{id}", at.as_millisecond())
    }

    /// When something last happened, from the place in the list.
    pub fn last_activity(&self) -> Option<Timestamp> {
        let (milliseconds, _) = self.list_sk.as_deref()?.split_once('#')?;
        Timestamp::from_millisecond(milliseconds.parse().ok()?).ok()
    }

    /// Until when the contact may be answered freely; none where the channel knows no such window.
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
