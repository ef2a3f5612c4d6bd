//! What arrives: pointer, message and conversation in one transaction.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use ulid::Ulid;

use super::Store;
use super::change::Change;
use super::conversations::{META, partition, place_value};
use super::messages::message_sort;
use super::row::{Item, encode, number, string, text, value};
use super::search::terms;
use super::write::{Refusal, Verdict, put, put_new};
use crate::consent::ConsentEntry;
use crate::conversation::{Conversation, ConversationStatus, ListKey, Preview};
use crate::error::{Error, Result};
use crate::message::Message;

/// A message that arrives, and what it tells of who sent it.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The message. Its `id` is a wish.
    pub message: Message,
    /// What the contact calls itself.
    pub profile_name: Option<String>,
    /// Whether more may come with the same SID: an event tells of a message, its webhook tells all.
    pub partial: bool,
    /// What it says of consent; found out where it is stored.
    pub(super) said: Option<ConsentEntry>,
}

impl Arrival {
    /// A message, and what the contact calls itself.
    pub fn new(message: Message, profile_name: Option<String>, partial: bool) -> Self {
        Self { message, profile_name, partial, said: None }
    }
}

impl From<Message> for Arrival {
    fn from(message: Message) -> Self {
        Self::new(message, None, false)
    }
}

/// What became of a message that arrived.
#[derive(Debug)]
pub enum Received {
    /// Stored now.
    Now(Box<Message>),
    /// It had been stored before; nothing changed.
    Before,
}

/// How often a key above the last one is tried before the conversation counts as too busy.
const TRIES: u32 = 64;

/// The attribute of a message that came by an event.
pub(super) const PARTIAL: &str = "partial";

impl Store {
    /// Stores an inbound message once, whatever comes how often in which order. The message's `id` is the
    /// wish; a greater one is taken when the conversation has moved on.
    pub async fn receive(&self, arrival: impl Into<Arrival>) -> Result<Received> {
        let mut arrival = arrival.into();
        let read = arrival.message.particulars.opt_out;
        arrival.said = self.heard(&mut arrival).await?;
        let mut fresh = false;
        for _ in 0..TRIES {
            let items = self.arrival(&arrival, fresh)?;
            let verdicts = match self.transact(items).await {
                Ok(()) => return Ok(Received::Now(Box::new(arrival.message))),
                Err(Refusal::Conditions(verdicts)) => verdicts,
                Err(Refusal::Other(error)) => return Err(error),
            };
            if let Some(pointer) = verdicts.first().filter(|pointer| pointer.failed) {
                self.complete(pointer.met.as_ref(), &arrival, read).await?;
                return Ok(Received::Before);
            }
            let met = conversation_met(verdicts);
            fresh = met.as_ref().is_none_or(|met| met.list_pk.is_none());
            // A key of this moment: of many at once, one that waited longer stands above those that went before.
            let wish = self.ids.ulid(self.clock.now());
            arrival.message.id = above(met.and_then(|met| met.last), wish);
        }
        Err(Error::Busy("the conversation moved on at every try".into()))
    }

    fn arrival(&self, arrival: &Arrival, fresh: bool) -> Result<Vec<TransactWriteItem>> {
        let message = &arrival.message;
        let sid = message.sid.as_ref().ok_or_else(|| Error::failed("an arrival has a SID"))?;
        let pointer = Item::from([
            ("pk".to_owned(), text(format!("SID#{sid}"))),
            ("sk".to_owned(), text("SID")),
            ("conversation".to_owned(), text(message.conversation.as_str())),
            ("message".to_owned(), text(message.id.to_string())),
        ]);
        let own = partition(&message.conversation);
        let mut row = encode(&own, &message_sort(message.id), message)?;
        if arrival.partial {
            row.insert(PARTIAL.to_owned(), value(true)?);
        }
        let mut items = vec![put_new(&self.table, pointer)?, put(&self.table, row)?];
        if fresh {
            items.push(self.beginning(arrival)?);
            for term in terms(None, &message.contact) {
                items.push(self.put_term(&term, &message.inbox, &message.conversation)?);
            }
        } else {
            items.push(self.continuation(arrival)?);
        }
        if let Some(said) = &arrival.said {
            items.push(self.put_entry(&message.business, &message.contact, message.id, said)?);
        }
        if message.waits_for_media() {
            items.push(self.fetch_job(message)?);
        }
        if message.waits_for_addresses() {
            items.push(self.find_media_job(message)?);
        }
        Ok(items)
    }

