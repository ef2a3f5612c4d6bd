//! Outbox entries: the conversation queue, claims, deferrals and what is due.

use jiff::Timestamp;
use serde::Serialize;

use super::client::Store;
use super::expression::{Condition, equals};
use super::item_update::ItemUpdate;
use super::keys::{DUE, Key, QUEUE_PREFIX, Table, conversation_pk, due_sort_key};
use super::row::{Item, attr_n, attr_s, from_item, get_str, to_attr};
use super::transaction::Transaction;
use super::write::unconditional;
use crate::clock::add;
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::ids::EntryId;
use crate::message::Message;
use crate::outbox::{
    LEASE_DURATION, OutboxEntry, OutboxHome, OutboxKind, OutboxState, OutboxTarget, READY_GRACE,
};

impl Store {
    /// Returns a conversation's queue, the oldest entry first (a consistent read).
    pub async fn list_queue(&self, conversation: &ConversationId) -> Result<Vec<OutboxEntry>> {
        let call =
            self.client.query().table_name(self.table_name(Table::Main)).consistent_read(true);
        let call = call
            .key_condition_expression("pk = :pk AND begins_with(sk, :queue)")
            .expression_attribute_values(":pk", attr_s(conversation_pk(conversation)))
            .expression_attribute_values(":queue", attr_s(QUEUE_PREFIX));
        let response = unconditional(self.call("table.query", || call.clone().send()).await)?;
        response.items.unwrap_or_default().into_iter().map(from_item).collect()
    }

    /// Returns the current state of an entry (a consistent read).
    pub async fn get_outbox_entry(&self, known: &OutboxEntry) -> Result<Option<OutboxEntry>> {
        self.get(&Key::outbox(known)).await
    }

    /// Claims an entry that is ready, or a repeatable one whose lease has expired. Returns `None` if another run was
    /// faster. Does not change `due_at`, so no index is written and no stream record for `dispatch` is created.
    pub async fn claim(&self, expected: &OutboxEntry) -> Result<Option<OutboxEntry>> {
        let now = self.clock.now();
        let claim_token = format!("{:032x}", self.ids.random());
        // A claim whose response was lost is recognized by its token.
        let condition = unchanged(expected)?.or(equals("claim_token", attr_s(&*claim_token)));
        let changed = ItemUpdate::new(Key::outbox(expected))
            .set("outbox_state", to_attr(OutboxState::Claimed)?)
            .set("lease_expires_at", to_attr(add(now, LEASE_DURATION))?)
            .set("claimed_at", to_attr(now)?)
            .set("claim_token", attr_s(&*claim_token))
            .increment("attempts")
            .increment("version")
            .require(condition)
            .execute(self, "table.claim")
            .await?;
        changed.map(from_item).transpose()
    }

    /// Defers a claimed entry until `due_at`. Returns `None` if another run has claimed it.
    pub async fn defer(
        &self,
        claimed: &OutboxEntry,
        due_at: Timestamp,
    ) -> Result<Option<OutboxEntry>> {
        self.set_state(claimed, OutboxState::Deferred, due_at).await
    }

    /// Sets an entry to `ready` with a new `due_at`, which creates a stream record for `dispatch`. Returns `None` if it
    /// has changed since it was read.
    pub async fn requeue(&self, expected: &OutboxEntry) -> Result<Option<OutboxEntry>> {
        self.set_state(expected, OutboxState::Ready, add(self.clock.now(), READY_GRACE)).await
    }

    async fn set_state(
        &self,
        expected: &OutboxEntry,
        state: OutboxState,
        due_at: Timestamp,
    ) -> Result<Option<OutboxEntry>> {
        let sort_key = due_sort_key(due_at, expected);
        let changed = ItemUpdate::new(Key::outbox(expected))
            .set("outbox_state", to_attr(state)?)
            .set("due_at", to_attr(due_at)?)
            .set("list_pk", attr_s(DUE))
            .set("list_sk", attr_s(sort_key))
            .increment("version")
            .require(unchanged(expected)?)
            .execute(self, "table.restate")
            .await?;
        changed.map(from_item).transpose()
    }

    /// Marks an entry `unknown` and creates its look-up job. Returns `false` if the entry has changed since it was read.
    pub async fn mark_unknown(&self, expected: &OutboxEntry) -> Result<bool> {
        let now = self.clock.now();
        let job = OutboxEntry::look_up(expected, EntryId::generate(&*self.ids, now), now);
        let mut transaction = Transaction::new();
        transaction.update(
            ItemUpdate::new(Key::outbox(expected))
                .set("outbox_state", to_attr(OutboxState::Unknown)?)
                .remove("list_pk")
                .remove("list_sk")
                .increment("version")
                .require(unchanged(expected)?),
        );
        put_outbox_entry(&mut transaction, &job)?;
        Ok(self.commit(transaction).await?.is_committed())
    }

