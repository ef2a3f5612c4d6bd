//! The keys of all items.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::address::Address;
use crate::conversation::ConversationId;
use crate::conversation::id::PK_PREFIX;
use crate::conversation::search::SearchTerm;
use crate::idempotency_key::IdempotencyKey;
use crate::ids::{ConsentRecordId, EntryId, MessageId, UploadId};
use crate::inbox_name::InboxName;
use crate::outbox::{OutboxEntry, OutboxHome, Placement};
use crate::sid::MessageSid;
use crate::username::Username;

/// The partition of quarantine entries, in the table and in the index.
pub(super) const QUARANTINE: &str = "QUARANTINE";

/// The prefix of the sort keys of a conversation queue.
pub(super) const QUEUE_PREFIX: &str = "QUEUE#";

/// The partition of due outbox entries in the index.
pub(super) const DUE: &str = "DUE";

/// The number of partitions that the connections are spread over.
pub(super) const CONNECTION_PARTITIONS: u8 = 4;

/// One of the two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// Conversations, messages and what belongs to them.
    Main,
    /// Sockets, tickets, sessions and counters. It has no stream.
    Connections,
}

/// The key of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// The table.
    pub(super) table: Table,
    /// The partition key.
    pub(super) pk: String,
    /// The sort key.
    pub(super) sk: String,
}

/// The prefix of the partition keys of dedup records of messages at Twilio.
const SID_PREFIX: &str = "SID#";

/// Returns the SID in the partition key of a dedup record.
pub(super) fn sid_of(pk: &str) -> Option<MessageSid> {
    pk.strip_prefix(SID_PREFIX).and_then(MessageSid::parse)
}

impl Key {
    fn main(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { table: Table::Main, pk: pk.into(), sk: sk.into() }
    }

    fn connections(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { table: Table::Connections, pk: pk.into(), sk: sk.into() }
    }

    /// Returns the key of a conversation's own item.
    pub(super) fn meta(id: &ConversationId) -> Self {
        Self::main(conversation_pk(id), "META")
    }

    /// Returns the key of a conversation's note.
    pub(super) fn note(id: &ConversationId) -> Self {
        Self::main(conversation_pk(id), "NOTE")
    }

    /// Returns the key of a message.
    pub(super) fn message(conversation: &ConversationId, id: MessageId) -> Self {
        Self::main(conversation_pk(conversation), message_sk(id))
    }

    /// Returns the key of an outbox entry, in the conversation's queue or beside it.
    pub(super) fn outbox(entry: &OutboxEntry) -> Self {
        match entry.kind.plan().placement {
            Placement::Queue => {
                Self::main(entry.home.to_string(), format!("{QUEUE_PREFIX}{}", entry.id))
            }
            Placement::Job => Self::job(&entry.home, entry.id),
        }
    }

    /// Returns the key of a job.
    pub(super) fn job(home: &OutboxHome, id: EntryId) -> Self {
        Self::main(home.to_string(), format!("JOB#{id}"))
    }

    /// Returns the key of the dedup record of a message at Twilio.
    pub(super) fn sid(sid: &MessageSid) -> Self {
        Self::main(format!("{SID_PREFIX}{sid}"), "SID")
    }

    /// Returns the key of the conversation of a user ID with one of our senders.
    pub(super) fn user_id(user_id: &Address, business: &Address) -> Self {
        Self::main(format!("USERID#{user_id}"), format!("CONV#{}", business.canonical()))
    }

    /// Returns the key of the dedup record of a user's send.
    pub(super) fn idempotency(user: &Username, idempotency_key: &IdempotencyKey) -> Self {
        Self::main(format!("KEY#{user}#{idempotency_key}"), "KEY")
    }

    /// Returns the key of a search entry.
    pub(super) fn search(term: &SearchTerm, inbox: &InboxName, id: &ConversationId) -> Self {
        Self::main(search_pk(term, inbox), format!("{}#{id}", term.rest))
    }

    /// Returns the key of a consent record.
    pub(super) fn consent(business: &Address, contact: &Address, id: ConsentRecordId) -> Self {
        Self::main(consent_pk(contact), format!("{}{id}", consent_prefix(business)))
    }

    /// Returns the key of a quarantine entry.
    pub(super) fn quarantine(id: &str) -> Self {
        Self::main(QUARANTINE, id)
    }

    /// Returns the key of a user.
    pub(super) fn user(username: &Username) -> Self {
        Self::main(format!("USER#{username}"), "USER")
    }

    /// Returns the key of a connection.
    pub(super) fn connection(id: &str) -> Self {
        let sum = id.bytes().fold(0_u8, u8::wrapping_add);
        Self::connections(connection_pk(sum % CONNECTION_PARTITIONS), id)
    }

    /// Returns the key of a ticket. Only its hash is stored.
    pub(super) fn ticket(ticket: &str) -> Self {
        Self::connections(format!("TICKET#{}", sha256_hex(ticket)), "TICKET")
    }

    /// Returns the key of a session.
    pub(super) fn session(id: &str) -> Self {
        Self::connections(format!("SESSION#{id}"), "SESSION")
    }

    /// Returns the key of a sign-in link. Only its hash is stored.
    pub(super) fn sign_in_link(link: &str) -> Self {
        Self::connections(format!("LINK#{}", sha256_hex(link)), "LINK")
    }

    /// Returns the key of an upload.
    pub(super) fn upload(id: UploadId) -> Self {
        Self::connections(format!("UPLOAD#{id}"), "UPLOAD")
    }

    /// Returns the key of the counter of `subject` in the window with this index.
    pub(super) fn rate(subject: &str, window: i64) -> Self {
        Self::connections(format!("RATE#{subject}#{window}"), "RATE")
    }

    /// Returns the key attributes.
    pub(super) fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

/// Returns the partition key of a conversation.
pub(super) fn conversation_pk(id: &ConversationId) -> String {
    format!("{PK_PREFIX}{id}")
}

/// Returns the sort key of an outbox entry that is due at `due_at`, in the index.
pub(super) fn due_sort_key(due_at: Timestamp, entry: &OutboxEntry) -> String {
    format!("{:013}#{}#{}", due_at.as_millisecond(), entry.home, entry.id)
}

/// Returns the partition key of the search entries with the first characters of this term.
pub(super) fn search_pk(term: &SearchTerm, inbox: &InboxName) -> String {
    format!("SEARCH#{inbox}#{}{}", if term.backward { "<" } else { "" }, term.head)
}

/// Returns the sort key of a message.
pub(super) fn message_sk(id: MessageId) -> String {
    format!("MSG#{id}")
}

/// Returns the partition key of an address's consent history.
pub(super) fn consent_pk(contact: &Address) -> String {
    format!("ADDR#{}", contact.canonical())
}

/// Returns the prefix of the sort keys of the consent records for one business address.
pub(super) fn consent_prefix(business: &Address) -> String {
    format!("CONSENT#{}#", business.canonical())
}

/// Returns the partition key of one partition of connections.
pub(super) fn connection_pk(partition: u8) -> String {
    format!("CONN#{partition}")
}

pub(super) fn sha256_hex(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    data_encoding::HEXLOWER.encode(digest.as_ref())
}
