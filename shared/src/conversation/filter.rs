//! The filters of the conversation list.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A filter of the conversation list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Open conversations, read and unread, merged by time.
    Open,
    /// Open conversations with unread messages.
    Unread,
    /// Closed conversations.
    Closed,
}

impl Filter {
    /// All filters, in the order in which the page shows them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Unread, Self::Closed];

    /// Returns the name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Unread => "unread",
            Self::Closed => "closed",
        }
    }

    /// Parses the name in the API.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.as_str() == name)
    }
}
