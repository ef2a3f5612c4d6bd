//! Messages: read one, read a page.

use futures_util::FutureExt;
use futures_util::future::try_join;
use ulid::Ulid;

use super::client::Store;
use super::conversations::conversation_pk;
use super::row::{Item, attr_s, from_item, get_str};
use super::write::unconditional;
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::message::Message;
use crate::sid::MessageSid;

/// Keys of two functions are not in commit order: a forward read begins this much earlier.
const OVERLAP_MILLISECONDS: u64 = 10_000;

/// How many messages a forward read repeats at the most.
const MAX_OVERLAP: usize = 100;

/// The sort key of a message.
pub(super) fn message_sk(id: Ulid) -> String {
    format!("MSG#{id}")
}

/// Which part of a thread is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageRange {
    /// The newest messages.
    Newest,
    /// Those before this one.
    Before(Ulid),
    /// Those after this one, and the ten seconds before it.
    After(Ulid),
    /// This one, and as many before as after it.
    Around(Ulid),
}

/// How many messages one request of a search within a thread reads.
pub const SEARCH_PAGE_READS: usize = 200;

/// A part of a thread, oldest first.
#[derive(Debug)]
pub struct MessagePage {
    /// The messages.
    pub messages: Vec<Message>,
    /// Whether there are more in the direction that was read.
    pub more: bool,
}

impl Store {
    /// One message (a consistent read).
    pub async fn get_message(
        &self,
        conversation: &ConversationId,
        id: Ulid,
    ) -> Result<Option<Message>> {
        self.get_message_item(conversation, id).await?.map(from_item).transpose()
    }

    /// The same with what no message shows.
    pub(super) async fn get_message_item(
        &self,
        conversation: &ConversationId,
        id: Ulid,
    ) -> Result<Option<Item>> {
        let call = self.client.get_item().table_name(&*self.table).consistent_read(true);
        let call =
            call.key("pk", attr_s(conversation_pk(conversation))).key("sk", attr_s(message_sk(id)));
        let response = unconditional(self.call("table.get", || call.clone().send()).await)?;
        Ok(response.item)
    }

    /// The message that Twilio knows as `sid`.
    pub async fn find_message_by_sid(
        &self,
        sid: &MessageSid,
    ) -> Result<Option<(ConversationId, Ulid)>> {
        self.get_dedup_record(format!("SID#{sid}"), "SID").await
    }

    /// Where a pointer points.
    pub(super) async fn get_dedup_record(
        &self,
        pk: String,
        sk: &str,
    ) -> Result<Option<(ConversationId, Ulid)>> {
        let call = self.client.get_item().table_name(&*self.table).consistent_read(true);
        let call = call.key("pk", attr_s(pk)).key("sk", attr_s(sk));
        let response = unconditional(self.call("table.get", || call.clone().send()).await)?;
        Ok(response.item.as_ref().and_then(dedup_target))
    }

    /// A part of a thread. Nothing at or before `cleared` is in it. After a message, the limit counts what is newer;
    /// what overlaps comes on top, or small pages would never get past a burst.
    pub async fn list_messages(
        &self,
        conversation: &ConversationId,
        deleted_through: Option<Ulid>,
        range: MessageRange,
        limit: usize,
    ) -> Result<MessagePage> {
        let first = deleted_through.map_or(Ulid::nil(), following_ulid);
        let last = Ulid::from_parts(u64::MAX, u128::MAX);
        match range {
            MessageRange::Newest => self.query_newest(conversation, (first, last), limit).await,
            MessageRange::Before(id) => {
                self.query_newest(conversation, (first, previous_ulid(id)), limit).await
            }
            MessageRange::After(id) => {
                let overlap = (first.max(overlap_start(id)), id);
                let (overlap, newer) = try_join(
                    self.query_newest(conversation, overlap, MAX_OVERLAP).boxed(),
                    self.query_range(
                        conversation,
                        (first.max(following_ulid(id)), last),
                        true,
                        limit,
                    )
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
                    self.query_range(
                        conversation,
                        (first.max(following_ulid(id)), last),
                        true,
                        after,
                    )
                    .boxed(),
                )
                .await?;
                let MessagePage { mut messages, more } = older;
                messages.extend(newer.messages);
                Ok(MessagePage { messages, more })
            }
        }
    }

    /// The newest between two keys, oldest first.
    async fn query_newest(
        &self,
        conversation: &ConversationId,
        range: (Ulid, Ulid),
        limit: usize,
    ) -> Result<MessagePage> {
        let mut page = Box::pin(self.query_range(conversation, range, false, limit)).await?;
        page.messages.reverse();
        Ok(page)
    }

    /// Messages between two keys, these included, in the order of reading.
    pub(super) async fn query_range(
        &self,
        conversation: &ConversationId,
        (from, to): (Ulid, Ulid),
        forward: bool,
        limit: usize,
    ) -> Result<MessagePage> {
        if from > to {
            // DynamoDB refuses such a range; there is nothing in it.
            return Ok(MessagePage { messages: vec![], more: false });
        }
        let page_limit = i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX);
        let call = self.client.query().table_name(&*self.table).limit(page_limit);
        let call = call
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", attr_s(conversation_pk(conversation)))
            .expression_attribute_values(":from", attr_s(message_sk(from)))
            .expression_attribute_values(":to", attr_s(message_sk(to)))
            .consistent_read(true)
            .scan_index_forward(forward);
        let response = unconditional(self.call("table.query", || call.clone().send()).await)?;
        let mut items = response.items.unwrap_or_default();
        // A page of large items ends before its limit: the key of its end tells that there is more.
        let more = items.len() > limit || response.last_evaluated_key.is_some();
        items.truncate(limit);
        let messages = items.into_iter().map(from_item).collect::<Result<_>>()?;
        Ok(MessagePage { messages, more })
    }
}

/// Where a pointer's item points.
pub(super) fn dedup_target(item: &Item) -> Option<(ConversationId, Ulid)> {
    let conversation = ConversationId::parse(get_str(item, "conversation_id")?)?;
    Some((conversation, Ulid::from_string(get_str(item, "message_id")?).ok()?))
}

fn following_ulid(id: Ulid) -> Ulid {
    id.increment().unwrap_or(id)
}

fn previous_ulid(id: Ulid) -> Ulid {
    Ulid(id.0.saturating_sub(1))
}

fn overlap_start(id: Ulid) -> Ulid {
    Ulid::from_parts(id.timestamp_ms().saturating_sub(OVERLAP_MILLISECONDS), 0)
}
