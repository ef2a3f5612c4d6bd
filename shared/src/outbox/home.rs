//! The partition that an outbox entry is stored in.

use serde::{Deserialize, Serialize};

use crate::conversation::ConversationId;
use crate::conversation::id::PK_PREFIX;
use crate::ids::EntryId;

const JOB_PREFIX: &str = "JOB#";

/// The partition that an outbox entry is stored in. Its text form is the partition key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum OutboxHome {
    /// A conversation's partition: its queue, or a job beside it.
    Conversation(ConversationId),
    /// A partition of its own, for a job without a conversation.
    Job(EntryId),
}

impl OutboxHome {
    /// Parses a partition key.
    pub fn parse(pk: &str) -> Option<Self> {
        if let Some(id) = pk.strip_prefix(PK_PREFIX) {
            return ConversationId::parse(id).map(Self::Conversation);
        }
        EntryId::parse(pk.strip_prefix(JOB_PREFIX)?).map(Self::Job)
    }
}

impl std::fmt::Display for OutboxHome {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Conversation(id) => write!(out, "{PK_PREFIX}{id}"),
            Self::Job(id) => write!(out, "{JOB_PREFIX}{id}"),
        }
    }
}

impl From<OutboxHome> for String {
    fn from(home: OutboxHome) -> Self {
        home.to_string()
    }
}

impl TryFrom<String> for OutboxHome {
    type Error = &'static str;

    fn try_from(pk: String) -> Result<Self, Self::Error> {
        Self::parse(&pk).ok_or("not the partition key of an outbox entry")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_parsed_from_its_partition_key() {
        let conversation = ConversationId::parse(&"a".repeat(26)).unwrap();
        let job = EntryId::from_parts(1_800_000_000_000, 7);
        for home in [OutboxHome::Conversation(conversation), OutboxHome::Job(job)] {
            assert_eq!(OutboxHome::parse(&home.to_string()), Some(home));
        }
        for pk in ["", "CONV#", "CONV#x", "JOB#", "JOB#x", "USER#anna"] {
            assert_eq!(OutboxHome::parse(pk), None, "{pk}");
        }
    }
}
