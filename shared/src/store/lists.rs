//! Lists of conversations: keys from the index, items by `BatchGetItem`, pages of exactly the requested length.

use std::collections::{HashMap, HashSet};

use futures_util::FutureExt;
use futures_util::future::try_join;

use super::client::Store;
use super::items::{MAX_BATCH_KEYS, Reads};
use super::keys::{Key, Table};
use super::row::{attr_s, from_item, get_str};
use super::search::SearchPosition;
use super::write::unconditional;
use crate::address::{Address, Channel};
use crate::conversation::search::SearchQuery;
use crate::conversation::{
    Conversation, ConversationId, ConversationStatus, Filter, ListPartition,
};
use crate::error::Result;
use crate::inbox_name::InboxName;

/// The maximum number of conversations that one request reads to find those of one channel.
const MAX_LIST_READS: usize = 200;

/// A page of the list.
#[derive(Debug)]
pub struct ConversationPage {
    /// The conversations, the newest first.
    pub conversations: Vec<Conversation>,
    /// The position of the next page.
    pub next: Option<String>,
}

impl Store {
    /// Returns a page of an inbox's conversations before `position` (a list sort key), the newest first.
    pub async fn list_conversations(
        &self,
        inbox: &InboxName,
        filter: Filter,
        position: Option<&str>,
        limit: usize,
    ) -> Result<ConversationPage> {
        let mut keys = self.query_list_keys(inbox, filter, position, limit + 1).await?;
        let next = keys.get(limit).is_some().then(|| keys.get(limit.saturating_sub(1)).cloned());
        keys.truncate(limit);
        let ids = keys.iter().filter_map(|key| listed_id(key)).collect::<Vec<_>>();
        Ok(ConversationPage {
            conversations: self.get_conversations(&ids).await?,
            next: next.flatten(),
        })
    }

    /// Returns a page of the conversations of one channel.
    ///
    /// One request reads at most 200 conversations, so a page may be short or empty and still have a next one.
    pub async fn list_conversations_by_channel(
        &self,
        inbox: &InboxName,
        (filter, channel): (Filter, Channel),
        position: Option<&str>,
        limit: usize,
    ) -> Result<ConversationPage> {
        let mut keys = self.query_list_keys(inbox, filter, position, MAX_LIST_READS + 1).await?;
        let more = keys.len() > MAX_LIST_READS;
        keys.truncate(MAX_LIST_READS);
        let mut page = ConversationPage { conversations: Vec::new(), next: keys.last().cloned() };
        for chunk in keys.chunks(MAX_BATCH_KEYS) {
            let ids = chunk.iter().filter_map(|key| listed_id(key)).collect::<Vec<_>>();
            let mut found = self.get_conversations(&ids).await?.into_iter().peekable();
            for key in chunk {
                let id = listed_id(key);
                let Some(conversation) = found.next_if(|next| Some(&next.id) == id.as_ref()) else {
                    continue;
                };
                if !is_on_channel(Some(channel), &conversation) {
                    continue;
                }
                page.conversations.push(conversation);
                if page.conversations.len() == limit {
                    page.next = Some(key.clone()).filter(|_| more || Some(key) != keys.last());
                    return Ok(page);
                }
            }
        }
        page.next = page.next.filter(|_| more);
        Ok(page)
    }

    async fn query_list_keys(
        &self,
        inbox: &InboxName,
        filter: Filter,
        position: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>> {
        let partition = |status, unread| ListPartition { inbox: inbox.clone(), status, unread };
        let query = |partition: ListPartition| {
            async move { self.query_list_partition(&partition, position, limit).await }.boxed()
        };
        let mut keys = match filter {
            Filter::Unread => query(partition(ConversationStatus::Open, true)).await?,
            Filter::Open => merge_by_time(
                try_join(
                    query(partition(ConversationStatus::Open, true)),
                    query(partition(ConversationStatus::Open, false)),
                )
                .await?,
            ),
            Filter::Closed => merge_by_time(
                try_join(
                    query(partition(ConversationStatus::Closed, true)),
                    query(partition(ConversationStatus::Closed, false)),
                )
                .await?,
            ),
        };
        keys.truncate(limit);
        Ok(keys)
    }

    async fn query_list_partition(
        &self,
        partition: &ListPartition,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>> {
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let call = self
            .client
            .query()
            .table_name(self.table_name(Table::Main))
            .index_name("list")
            .limit(limit);
        let call = call.scan_index_forward(false);
        let call = call
            .key_condition_expression("list_pk = :place AND list_sk < :before")
            .expression_attribute_values(":place", attr_s(partition.to_string()))
            .expression_attribute_values(":before", attr_s(before.unwrap_or("~")));
        let response = unconditional(self.call("table.query", || call.clone().send()).await)?;
        let items = response.items.unwrap_or_default();
        Ok(items.iter().filter_map(|item| get_str(item, "list_sk").map(str::to_owned)).collect())
    }

    /// Returns these conversations in this order, without those that do not exist.
    pub async fn get_conversations(&self, ids: &[ConversationId]) -> Result<Vec<Conversation>> {
        let keys: Vec<Key> = ids.iter().map(Key::meta).collect();
        let rows =
            self.get_all(&keys, Reads::Eventual).await?.into_iter().map(from_item::<Conversation>);
        let rows = rows.map(|row| row.map(|row| (row.id.clone(), row)));
        let mut found: HashMap<ConversationId, Conversation> = rows.collect::<Result<_>>()?;
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// Returns the conversations that a search finds in one request, the newest first, and the position of the next one.
    pub async fn search_conversations(
        &self,
        inbox: &InboxName,
        (filter, channel): (Filter, Option<Channel>),
        query: &SearchQuery,
        position: &SearchPosition,
    ) -> Result<(Vec<Conversation>, Option<SearchPosition>)> {
        let (ids, next) = self.query_search_entries(inbox, query, position).await?;
        let mut hits = self.get_conversations(&ids).await?;
        hits.retain(|hit| {
            let name = hit.shown_name();
            matches_filter(filter, hit)
                && is_on_channel(channel, hit)
                && hit.contact.as_ref().is_some_and(|c| query.matches(name, c))
        });
        hits.sort_by(|a, b| b.list_sk.cmp(&a.list_sk));
        Ok((hits, next))
    }
}

fn matches_filter(filter: Filter, conversation: &Conversation) -> bool {
    conversation.list_pk.as_ref().is_some_and(|partition| match filter {
        Filter::Open => partition.status == ConversationStatus::Open,
        Filter::Closed => partition.status == ConversationStatus::Closed,
        Filter::Unread => partition.status == ConversationStatus::Open && partition.unread,
    })
}

fn is_on_channel(channel: Option<Channel>, conversation: &Conversation) -> bool {
    let conversation_channel = conversation.contact.as_ref().map(Address::channel);
    channel.is_none_or(|channel| conversation_channel == Some(channel))
}

/// Merges two lists of keys by time.
///
/// A conversation that moved between the two queries is in both. `BatchGetItem` rejects duplicate keys, so only the newer
/// key stays.
fn merge_by_time((mut keys, second): (Vec<String>, Vec<String>)) -> Vec<String> {
    keys.extend(second);
    keys.sort_unstable_by(|a, b| b.cmp(a));
    let mut seen = HashSet::new();
    keys.retain(|key| seen.insert(listed_id(key)));
    keys
}

/// Returns the conversation of a list sort key.
fn listed_id(key: &str) -> Option<ConversationId> {
    Conversation::parse_list_sort_key(key).map(|(_, id)| id)
}
