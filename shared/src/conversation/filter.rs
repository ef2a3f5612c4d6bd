//! The filters of the conversation list.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A filter of the conversation list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Open conversations, merged by time.
    Open,
    /// Open conversations with unread messages.
    Unread,
    /// Open conversations that are unread or whose contact waits for an answer, merged by time.
    Waiting,
    /// Closed conversations.
    Closed,
    /// Open and closed conversations. Only with a search.
    All,
}

impl Filter {
    /// All filters.
    pub const ALL: [Self; 5] = [Self::Open, Self::Unread, Self::Waiting, Self::Closed, Self::All];

    /// The filters that the page shows as tabs, in their order.
    pub const TABS: [Self; 3] = [Self::Waiting, Self::Open, Self::Closed];

    /// Returns the name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Unread => "unread",
            Self::Waiting => "waiting",
            Self::Closed => "closed",
            Self::All => "all",
        }
    }

    /// Parses the name in the API.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.as_str() == name)
    }
}
