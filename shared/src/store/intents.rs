//! Intents: a conversation's lane, claims, deferrals, and what is due.

use jiff::Timestamp;
use ulid::Ulid;

use super::Store;
use super::change::Change;
use super::conversations::partition;
use super::row::{decode, encode, number, text, value};
use super::write::{Refusal, always, put};
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::intent::{DUE, FRESH, Intent, IntentKind, IntentState, LEASE, due_sort, later};

/// The sort key of an intent in its lane.
pub(super) fn lane_sort(id: Ulid) -> String {
    format!("DO#{id}")
}

/// The sort key of an intent, in its lane or beside it.
pub(super) fn intent_sort(intent: &Intent) -> String {
    match intent.kind {
        IntentKind::SendMessage => lane_sort(intent.id),
        IntentKind::FindMessage
        | IntentKind::FindMedia
        | IntentKind::FetchMedia
        | IntentKind::EraseConversation
        | IntentKind::RedactMessage => format!("JOB#{}", intent.id),
    }
}

impl Store {
    /// A conversation's lane, the oldest first (a consistent read).
    pub async fn lane(&self, conversation: &ConversationId) -> Result<Vec<Intent>> {
        let call = self.client.query().table_name(&*self.table).consistent_read(true);
        let call = call
            .key_condition_expression("pk = :pk AND begins_with(sk, :lane)")
            .expression_attribute_values(":pk", text(partition(conversation)))
            .expression_attribute_values(":lane", text("DO#"));
        let answer = always(self.single("table.query", || call.clone().send()).await)?;
        answer.items.unwrap_or_default().into_iter().map(decode).collect()
    }

    /// The intent as it stands (a consistent read).
    pub async fn intent(&self, known: &Intent) -> Result<Option<Intent>> {
        let call = self.client.get_item().table_name(&*self.table).consistent_read(true);
        let call = call
            .key("pk", text(partition(&known.conversation)))
            .key("sk", text(intent_sort(known)));
        let answer = always(self.single("table.get", || call.clone().send()).await)?;
        answer.item.map(decode).transpose()
    }

    fn intent_change(&self, intent: &Intent) -> Change {
        Change::of(&self.table, partition(&intent.conversation), intent_sort(intent))
            .name("#state", "intent")
            .value(":one", number(1))
    }

    /// Claims an intent that is ready, or a repeatable one whose lease is over. `None` if somebody else was
    /// faster. It does not touch `due_at`: no index is written, and no record wakes anybody.
    pub async fn claim(&self, seen: &Intent) -> Result<Option<Intent>> {
        let now = self.clock.now();
        let holder = format!("{:032x}", self.ids.random());
        let change = self
            .intent_change(seen)
            .update(
                "SET #state = :claimed, lease = :lease, claimed_at = :now, holder = :holder \
                 ADD attempts :one, step :one",
            )
            .value(":claimed", value(IntentState::Claimed)?)
            .value(":lease", value(later(now, LEASE))?)
            .value(":now", value(now)?)
            .value(":holder", text(&*holder))
            .value(":seen", value(seen.state)?)
            .value(":step", number(seen.step));
        // Our own earlier try, whose answer was lost, counts as ours.
        let condition = "(#state = :seen AND step = :step) OR holder = :holder";
        change.when(condition).write(self, "table.claim").await?.map(decode).transpose()
    }

    /// Puts a claimed intent off. `None` if it is no longer ours.
    pub async fn defer(&self, claimed: &Intent, due_at: Timestamp) -> Result<Option<Intent>> {
        self.restate(claimed, IntentState::Later, due_at).await
    }

    /// Makes an intent ready with a new `due_at`: a record that wakes `dispatch`. `None` if it changed since
    /// it was read.
    pub async fn wake(&self, seen: &Intent) -> Result<Option<Intent>> {
        self.restate(seen, IntentState::Ready, later(self.clock.now(), FRESH)).await
    }

