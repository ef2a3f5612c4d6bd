//! What is sent: pointer of the click, message, conversation and intent in one transaction. And how a
//! conversation is started from our side.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::Store;
use super::conversations::{META, partition, place_value};
use super::inbound::above;
use super::intents::lane_sort;
use super::messages::{message_sort, pointed};
use super::row::{Item, encode, number, text, value};
use super::search::terms;
use super::write::{Change, Refusal, put, put_new};
use crate::address::Address;
use crate::conversation::{Conversation, ConversationId, ConversationStatus, ListKey, Preview};
use crate::error::{Error, Result};
use crate::intent::Intent;
use crate::message::{Direction, Message};

/// One click of one person: the text, and the key that makes a second click the same one.
#[derive(Debug, Clone)]
pub struct Click {
    /// Sign-in name of the person.
    pub user: String,
    /// Name for display.
    pub author: String,
    /// The browser's key.
    pub key: String,
    /// The text.
    pub body: String,
}

/// What became of a click.
#[derive(Debug)]
pub enum Sent {
    /// Stored, with its intent.
    Now(Box<Message>, Box<Intent>),
    /// It had been stored before; nothing changed.
    Before(Box<Message>),
    /// The key was used before for something else.
    KeyUsed,
    /// There is no such conversation on the desk.
    NoConversation,
    /// The message to be tried again is not one that failed, or was tried again already.
    NotRetryable,
}

/// What became of a start.
#[derive(Debug)]
pub enum StartOutcome {
    /// It is new on the desk.
    Created(Conversation),
    /// It was there.
    Existing(Conversation),
}

const TRIES: u32 = 32;

impl Store {
    /// Stores what a click wants sent; `again` is the message that it stands in for, if it is a retry.
    pub async fn send(
        &self,
        to: &ConversationId,
        click: &Click,
        again: Option<&Message>,
    ) -> Result<Sent> {
        for _ in 0..TRIES {
            let Some(seen) = self.conversation(to).await? else { return Ok(Sent::NoConversation) };
            let Some(message) = self.draft(&seen, click) else { return Ok(Sent::NoConversation) };
            let intent = Intent::ready(&seen.id, &seen.inbox, message.id, self.clock.now());
            let items = self.departure(&seen, &message, &intent, click, again)?;
            let verdicts = match self.transact(items).await {
                Ok(()) => return Ok(Sent::Now(Box::new(message), Box::new(intent))),
                Err(Refusal::Conditions(verdicts)) => verdicts,
                Err(Refusal::Other(error)) => return Err(error),
            };
            let mut verdicts = verdicts.into_iter();
            if let Some(pointer) = verdicts.next().filter(|pointer| pointer.failed) {
                return self.as_before(pointer.met, to, click).await;
            }
            if verdicts.nth(3).is_some_and(|old| old.failed) {
                return Ok(Sent::NotRetryable);
            }
        }
        Err(Error::Busy("the conversation moved on at every try".into()))
    }

    fn draft(&self, seen: &Conversation, click: &Click) -> Option<Message> {
        seen.list_pk.as_ref()?;
        let wish = self.ids.ulid(self.clock.now());
        Some(Message {
            id: above(seen.last, wish),
            conversation: seen.id.clone(),
            inbox: seen.inbox.clone(),
            direction: Direction::Outbound,
            business: seen.business.clone()?,
            contact: seen.contact.clone()?,
            author: Some(click.author.clone()),
            body: click.body.clone(),
            seen: std::collections::BTreeMap::new(),
            outcome: None,
            rev: 1,
            sid: None,
            key: Some(click.key.clone()),
            retried_by: None,
            segments: None,
        })
    }

    fn departure(
        &self,
        seen: &Conversation,
        message: &Message,
        intent: &Intent,
        click: &Click,
        again: Option<&Message>,
    ) -> Result<Vec<TransactWriteItem>> {
        let own = partition(&seen.id);
        let pointer = Item::from([
            ("pk".to_owned(), text(key_partition(click))),
            ("sk".to_owned(), text("KEY")),
            ("conversation".to_owned(), text(seen.id.as_str())),
            ("message".to_owned(), text(message.id.to_string())),
        ]);
        let mut items = vec![
            put_new(&self.table, pointer)?,
            put(&self.table, encode(&own, &message_sort(message.id), message)?)?,
            self.moved_up(seen, message)?,
            put(&self.table, encode(&own, &lane_sort(intent.id), intent)?)?,
        ];
        if let Some(old) = again {
            items.push(self.stood_in_for(old, message)?);
        }
        Ok(items)
    }

