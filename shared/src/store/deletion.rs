//! A conversation deleted: off the desk in one transaction, its messages by a job after it.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use ulid::Ulid;

use super::client::Store;
use super::conversations::{META, conversation_pk};
use super::inbound::next_ulid;
use super::messages::message_sk;
use super::outbox::outbox_sk;
use super::row::{Item, attr_n, attr_s, to_attr, to_item};
use super::search::search_terms;
use super::write::{TransactError, put, unconditional};
use crate::conversation::{Conversation, ConversationId};
use crate::error::{Error, Result};
use crate::message::Message;
use crate::outbox::{OutboxEntry, OutboxKind};

/// How many messages are read at once to be erased, and how many are erased side by side.
const ERASE_PAGE: usize = 100;
const CONCURRENCY: usize = 8;

impl Store {
    /// Takes a conversation off the desk, requiring the `rev` that was seen: nothing of it is shown any more, its
    /// messages go by a job. False if it has another by now.
    pub async fn delete_conversation(&self, expected: &Conversation) -> Result<bool> {
        match self.transact(self.deletion_items(expected)?).await {
            Ok(()) => Ok(true),
            Err(TransactError::ConditionsFailed(_)) => Ok(false),
            Err(TransactError::Other(error)) => Err(error),
        }
    }

    fn deletion_items(&self, expected: &Conversation) -> Result<Vec<TransactWriteItem>> {
        let now = self.clock.now();
        let deleted_through = next_ulid(expected.last_ulid, self.ids.ulid(now));
        let mut items = vec![self.tombstone(expected, deleted_through)?];
        if let Some(contact) = &expected.contact {
            for term in search_terms(expected.name.as_deref(), contact) {
                items.push(self.delete_search_entry(&term, &expected.inbox, &expected.id)?);
            }
        }
        let (kind, job) = (OutboxKind::EraseConversation, self.ids.ulid(now));
        let job = OutboxEntry::job(kind, &expected.id, &expected.inbox, deleted_through, job, now);
        items.push(put(
            &self.table,
            to_item(&conversation_pk(&job.conversation_id), &outbox_sk(&job), &job)?,
        )?);
        Ok(items)
    }

    /// The conversation's item without anything personal: where a thread begins anew, should the contact write again.
    fn tombstone(
        &self,
        expected: &Conversation,
        deleted_through: Ulid,
    ) -> Result<TransactWriteItem> {
        let deleted_through = attr_s(deleted_through.to_string());
        let mut item = Item::from([
            ("pk".to_owned(), attr_s(conversation_pk(&expected.id))),
            ("sk".to_owned(), attr_s(META)),
            ("id".to_owned(), attr_s(expected.id.as_str())),
            ("kind".to_owned(), attr_s(expected.kind.as_str())),
            ("inbox".to_owned(), attr_s(&*expected.inbox)),
            ("rev".to_owned(), attr_n(expected.rev + 1)),
            ("deleted_through".to_owned(), deleted_through.clone()),
            ("last_ulid".to_owned(), deleted_through),
        ]);
        // Whoever asked not to be written to has asked so for good.
        if let Some(consent) = &expected.consent {
            item.insert("consent".to_owned(), to_attr(consent)?);
        }
        let put = Put::builder()
            .table_name(&*self.table)
            .set_item(Some(item))
            .condition_expression("rev = :expected AND attribute_exists(list_pk)")
            .expression_attribute_values(":expected", attr_n(expected.rev))
            .build()
            .map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Some of the messages at or before `cleared`, the oldest first.
    pub async fn list_deleted_messages(
        &self,
        conversation: &ConversationId,
        deleted_through: Ulid,
    ) -> Result<Vec<Message>> {
        let page = self
            .query_range(conversation, (Ulid::nil(), deleted_through), true, ERASE_PAGE)
            .await?;
        Ok(page.messages)
    }

    /// Removes these messages' rows, as long as there is time. True if all are gone.
    pub async fn erase_messages(&self, messages: &[Message], deadline: Timestamp) -> Result<bool> {
        for chunk in messages.chunks(CONCURRENCY) {
            if self.clock.now() >= deadline {
                return Ok(false);
            }
            let deletions =
                chunk.iter().map(|message| self.erase_message(&message.conversation, message.id));
            try_join_all(deletions).await?;
        }
        Ok(true)
    }

    async fn erase_message(&self, conversation: &ConversationId, id: Ulid) -> Result<()> {
        let call = self.client.delete_item().table_name(&*self.table);
        let call =
            call.key("pk", attr_s(conversation_pk(conversation))).key("sk", attr_s(message_sk(id)));
        unconditional(self.call("table.delete", || call.clone().send()).await).map(|_| ())
    }
}