    async fn restate(
        &self,
        seen: &Intent,
        state: IntentState,
        due_at: Timestamp,
    ) -> Result<Option<Intent>> {
        let changed = self
            .intent_change(seen)
            .update(
                "SET #state = :state, due_at = :due, list_pk = :due_list, list_sk = :sort \
                 ADD step :one",
            )
            .when("#state = :seen AND step = :step")
            .value(":state", value(state)?)
            .value(":due", value(due_at)?)
            .value(":due_list", text(DUE))
            .value(":sort", text(due_sort(due_at, &seen.conversation, seen.id)))
            .value(":seen", value(seen.state)?)
            .value(":step", number(seen.step))
            .write(self, "table.restate")
            .await?;
        changed.map(decode).transpose()
    }

    /// Nobody knows whether Twilio did it: the intent waits as `unknown`, and a look-up job finds out.
    /// False if it changed since it was read.
    pub async fn give_to_lookup(&self, seen: &Intent) -> Result<bool> {
        let now = self.clock.now();
        let job = Intent::find(seen, self.ids.ulid(now), now);
        let unknown = self
            .intent_change(seen)
            .update("SET #state = :unknown ADD step :one REMOVE list_pk, list_sk")
            .when("#state = :seen AND step = :step")
            .value(":unknown", value(IntentState::Unknown)?)
            .value(":seen", value(seen.state)?)
            .value(":step", number(seen.step))
            .into_update()?;
        let row = encode(&partition(&job.conversation), &intent_sort(&job), &job)?;
        match self.transact(vec![unknown, put(&self.table, row)?]).await {
            Ok(()) => Ok(true),
            Err(Refusal::Conditions(_)) => Ok(false),
            Err(Refusal::Other(error)) => Err(error),
        }
    }

    /// A page of what is due by now: the intents' conversations and ids, oldest first, and where to go on.
    pub async fn due(&self, after: Option<String>) -> Result<(Vec<DueEntry>, Option<String>)> {
        let until = format!("{:013}$", self.clock.now().as_millisecond());
        let from = after.map_or_else(String::new, |last| format!("{last}\u{1}"));
        let call = self.client.query().table_name(&*self.table).index_name("list").limit(500);
        let call = call
            .key_condition_expression("list_pk = :due AND list_sk BETWEEN :from AND :until")
            .expression_attribute_values(":due", text(DUE))
            .expression_attribute_values(":from", text(if from.is_empty() { "0" } else { &from }))
            .expression_attribute_values(":until", text(until));
        let answer = always(self.single("table.query", || call.clone().send()).await)?;
        let more = answer.last_evaluated_key.is_some();
        let entries: Vec<DueEntry> =
            answer.items.unwrap_or_default().iter().filter_map(DueEntry::read).collect();
        let next = entries.last().filter(|_| more).map(|last| last.position.clone());
        Ok((entries, next))
    }

    /// An intent beside the lane, as it stands.
    pub async fn job(&self, conversation: &ConversationId, id: Ulid) -> Result<Option<Intent>> {
        let call = self.client.get_item().table_name(&*self.table).consistent_read(true);
        let call =
            call.key("pk", text(partition(conversation))).key("sk", text(format!("JOB#{id}")));
        let answer = always(self.single("table.get", || call.clone().send()).await)?;
        answer.item.map(decode).transpose()
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
    pub in_lane: bool,
}

impl DueEntry {
    fn read(item: &super::row::Item) -> Option<Self> {
        let position = super::row::string(item, "list_sk")?.to_owned();
        let sort = super::row::string(item, "sk")?;
        let pk = super::row::string(item, "pk")?;
        let (prefix, id) = sort.split_once('#')?;
        Some(Self {
            position,
            conversation: ConversationId::parse(pk.strip_prefix("CONV#")?)?,
            id: Ulid::from_string(id).ok()?,
            in_lane: prefix == "DO",
        })
    }
}
