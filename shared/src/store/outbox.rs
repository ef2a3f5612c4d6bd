//! Intents: a conversation's lane, claims, deferrals, and what is due.

use jiff::Timestamp;
use ulid::Ulid;

use super::client::Store;
use super::conversations::conversation_pk;
use super::item_update::ItemUpdate;
use super::row::{attr_n, attr_s, from_item, to_attr, to_item};
use super::write::{TransactError, put, unconditional};
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::outbox::{
    DUE, LEASE_DURATION, OutboxEntry, OutboxState, Placement, READY_GRACE, add, due_sort_key,
};

/// The sort key of an intent in its lane.
pub(super) fn queue_sk(id: Ulid) -> String {
    format!("QUEUE#{id}")
}

/// The sort key of an intent, in its lane or beside it.
pub(super) fn outbox_sk(entry: &OutboxEntry) -> String {
    match entry.kind.plan().placement {
        Placement::Queue => queue_sk(entry.id),
        Placement::Job => format!("JOB#{}", entry.id),
    }
}

impl Store {
    /// A conversation's lane, the oldest first (a consistent read).
    pub async fn list_queue(&self, conversation: &ConversationId) -> Result<Vec<OutboxEntry>> {
        let call = self.client.query().table_name(&*self.table).consistent_read(true);
        let call = call
            .key_condition_expression("pk = :pk AND begins_with(sk, :queue)")
            .expression_attribute_values(":pk", attr_s(conversation_pk(conversation)))
            .expression_attribute_values(":queue", attr_s("QUEUE#"));
        let response = unconditional(self.call("table.query", || call.clone().send()).await)?;
        response.items.unwrap_or_default().into_iter().map(from_item).collect()
    }

    /// The intent as it stands (a consistent read).
    pub async fn get_outbox_entry(&self, known: &OutboxEntry) -> Result<Option<OutboxEntry>> {
        let call = self.client.get_item().table_name(&*self.table).consistent_read(true);
        let call = call
            .key("pk", attr_s(conversation_pk(&known.conversation_id)))
            .key("sk", attr_s(outbox_sk(known)));
        let response = unconditional(self.call("table.get", || call.clone().send()).await)?;
        response.item.map(from_item).transpose()
    }

    fn entry_update(&self, entry: &OutboxEntry) -> ItemUpdate {
        ItemUpdate::new(&self.table, conversation_pk(&entry.conversation_id), outbox_sk(entry))
            .name("#state", "outbox_state")
            .value(":one", attr_n(1))
    }

    /// Claims an intent that is ready, or a repeatable one whose lease is over. `None` if somebody else was
    /// faster. It does not touch `due_at`: no index is written, and no record wakes anybody.
    pub async fn claim(&self, expected: &OutboxEntry) -> Result<Option<OutboxEntry>> {
        let now = self.clock.now();
        let claim_token = format!("{:032x}", self.ids.random());
        let change = self
            .entry_update(expected)
            .expression(
                "SET #state = :claimed, lease_expires_at = :lease, claimed_at = :now, claim_token = :claim_token \
                 ADD attempts :one, version :one",
            )
            .value(":claimed", to_attr(OutboxState::Claimed)?)
            .value(":lease", to_attr(add(now, LEASE_DURATION))?)
            .value(":now", to_attr(now)?)
            .value(":claim_token", attr_s(&*claim_token))
            .value(":expected", to_attr(expected.state)?)
            .value(":version", attr_n(expected.version));
        // Our own earlier try, whose answer was lost, counts as ours.
        let condition = "(#state = :expected AND version = :version) OR claim_token = :claim_token";
        change.condition(condition).execute(self, "table.claim").await?.map(from_item).transpose()
    }

    /// Puts a claimed intent off. `None` if it is no longer ours.
    pub async fn defer(
        &self,
        claimed: &OutboxEntry,
        due_at: Timestamp,
    ) -> Result<Option<OutboxEntry>> {
        self.set_state(claimed, OutboxState::Deferred, due_at).await
    }