    fn moved_up(&self, seen: &Conversation, message: &Message) -> Result<TransactWriteItem> {
        let place = seen.list_pk.clone().ok_or_else(|| Error::failed("not on the list"))?;
        let wanted = ListKey { status: ConversationStatus::Open, ..place.clone() };
        let at = message.created();
        let preview = Preview::of(&message.body, Direction::Outbound, at);
        Change::of(&self.table, partition(&seen.id), META)
            .update(
                "SET preview = :preview, #last = :ulid, list_pk = :wanted, list_sk = :sort \
                 ADD rev :one",
            )
            .when("list_pk = :place AND (attribute_not_exists(#last) OR #last < :ulid)")
            .name("#last", "last")
            .value(":preview", value(preview)?)
            .value(":ulid", text(message.id.to_string()))
            .value(":wanted", place_value(&wanted))
            .value(":place", place_value(&place))
            .value(":sort", text(Conversation::list_sort(at, &seen.id)))
            .value(":one", number(1))
            .into_update()
    }

    /// The old message names the new one: once, and only while it stands as it was read.
    fn stood_in_for(&self, old: &Message, new: &Message) -> Result<TransactWriteItem> {
        Change::of(&self.table, partition(&old.conversation), message_sort(old.id))
            .update("SET retried_by = :new ADD rev :one")
            .when("attribute_not_exists(retried_by) AND rev = :rev AND seen = :seen")
            .value(":new", text(new.id.to_string()))
            .value(":one", number(1))
            .value(":rev", number(old.rev))
            .value(":seen", value(&old.seen)?)
            .into_update()
    }

    async fn as_before(
        &self,
        pointer: Option<Item>,
        to: &ConversationId,
        click: &Click,
    ) -> Result<Sent> {
        let (conversation, id) = pointer
            .as_ref()
            .and_then(pointed)
            .ok_or_else(|| Error::failed("a pointer without its message"))?;
        if conversation != *to {
            return Ok(Sent::KeyUsed);
        }
        Ok(match self.message(&conversation, id).await? {
            Some(message) if message.body == click.body => Sent::Before(Box::new(message)),
            _ => Sent::KeyUsed,
        })
    }

    /// The message that a person's earlier click with this key made.
    pub async fn clicked(&self, click: &Click) -> Result<Option<Message>> {
        match self.pointer(key_partition(click), "KEY").await? {
            Some((conversation, id)) => self.message(&conversation, id).await,
            None => Ok(None),
        }
    }

    /// Puts a conversation on the desk before anybody wrote.
    pub async fn start(&self, wanted: &Conversation) -> Result<StartOutcome> {
        let Some(contact) = &wanted.contact else {
            return Err(Error::failed("a direct conversation has a contact"));
        };
        let own = partition(&wanted.id);
        let mut items = vec![self.first_place(&own, wanted)?];
        for term in terms(wanted.name.as_deref(), contact) {
            items.push(self.put_term(&term, &wanted.inbox, &wanted.id)?);
        }
        let created = match self.transact(items).await {
            Ok(()) => true,
            Err(Refusal::Conditions(_)) => false,
            Err(Refusal::Other(error)) => return Err(error),
        };
        let now = self.conversation(&wanted.id).await?;
        let now = now.ok_or_else(|| Error::failed("a conversation that was just there"))?;
        Ok(if created { StartOutcome::Created(now) } else { StartOutcome::Existing(now) })
    }

    fn first_place(&self, own: &str, wanted: &Conversation) -> Result<TransactWriteItem> {
        let at = self.clock.now();
        let place = ListKey {
            inbox: wanted.inbox.clone(),
            status: ConversationStatus::Open,
            unread: false,
        };
        let address = |address: &Option<Address>| {
            text(address.as_ref().map(ToString::to_string).unwrap_or_default())
        };
        let mut change = Change::of(&self.table, own, META)
            .when("attribute_not_exists(list_pk)")
            .value(":id", text(wanted.id.as_str()))
            .value(":kind", text("direct"))
            .value(":inbox", text(&*wanted.inbox))
            .value(":business", address(&wanted.business))
            .value(":contact", address(&wanted.contact))
            .value(":created", value(at)?)
            .value(":none", number(0))
            .value(":one", number(1))
            .value(":place", place_value(&place))
            .value(":sort", text(Conversation::list_sort(at, &wanted.id)));
        let mut set = "SET id = :id, kind = :kind, inbox = :inbox, business = :business, \
                       contact = :contact, created = :created, unread = :none, list_pk = :place, \
                       list_sk = :sort"
            .to_owned();
        if let Some(name) = &wanted.name {
            set.push_str(", #name = :name");
            change = change.name("#name", "name").value(":name", text(&**name));
        }
        change.update(&format!("{set} ADD rev :one")).into_update()
    }
}

fn key_partition(click: &Click) -> String {
    format!("KEY#{}#{}", click.user, click.key)
}
