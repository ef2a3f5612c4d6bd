//! A conversation deleted: off the desk in one transaction, its messages by a job after it.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use ulid::Ulid;

use super::Store;
use super::conversations::{META, partition};
use super::inbound::above;
use super::intents::intent_sort;
use super::messages::message_sort;
use super::row::{Item, encode, number, text, value};
use super::search::terms;
use super::write::{Refusal, always, put};
use crate::conversation::{Conversation, ConversationId};
use crate::error::{Error, Result};
use crate::intent::{Intent, IntentKind};
use crate::message::Message;

/// How many messages are read at once to be erased, and how many are erased side by side.
const ERASED: usize = 100;
const AT_ONCE: usize = 8;

impl Store {
    /// Takes a conversation off the desk, requiring the `rev` that was seen: nothing of it is shown any more, its
    /// messages go by a job. False if it has another by now.
    pub async fn delete_conversation(&self, seen: &Conversation) -> Result<bool> {
        match self.transact(self.departure_of(seen)?).await {
            Ok(()) => Ok(true),
            Err(Refusal::Conditions(_)) => Ok(false),
            Err(Refusal::Other(error)) => Err(error),
        }
    }

    fn departure_of(&self, seen: &Conversation) -> Result<Vec<TransactWriteItem>> {
        let now = self.clock.now();
        let cleared = above(seen.last, self.ids.ulid(now));
        let mut items = vec![self.stripped(seen, cleared)?];
        if let Some(contact) = &seen.contact {
            for term in terms(seen.name.as_deref(), contact) {
                items.push(self.delete_term(&term, &seen.inbox, &seen.id)?);
            }
        }
        let (kind, job) = (IntentKind::EraseConversation, self.ids.ulid(now));
        let job = Intent::job(kind, &seen.id, &seen.inbox, cleared, job, now);
        items.push(put(
            &self.table,
            encode(&partition(&job.conversation), &intent_sort(&job), &job)?,
        )?);
        Ok(items)
    }

    /// The conversation's item without anything personal: where a thread begins anew, should the contact write again.
    fn stripped(&self, seen: &Conversation, cleared: Ulid) -> Result<TransactWriteItem> {
        let cleared = text(cleared.to_string());
        let mut item = Item::from([
            ("pk".to_owned(), text(partition(&seen.id))),
            ("sk".to_owned(), text(META)),
            ("id".to_owned(), text(seen.id.as_str())),
            ("kind".to_owned(), text(&*seen.kind)),
            ("inbox".to_owned(), text(&*seen.inbox)),
            ("rev".to_owned(), number(seen.rev + 1)),
            ("cleared".to_owned(), cleared.clone()),
            ("last".to_owned(), cleared),
        ]);
        // Whoever asked not to be written to has asked so for good.
        if let Some(consent) = &seen.consent {
            item.insert("consent".to_owned(), value(consent)?);
        }
        let put = Put::builder()
            .table_name(&*self.table)
            .set_item(Some(item))
            .condition_expression("rev = :seen AND attribute_exists(list_pk)")
            .expression_attribute_values(":seen", number(seen.rev))
            .build()
            .map_err(Error::failed)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Some of the messages at or before `cleared`, the oldest first.
    pub async fn cleared_messages(
        &self,
        conversation: &ConversationId,
        cleared: Ulid,
    ) -> Result<Vec<Message>> {
        let page = self.span(conversation, (Ulid::nil(), cleared), true, ERASED).await?;
        Ok(page.messages)
    }

    /// Removes these messages' rows, as long as there is time. True if all are gone.
    pub async fn erase_messages(&self, messages: &[Message], until: Timestamp) -> Result<bool> {
        for some in messages.chunks(AT_ONCE) {
            if self.clock.now() >= until {
                return Ok(false);
            }
            let erased = some.iter().map(|one| self.erase_message(&one.conversation, one.id));
            try_join_all(erased).await?;
        }
        Ok(true)
    }

    async fn erase_message(&self, conversation: &ConversationId, id: Ulid) -> Result<()> {
        let call = self.client.delete_item().table_name(&*self.table);
        let call = call.key("pk", text(partition(conversation))).key("sk", text(message_sort(id)));
        always(self.single("table.delete", || call.clone().send()).await).map(|_| ())
    }
}
