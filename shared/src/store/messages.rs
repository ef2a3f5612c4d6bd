//! Messages: read one, read a page.

use futures_util::FutureExt;
use futures_util::future::try_join;
use ulid::Ulid;

use super::Store;
use super::conversations::partition;
use super::row::{Item, decode, string, text};
use super::write::always;
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::message::Message;
use crate::sid::MessageSid;

/// Keys of two functions are not in commit order: a forward read begins this much earlier.
const OVERLAP_MILLISECONDS: u64 = 10_000;

/// How many messages a forward read repeats at the most.
const OVERLAP_MOST: usize = 100;

/// The sort key of a message.
pub(super) fn message_sort(id: Ulid) -> String {
    format!("MSG#{id}")
}

/// Which part of a thread is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
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
pub const SEARCHED: usize = 200;

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
    pub async fn message(
        &self,
        conversation: &ConversationId,
        id: Ulid,
    ) -> Result<Option<Message>> {
        self.message_row(conversation, id).await?.map(decode).transpose()
    }

    /// The same with what no message shows.
    pub(super) async fn message_row(
        &self,
        conversation: &ConversationId,
        id: Ulid,
    ) -> Result<Option<Item>> {
        let call = self.client.get_item().table_name(&*self.table).consistent_read(true);
        let call = call.key("pk", text(partition(conversation))).key("sk", text(message_sort(id)));
        let answer = always(self.single("table.get", || call.clone().send()).await)?;
        Ok(answer.item)
    }

    /// The message that Twilio knows as `sid`.
    pub async fn message_by_sid(&self, sid: &MessageSid) -> Result<Option<(ConversationId, Ulid)>> {
        self.pointer(format!("SID#{sid}"), "SID").await
    }

    /// Where a pointer points.
    pub(super) async fn pointer(
        &self,
        pk: String,
        sk: &str,
    ) -> Result<Option<(ConversationId, Ulid)>> {
        let call = self.client.get_item().table_name(&*self.table).consistent_read(true);
        let call = call.key("pk", text(pk)).key("sk", text(sk));
        let answer = always(self.single("table.get", || call.clone().send()).await)?;
        Ok(answer.item.as_ref().and_then(pointed))
    }

    /// A part of a thread. Nothing at or before `cleared` is in it. After a message, the limit counts what is newer;
    /// what overlaps comes on top, or small pages would never get past a burst.
    pub async fn messages(
        &self,
        conversation: &ConversationId,
        cleared: Option<Ulid>,
        window: Window,
        limit: usize,
    ) -> Result<MessagePage> {
        let first = cleared.map_or(Ulid::nil(), above);
        let last = Ulid::from_parts(u64::MAX, u128::MAX);
        match window {
            Window::Newest => self.back(conversation, (first, last), limit).await,
            Window::Before(id) => self.back(conversation, (first, below(id)), limit).await,
            Window::After(id) => {
                let overlap = (first.max(earlier(id)), id);
                let (overlap, newer) = try_join(
                    self.back(conversation, overlap, OVERLAP_MOST).boxed(),
                    self.span(conversation, (first.max(above(id)), last), true, limit).boxed(),
                )
                .await?;
                let MessagePage { mut messages, .. } = overlap;
                messages.extend(newer.messages);
                Ok(MessagePage { messages, more: newer.more })
            }
            Window::Around(id) => {
                let (before, after) = (limit.div_ceil(2), limit / 2);
                let (older, newer) = try_join(
                    self.back(conversation, (first, id), before).boxed(),
                    self.span(conversation, (first.max(above(id)), last), true, after).boxed(),
                )
                .await?;
                let MessagePage { mut messages, more } = older;
                messages.extend(newer.messages);
                Ok(MessagePage { messages, more })
            }
        }
    }

    /// The newest between two keys, oldest first.
    async fn back(
        &self,
        conversation: &ConversationId,
        range: (Ulid, Ulid),
        limit: usize,
    ) -> Result<MessagePage> {
        let mut page = Box::pin(self.span(conversation, range, false, limit)).await?;
        page.messages.reverse();
        Ok(page)
    }

    /// Messages between two keys, these included, in the order of reading.
    pub(super) async fn span(
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
        let wanted = i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX);
        let call = self.client.query().table_name(&*self.table).limit(wanted);
        let call = call
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(partition(conversation)))
            .expression_attribute_values(":from", text(message_sort(from)))
            .expression_attribute_values(":to", text(message_sort(to)))
            .consistent_read(true)
            .scan_index_forward(forward);
        let answer = always(self.single("table.query", || call.clone().send()).await)?;
        let mut items = answer.items.unwrap_or_default();
        // A page of large items ends before its limit: the key of its end tells that there is more.
        let more = items.len() > limit || answer.last_evaluated_key.is_some();
        items.truncate(limit);
        let messages = items.into_iter().map(decode).collect::<Result<_>>()?;
        Ok(MessagePage { messages, more })
    }
}

/// Where a pointer's item points.
pub(super) fn pointed(item: &Item) -> Option<(ConversationId, Ulid)> {
    let conversation = ConversationId::parse(string(item, "conversation")?)?;
    Some((conversation, Ulid::from_string(string(item, "message")?).ok()?))
}

fn above(id: Ulid) -> Ulid {
    id.increment().unwrap_or(id)
}

fn below(id: Ulid) -> Ulid {
    Ulid(id.0.saturating_sub(1))
}

fn earlier(id: Ulid) -> Ulid {
    Ulid::from_parts(id.timestamp_ms().saturating_sub(OVERLAP_MILLISECONDS), 0)
}
