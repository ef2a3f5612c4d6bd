//! Lists of conversations: keys from the index, items by `BatchGetItem`, pages of exactly the requested length.

use std::collections::{HashMap, HashSet};

use futures_util::future::try_join_all;

use super::client::Store;
use super::items::{MAX_BATCH_KEYS, Reads};
use super::keys::{Key, Table};
use super::row::{attr_s, from_item, get_str};
use super::search::SearchPosition;
use super::write::unconditional;
use crate::address::{Address, Channel};
use crate::conversation::search::SearchQuery;
use crate::conversation::{
    Conversation, ConversationId, ConversationStatus, Filter, ListPartition, ListPlace,
};
use crate::error::Result;
use crate::inbox_name::InboxName;

/// The maximum number of conversations that one request reads to find those of one channel.
pub(super) const MAX_LIST_READS: usize = 200;

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

    pub(super) async fn query_list_keys(
        &self,
        inbox: &InboxName,
        filter: Filter,
        position: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>> {
        let queries = partitions(inbox, filter).into_iter().map(|partition| async move {
            self.query_list_partition(&partition, position, limit).await
        });
        let mut keys = merge_by_time(&try_join_all(queries).await?);
        keys.truncate(limit);
        Ok(keys)
    }

    async fn query_list_partition(
        &self,
        partition: &ListPartition,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>> {
        self.query_keys(partition, before.unwrap_or("~"), false, limit).await
    }

    /// Returns the list sort keys of a partition, those with the oldest last activity first.
    pub(super) async fn query_oldest_keys(
        &self,
        partition: &ListPartition,
        limit: usize,
    ) -> Result<Vec<String>> {
        self.query_keys(partition, "~", true, limit).await
    }

    async fn query_keys(
        &self,
        partition: &ListPartition,
        before: &str,
        oldest_first: bool,
        limit: usize,
    ) -> Result<Vec<String>> {
        let call = self.client.query().table_name(self.table_name(Table::Main)).index_name("list");
        let call = call
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .scan_index_forward(oldest_first)
            .key_condition_expression("list_pk = :place AND list_sk < :before")
            .expression_attribute_values(":place", attr_s(partition.to_string()))
            .expression_attribute_values(":before", attr_s(before));
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
    let partition = conversation.list_pk.as_ref();
    partition.is_some_and(|partition| partitions(&partition.inbox, filter).contains(partition))
}

/// Returns the partitions of an inbox in which the conversations of a filter are.
pub(super) fn partitions(inbox: &InboxName, filter: Filter) -> Vec<ListPartition> {
    use ConversationStatus::{Closed, Open};
    use ListPlace::{Read, Unread, Waiting};
    let places: &[(ConversationStatus, ListPlace)] = match filter {
        Filter::Open => &[(Open, Unread), (Open, Waiting), (Open, Read)],
        Filter::Unread => &[(Open, Unread)],
        Filter::Waiting => &[(Open, Unread), (Open, Waiting)],
        Filter::Closed => &[(Closed, Unread), (Closed, Read)],
        Filter::All => {
            &[(Open, Unread), (Open, Waiting), (Open, Read), (Closed, Unread), (Closed, Read)]
        }
    };
    let partition = |(status, place)| ListPartition { inbox: inbox.clone(), status, place };
    places.iter().copied().map(partition).collect()
}

pub(super) fn is_on_channel(channel: Option<Channel>, conversation: &Conversation) -> bool {
    let conversation_channel = conversation.contact.as_ref().map(Address::channel);
    channel.is_none_or(|channel| conversation_channel == Some(channel))
}

/// Merges lists of keys by time.
///
/// A conversation that moved between two queries is in both. `BatchGetItem` rejects duplicate keys, so only the newer
/// key stays.
fn merge_by_time(lists: &[Vec<String>]) -> Vec<String> {
    let mut keys = lists.concat();
    keys.sort_unstable_by(|a, b| b.cmp(a));
    let mut seen = HashSet::new();
    keys.retain(|key| seen.insert(listed_id(key)));
    keys
}

/// Returns the conversation of a list sort key.
pub(super) fn listed_id(key: &str) -> Option<ConversationId> {
    Conversation::parse_list_sort_key(key).map(|(_, id)| id)
}