    /// Makes an intent ready with a new `due_at`: a record that wakes `dispatch`. `None` if it changed since
    /// it was read.
    pub async fn requeue(&self, expected: &OutboxEntry) -> Result<Option<OutboxEntry>> {
        self.set_state(expected, OutboxState::Ready, add(self.clock.now(), READY_GRACE)).await
    }

    async fn set_state(
        &self,
        expected: &OutboxEntry,
        state: OutboxState,
        due_at: Timestamp,
    ) -> Result<Option<OutboxEntry>> {
        let changed = self
            .entry_update(expected)
            .expression(
                "SET #state = :state, due_at = :due, list_pk = :due_list, list_sk = :sort \
                 ADD version :one",
            )
            .condition("#state = :expected AND version = :version")
            .value(":state", to_attr(state)?)
            .value(":due", to_attr(due_at)?)
            .value(":due_list", attr_s(DUE))
            .value(":sort", attr_s(due_sort_key(due_at, &expected.conversation_id, expected.id)))
            .value(":expected", to_attr(expected.state)?)
            .value(":version", attr_n(expected.version))
            .execute(self, "table.restate")
            .await?;
        changed.map(from_item).transpose()
    }

    /// Nobody knows whether Twilio did it: the intent waits as `unknown`, and a look-up job finds out.
    /// False if it changed since it was read.
    pub async fn mark_unknown(&self, expected: &OutboxEntry) -> Result<bool> {
        let now = self.clock.now();
        let job = OutboxEntry::look_up(expected, self.ids.ulid(now), now);
        let unknown = self
            .entry_update(expected)
            .expression("SET #state = :unknown ADD version :one REMOVE list_pk, list_sk")
            .condition("#state = :expected AND version = :version")
            .value(":unknown", to_attr(OutboxState::Unknown)?)
            .value(":expected", to_attr(expected.state)?)
            .value(":version", attr_n(expected.version))
            .into_update()?;
        let row = to_item(&conversation_pk(&job.conversation_id), &outbox_sk(&job), &job)?;
        match self.transact(vec![unknown, put(&self.table, row)?]).await {
            Ok(()) => Ok(true),
            Err(TransactError::ConditionsFailed(_)) => Ok(false),
            Err(TransactError::Other(error)) => Err(error),
        }
    }

    /// A page of what is due by now: the intents' conversations and ids, oldest first, and where to go on.
    pub async fn list_due(&self, after: Option<String>) -> Result<(Vec<DueEntry>, Option<String>)> {
        let until = format!("{:013}$", self.clock.now().as_millisecond());
        let from = after.map_or_else(String::new, |position| format!("{position}\u{1}"));
        let call = self.client.query().table_name(&*self.table).index_name("list").limit(500);
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

    /// An intent beside the lane, as it stands.
    pub async fn get_job(
        &self,
        conversation: &ConversationId,
        id: Ulid,
    ) -> Result<Option<OutboxEntry>> {
        let call = self.client.get_item().table_name(&*self.table).consistent_read(true);
        let call = call
            .key("pk", attr_s(conversation_pk(conversation)))
            .key("sk", attr_s(format!("JOB#{id}")));
        let response = unconditional(self.call("table.get", || call.clone().send()).await)?;
        response.item.map(from_item).transpose()
    }
}

/// One entry of what is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueEntry {
    /// Its place, to go on from.
    pub position: String,
    /// The conversation.
    pub conversation: ConversationId,
    /// The intent's id.
    pub id: Ulid,
    /// Whether it stands in the lane or beside it.
    pub in_queue: bool,
}

impl DueEntry {
    fn from_item(item: &super::row::Item) -> Option<Self> {
        let position = super::row::get_str(item, "list_sk")?.to_owned();
        let sort = super::row::get_str(item, "sk")?;
        let pk = super::row::get_str(item, "pk")?;
        let (prefix, id) = sort.split_once('#')?;
        Some(Self {
            position,
            conversation: ConversationId::parse(pk.strip_prefix("CONV#")?)?,
            id: Ulid::from_string(id).ok()?,
            in_queue: prefix == "QUEUE",
        })
    }
}
