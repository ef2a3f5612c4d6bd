//! What is sent: pointer of the click, message, conversation and intent in one transaction.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::Store;
use super::change::Change;
use super::conversations::{META, partition, place_value};
use super::inbound::above;
use super::intents::lane_sort;
use super::messages::{message_sort, pointed};
use super::row::{Item, encode, number, text, value};
use super::write::{Refusal, put, put_new};
use crate::can_send::Decision;
use crate::conversation::{Conversation, ConversationId, ConversationStatus, ListKey, Preview};
use crate::error::{Error, Result};
use crate::intent::Intent;
use crate::message::{Direction, Message};
use crate::particulars::Particulars;

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
    /// It may not go, or not now.
    MayNot(Decision),
}

const TRIES: u32 = 32;

impl Store {
    /// Stores what a click wants sent; `again` is the message that it stands in for, if it is a retry. `decide` is asked
    /// of the conversation as it stands; what it read of consent is a condition of the write.
    pub async fn send(
        &self,
        to: &ConversationId,
        click: &Click,
        again: Option<&Message>,
        decide: &(dyn Fn(&Conversation) -> Decision + Sync),
    ) -> Result<Sent> {
        for _ in 0..TRIES {
            let Some(seen) = self.conversation(to).await? else { return Ok(Sent::NoConversation) };
            let decision = decide(&seen);
            if !decision.yes() {
                // What was taken before stays taken, whatever holds now.
                return match self.clicked(click).await? {
                    Some(_) => self.as_before(None, to, click, again).await,
                    None => Ok(Sent::MayNot(decision)),
                };
            }
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
                return self.as_before(pointer.met, to, click, again).await;
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
            media: Vec::new(),
            particulars: Particulars::default(),
            price: None,
            fell_back: false,
            redacted: false,
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
        let preview = Preview::of(message);
        let consent = match &seen.consent {
            Some(_) => "consent = :consent",
            None => "attribute_not_exists(consent)",
        };
        let mut change = Change::of(&self.table, partition(&seen.id), META)
            .update(
                "SET preview = :preview, #last = :ulid, list_pk = :wanted, list_sk = :sort \
                 ADD rev :one",
            )
            .when(&format!(
                "list_pk = :place AND {consent} AND (attribute_not_exists(#last) OR #last < :ulid)"
            ))
            .name("#last", "last")
            .value(":preview", value(preview)?)
            .value(":ulid", text(message.id.to_string()))
            .value(":wanted", place_value(&wanted))
            .value(":place", place_value(&place))
            .value(":sort", text(Conversation::list_sort(at, &seen.id)))
            .value(":one", number(1));
        if let Some(consent) = &seen.consent {
            change = change.value(":consent", value(consent)?);
        }
        change.into_update()
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
        again: Option<&Message>,
    ) -> Result<Sent> {
        let known = pointer.as_ref().and_then(pointed);
        let found = match known {
            Some(found) => Some(found),
            None => self.pointer(key_partition(click), "KEY").await?,
        };
        let (conversation, id) =
            found.ok_or_else(|| Error::failed("a pointer without its message"))?;
        if conversation != *to {
            return Ok(Sent::KeyUsed);
        }
        if let Some(old) = again {
            // A retry is the earlier click only if that one stood in for the same message.
            let now = self.message(to, old.id).await?;
            if now.and_then(|old| old.retried_by) != Some(id) {
                return Ok(Sent::KeyUsed);
            }
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
}

fn key_partition(click: &Click) -> String {
    format!("KEY#{}#{}", click.user, click.key)
}