    /// Returns a page of the entries that are due, the oldest first, and the position of the next page.
    pub async fn list_due(&self, after: Option<String>) -> Result<(Vec<DueEntry>, Option<String>)> {
        let until = format!("{:013}$", self.clock.now().as_millisecond());
        let from = after.map_or_else(String::new, |position| format!("{position}\u{1}"));
        let call = self
            .client
            .query()
            .table_name(self.table_name(Table::Main))
            .index_name("list")
            .limit(500);
        let call = call
            .key_condition_expression("list_pk = :due AND list_sk BETWEEN :from AND :until")
            .expression_attribute_values(":due", attr_s(DUE))
            .expression_attribute_values(":from", attr_s(if from.is_empty() { "0" } else { &from }))
            .expression_attribute_values(":until", attr_s(until));
        let response = unconditional(self.call("table.query", || call.clone().send()).await)?;
        let more = response.last_evaluated_key.is_some();
        let entries: Vec<DueEntry> =
            response.items.unwrap_or_default().iter().filter_map(DueEntry::from_item).collect();
        let next = entries.last().filter(|_| more).map(|last| last.position.clone());
        Ok((entries, next))
    }

    /// Returns a job.
    pub async fn get_job(&self, home: &OutboxHome, id: EntryId) -> Result<Option<OutboxEntry>> {
        self.get(&Key::job(home, id)).await
    }
}

/// An entry with its place among what is due.
#[derive(Serialize)]
struct StoredEntry<'a> {
    #[serde(flatten)]
    entry: &'a OutboxEntry,
    list_pk: &'static str,
    list_sk: String,
}

/// Puts an entry that is not unknown into a transaction.
pub(super) fn put_outbox_entry(transaction: &mut Transaction, entry: &OutboxEntry) -> Result<()> {
    let list_sk = due_sort_key(entry.due_at, entry);
    let stored = StoredEntry { entry, list_pk: DUE, list_sk };
    transaction.put(Key::outbox(entry), &stored).map(|_| ())
}

/// Returns a new entry about a message. A send has the ULID of its message; a message may have several jobs.
pub(super) fn message_entry(
    kind: OutboxKind,
    message: &Message,
    id: EntryId,
    now: Timestamp,
) -> OutboxEntry {
    let home = OutboxHome::Conversation(message.conversation.clone());
    let target = OutboxTarget::Message(message.id);
    OutboxEntry::new(kind, home, &message.inbox, target, id, now)
}

/// Requires state and version as they were read.
fn unchanged(expected: &OutboxEntry) -> Result<Condition> {
    let state = equals("outbox_state", to_attr(expected.state)?);
    Ok(state.and(equals("version", attr_n(expected.version))))
}

/// An entry that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueEntry {
    /// Its position in the index, from which the next page starts.
    pub position: String,
    /// The partition that the entry is stored in.
    pub home: OutboxHome,
    /// The entry's ID.
    pub id: EntryId,
    /// Whether it is in the conversation queue; otherwise it is a job.
    pub in_queue: bool,
}

impl DueEntry {
    fn from_item(item: &Item) -> Option<Self> {
        let position = get_str(item, "list_sk")?.to_owned();
        let sort = get_str(item, "sk")?;
        let pk = get_str(item, "pk")?;
        let (prefix, id) = sort.split_once('#')?;
        Some(Self {
            position,
            home: OutboxHome::parse(pk)?,
            id: EntryId::parse(id)?,
            in_queue: prefix == "QUEUE",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::to_item;
    use super::*;
    use crate::ids::MessageId;
    use crate::inbox_name::InboxName;

    fn stored(kind: OutboxKind, home: OutboxHome) -> (Key, Item) {
        let target = OutboxTarget::MessagesThrough(MessageId::from_parts(1, 1));
        let id = EntryId::from_parts(1_800_000_000_000, 7);
        let entry =
            OutboxEntry::new(kind, home, &InboxName::main(), target, id, Timestamp::UNIX_EPOCH);
        let list_sk = due_sort_key(entry.due_at, &entry);
        let key = Key::outbox(&entry);
        let item = to_item(&key, &StoredEntry { entry: &entry, list_pk: DUE, list_sk }).unwrap();
        assert_eq!(from_item::<OutboxEntry>(item.clone()).unwrap(), entry);
        (key, item)
    }

    #[test]
    fn a_due_entry_is_found_in_a_queue_beside_it_or_in_a_partition_of_its_own() {
        let id = EntryId::from_parts(1_800_000_000_000, 7);
        let conversation =
            OutboxHome::Conversation(ConversationId::parse(&"a".repeat(26)).unwrap());
        for (kind, home, in_queue) in [
            (OutboxKind::SendMessage, conversation.clone(), true),
            (OutboxKind::FetchMedia, conversation, false),
            (OutboxKind::FetchMedia, OutboxHome::Job(id), false),
        ] {
            let (key, item) = stored(kind, home.clone());
            assert_eq!(key.pk, home.to_string());
            let due = DueEntry::from_item(&item).unwrap();
            assert_eq!((due.home, due.id, due.in_queue), (home, id, in_queue));
        }
    }
}