    fn continuation(&self, arrival: &Arrival) -> Result<TransactWriteItem> {
        moved(self.change(&arrival.message), arrival, "")?
            .when("attribute_exists(list_pk) AND (attribute_not_exists(#last) OR #last < :ulid)")
            .into_update()
    }

    fn beginning(&self, arrival: &Arrival) -> Result<TransactWriteItem> {
        let message = &arrival.message;
        let set = ", id = :id, kind = :kind, inbox = :inbox, business = :business, \
                   contact = :contact, created = :created";
        moved(self.change(message), arrival, set)?
            .when(
                "attribute_not_exists(list_pk) AND (attribute_not_exists(#last) OR #last < :ulid)",
            )
            .value(":id", text(message.conversation.as_str()))
            .value(":kind", text("direct"))
            .value(":inbox", text(&*message.inbox))
            .value(":business", text(message.business.as_str()))
            .value(":contact", text(message.contact.as_str()))
            .value(":created", value(message.created())?)
            .into_update()
    }

    fn change(&self, message: &Message) -> Change {
        Change::of(&self.table, partition(&message.conversation), META).name("#last", "last")
    }
}

/// How an inbound message changes a conversation: to the top, one more unread; `also` is set besides.
fn moved(change: Change, arrival: &Arrival, also: &str) -> Result<Change> {
    let message = &arrival.message;
    let place =
        ListKey { inbox: message.inbox.clone(), status: ConversationStatus::Open, unread: true };
    let at: Timestamp = message.created();
    let mut set = "SET preview = :preview, #last = :ulid, list_pk = :place, list_sk = :sort, \
                   inbound_at = :at"
        .to_owned();
    set.push_str(also);
    let mut change = change;
    if let Some(name) = &arrival.profile_name {
        set.push_str(", profile_name = :profile");
        change = change.value(":profile", text(&**name));
    }
    if let Some(said) = &arrival.said {
        set.push_str(", consent = :consent");
        change = change.value(":consent", value(&said.consent)?);
    }
    Ok(change
        .update(&format!("{set} ADD rev :one, unread :one"))
        .value(":preview", value(Preview::of(message))?)
        .value(":ulid", text(message.id.to_string()))
        .value(":place", place_value(&place))
        .value(":sort", text(Conversation::list_sort(at, &message.conversation)))
        .value(":at", value(at)?)
        .value(":one", number(1)))
}

/// The conversation that a failed condition met: the third item of the transaction.
pub(super) fn conversation_met(verdicts: Vec<Verdict>) -> Option<MetConversation> {
    let met = verdicts.into_iter().nth(2).and_then(|verdict| verdict.met);
    met.map(|item| MetConversation {
        last: string(&item, "last").and_then(|last| Ulid::from_string(last).ok()),
        list_pk: string(&item, "list_pk").map(str::to_owned),
    })
}

/// What matters of a conversation that stood in the way.
pub(super) struct MetConversation {
    /// The greatest ULID used in it.
    pub(super) last: Option<Ulid>,
    /// Its place in the list.
    pub(super) list_pk: Option<String>,
}

/// A ULID above `last`: the wish itself where it is above already.
pub(super) fn above(last: Option<Ulid>, wish: Ulid) -> Ulid {
    match last {
        Some(last) if last >= wish => last.increment().unwrap_or(last),
        _ => wish,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_above_the_last_is_above_it_even_within_one_millisecond() {
        let last = Ulid::from_parts(1_000, 77);
        assert!(above(Some(last), Ulid::from_parts(1_000, 5)) > last);
        assert!(above(Some(last), last) > last);
        assert_eq!(above(None, last), last);
        assert_eq!(above(Some(last), Ulid::from_parts(1_001, 0)), Ulid::from_parts(1_001, 0));
    }
}
