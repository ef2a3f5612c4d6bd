//! The partitions of the list: inbox, status and place.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

/// The place of a conversation among those with its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListPlace {
    /// It has unread messages.
    Unread,
    /// It was read, and the contact waits for an answer. Only open conversations wait.
    Waiting,
    /// It was read, and the contact does not wait.
    Read,
}

/// A partition of the `list` index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ListPartition {
    /// The inbox.
    pub inbox: InboxName,
    /// Open or closed.
    pub status: ConversationStatus,
    /// The place.
    pub place: ListPlace,
}

impl std::fmt::Display for ListPartition {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let status = match self.status {
            ConversationStatus::Open => "open",
            ConversationStatus::Closed => "closed",
        };
        let place = match self.place {
            ListPlace::Unread => "unread",
            ListPlace::Waiting => "waiting",
            ListPlace::Read => "read",
        };
        write!(out, "INBOX#{}#{status}#{place}", self.inbox)
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
        let parts: Vec<&str> = text.split('#').collect();
        let ["INBOX", inbox, status, place] = *parts else { return Err("not a list partition") };
        let status = match status {
            "open" => ConversationStatus::Open,
            "closed" => ConversationStatus::Closed,
            _ => return Err("not a list partition"),
        };
        let place = match place {
            "unread" => ListPlace::Unread,
            "waiting" => ListPlace::Waiting,
            "read" => ListPlace::Read,
            _ => return Err("not a list partition"),
        };
        let inbox = InboxName::parse(inbox).ok_or("not a list partition")?;
        Ok(Self { inbox, status, place })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_partition_survives_its_text_form() {
        for status in [ConversationStatus::Open, ConversationStatus::Closed] {
            for place in [ListPlace::Unread, ListPlace::Waiting, ListPlace::Read] {
                let partition = ListPartition { inbox: InboxName::main(), status, place };
                assert_eq!(ListPartition::try_from(partition.to_string()), Ok(partition));
            }
        }
        for text in ["", "INBOX", "INBOX#main#open", "INBOX#main#open#old", "INBOX#main#failed"] {
            assert!(ListPartition::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
