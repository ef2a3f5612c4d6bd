//! Reading messages: one, or a page of a thread.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::try_join;
use serde::{Deserialize, Serialize};

use super::client::Store;
use super::keys::{Key, Table, conversation_pk, message_sk};
use super::row::{attr_s, from_item};
use super::write::unconditional;
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::ids::MessageId;
use crate::message::Message;

/// The overlap of a forward read, because the keys of two functions are not in commit order.
const OVERLAP: Duration = Duration::from_secs(10);

/// The maximum number of messages that a forward read repeats.
const MAX_OVERLAP: usize = 100;

/// The part of a thread to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageRange {
    /// The newest messages.
    Newest,
    /// The messages before this one.
    Before(MessageId),
    /// The messages after this one and those of the ten seconds before it.
    After(MessageId),
    /// This message with as many before it as after it.
    Around(MessageId),
}

/// The number of messages that one request of a thread search reads.
pub const SEARCH_PAGE_READS: usize = 200;

/// A message as stored, with the mark of one that came by an event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoredMessage {
    /// The message.
    #[serde(flatten)]
    pub(super) message: Message,
    /// Whether only an event has told about it so far, so that its webhook may still add to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) partial: bool,
}

/// A part of a thread, oldest first.
#[derive(Debug)]
pub struct MessagePage {
    /// The messages.
    pub messages: Vec<Message>,
    /// Whether there are more in the direction of reading.
    pub more: bool,
}

impl Store {
    /// Returns a message (a consistent read).
    pub async fn get_message(
        &self,
        conversation: &ConversationId,
        id: MessageId,
    ) -> Result<Option<Message>> {
        self.get(&Key::message(conversation, id)).await
    }

    /// Returns a part of a thread, without messages at or before `deleted_through`.
    ///
    /// After a message, the limit counts newer messages only; the overlap comes on top, so that small pages get past a
    /// burst.
    pub async fn list_messages(
        &self,
        conversation: &ConversationId,
        deleted_through: Option<MessageId>,
        range: MessageRange,
        limit: usize,
    ) -> Result<MessagePage> {
        let first = deleted_through.map_or(MessageId::MIN, MessageId::next);
        let last = MessageId::MAX;
        match range {
            MessageRange::Newest => self.query_newest(conversation, (first, last), limit).await,
            MessageRange::Before(id) => {
                self.query_newest(conversation, (first, id.previous()), limit).await
            }
            MessageRange::After(id) => {
                let overlap = (first.max(id.earlier(OVERLAP)), id);
                let (overlap, newer) = try_join(
                    self.query_newest(conversation, overlap, MAX_OVERLAP).boxed(),
                    self.query_range(conversation, (first.max(id.next()), last), true, limit)
                        .boxed(),
                )
                .await?;
                let MessagePage { mut messages, .. } = overlap;
                messages.extend(newer.messages);
                Ok(MessagePage { messages, more: newer.more })
            }
            MessageRange::Around(id) => {
                let (before, after) = (limit.div_ceil(2), limit / 2);
                let (older, newer) = try_join(
                    self.query_newest(conversation, (first, id), before).boxed(),
                    self.query_range(conversation, (first.max(id.next()), last), true, after)
                        .boxed(),
                )
                .await?;
                let MessagePage { mut messages, more } = older;
                messages.extend(newer.messages);
                Ok(MessagePage { messages, more })
            }
        }
    }

    /// Returns the newest messages between two keys, oldest first.
    async fn query_newest(
        &self,
        conversation: &ConversationId,
        range: (MessageId, MessageId),
        limit: usize,
    ) -> Result<MessagePage> {
        let mut page = Box::pin(self.query_range(conversation, range, false, limit)).await?;
        page.messages.reverse();
        Ok(page)
    }

    /// Returns the messages between two keys, these included, in the order of reading.
    pub(super) async fn query_range(
        &self,
        conversation: &ConversationId,
        (from, to): (MessageId, MessageId),
        forward: bool,
        limit: usize,
    ) -> Result<MessagePage> {
        if from > to {
            // DynamoDB rejects such a range. It is empty.
            return Ok(MessagePage { messages: vec![], more: false });
        }
        let page_limit = i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX);
        let call = self.client.query().table_name(self.table_name(Table::Main)).limit(page_limit);
        let call = call
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", attr_s(conversation_pk(conversation)))
            .expression_attribute_values(":from", attr_s(message_sk(from)))
            .expression_attribute_values(":to", attr_s(message_sk(to)))
            .consistent_read(true)
            .scan_index_forward(forward);
        let response = unconditional(self.call("table.query", || call.clone().send()).await)?;
        let mut items = response.items.unwrap_or_default();
        // A page of large items ends before its limit; then the last key says that there is more.
        let more = items.len() > limit || response.last_evaluated_key.is_some();
        items.truncate(limit);
        let messages = items.into_iter().map(from_item).collect::<Result<_>>()?;
        Ok(MessagePage { messages, more })
    }
}
