//! The list of conversations: keys from the index, items by `BatchGetItem`, a page exactly as long as asked.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures_util::FutureExt;
use futures_util::future::try_join;

use super::Store;
use super::conversations::{META, partition};
use super::row::{Item, decode, string, text};
use super::search::SearchAt;
use super::write::always;
use crate::address::{Address, Channel};
use crate::conversation::{Conversation, ConversationId, ConversationStatus, ListKey};
use crate::error::{Error, Result};
use crate::search::Wanted;

/// How many items DynamoDB gives in one batch.
const BATCH: usize = 100;

/// How many conversations one request looks at for those of one channel.
const LOOKED_AT: usize = 200;

/// Which conversations are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Open ones, read and unread, merged by time.
    Open,
    /// Closed ones.
    Closed,
    /// Open ones in which somebody waits.
    Unread,
}

/// A page of the list.
#[derive(Debug)]
pub struct Page {
    /// The newest first.
    pub conversations: Vec<Conversation>,
    /// Where the next page begins.
    pub next: Option<String>,
}

impl Store {
    /// A page of an inbox's conversations before `position` (a list sort key), the newest first.
    pub async fn list(
        &self,
        inbox: &str,
        filter: Filter,
        position: Option<&str>,
        limit: usize,
    ) -> Result<Page> {
        let mut keys = self.keys(inbox, filter, position, limit + 1).await?;
        let next = keys.get(limit).is_some().then(|| keys.get(limit.saturating_sub(1)).cloned());
        keys.truncate(limit);
        let ids = keys.iter().filter_map(|key| id_of(key)).collect::<Vec<_>>();
        Ok(Page { conversations: self.conversations(&ids).await?, next: next.flatten() })
    }

    /// The same with one channel's conversations alone. One request looks at two hundred and no more: a page may be
    /// short, even empty, and still have a next one.
    pub async fn list_channel(
        &self,
        inbox: &str,
        (filter, channel): (Filter, Channel),
        position: Option<&str>,
        limit: usize,
    ) -> Result<Page> {
        let mut keys = self.keys(inbox, filter, position, LOOKED_AT + 1).await?;
        let more = keys.len() > LOOKED_AT;
        keys.truncate(LOOKED_AT);
        let mut page = Page { conversations: Vec::new(), next: keys.last().cloned() };
        for some in keys.chunks(BATCH) {
            let ids = some.iter().filter_map(|key| id_of(key)).collect::<Vec<_>>();
            let mut found = self.conversations(&ids).await?.into_iter().peekable();
            for key in some {
                let id = id_of(key);
                let Some(conversation) = found.next_if(|next| Some(&next.id) == id.as_ref()) else {
                    continue;
                };
                if !on(Some(channel), &conversation) {
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

    async fn keys(
        &self,
        inbox: &str,
        filter: Filter,
        position: Option<&str>,
        most: usize,
    ) -> Result<Vec<String>> {
        let place = |status, unread| ListKey { inbox: inbox.to_owned(), status, unread };
        let part = |place: ListKey| async move { self.part(&place, position, most).await }.boxed();
        let mut keys = match filter {
            Filter::Unread => part(place(ConversationStatus::Open, true)).await?,
            Filter::Open => merged(
                try_join(
                    part(place(ConversationStatus::Open, true)),
                    part(place(ConversationStatus::Open, false)),
                )
                .await?,
            ),
            Filter::Closed => merged(
                try_join(
                    part(place(ConversationStatus::Closed, true)),
                    part(place(ConversationStatus::Closed, false)),
                )
                .await?,
            ),
        };
        keys.truncate(most);
        Ok(keys)
    }

    async fn part(
        &self,
        place: &ListKey,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>> {
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let call = self.client.query().table_name(&*self.table).index_name("list").limit(limit);
        let call = call.scan_index_forward(false);
        let call = call
            .key_condition_expression("list_pk = :place AND list_sk < :before")
            .expression_attribute_values(":place", text(place.to_string()))
            .expression_attribute_values(":before", text(before.unwrap_or("~")));
        let answer = always(self.single("table.query", || call.clone().send()).await)?;
        let items = answer.items.unwrap_or_default();
        Ok(items.iter().filter_map(|item| string(item, "list_sk").map(str::to_owned)).collect())
    }

    /// These conversations, in this order; what is no more is left out.
    pub async fn conversations(&self, ids: &[ConversationId]) -> Result<Vec<Conversation>> {
        let mut found: HashMap<String, Conversation> = HashMap::new();
        for some in ids.chunks(BATCH) {
            let mut wanted: Vec<Item> = some.iter().map(meta_key).collect();
            // DynamoDB may answer a part; a few rounds ask for the rest.
            for _ in 0..8 {
                if wanted.is_empty() {
                    break;
                }
                let (items, left) = self.batch(wanted).await?;
                for item in items {
                    let row: Conversation = decode(item)?;
                    found.insert(row.id.to_string(), row);
                }
                wanted = left;
            }
        }
        Ok(ids.iter().filter_map(|id| found.remove(id.as_str())).collect())
    }

    async fn batch(&self, keys: Vec<Item>) -> Result<(Vec<Item>, Vec<Item>)> {
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).build();
        let keys = keys.map_err(Error::failed)?;
        let call = self.client.batch_get_item().request_items(&*self.table, keys);
        let answer = always(self.single("table.batch_get", || call.clone().send()).await)?;
        let items = answer.responses.unwrap_or_default().remove(&*self.table).unwrap_or_default();
        let left = answer.unprocessed_keys.unwrap_or_default().remove(&*self.table);
        Ok((items, left.map(|left| left.keys).unwrap_or_default()))
    }

    /// The conversations that a search finds among the rows of one request, the newest first, and where the next
    /// request goes on.
    pub async fn search(
        &self,
        inbox: &str,
        (filter, channel): (Filter, Option<Channel>),
        wanted: &Wanted,
        at: &SearchAt,
    ) -> Result<(Vec<Conversation>, Option<SearchAt>)> {
        let (ids, next) = self.find(inbox, wanted, at).await?;
        let mut hits = self.conversations(&ids).await?;
        hits.retain(|hit| {
            let name = hit.name.as_deref();
            passes(filter, hit)
                && on(channel, hit)
                && hit.contact.as_ref().is_some_and(|c| wanted.matches(name, c))
        });
        hits.sort_by(|a, b| b.list_sk.cmp(&a.list_sk));
        Ok((hits, next))
    }
}

fn passes(filter: Filter, conversation: &Conversation) -> bool {
    conversation.list_pk.as_ref().is_some_and(|place| match filter {
        Filter::Open => place.status == ConversationStatus::Open,
        Filter::Closed => place.status == ConversationStatus::Closed,
        Filter::Unread => place.status == ConversationStatus::Open && place.unread,
    })
}

fn on(channel: Option<Channel>, conversation: &Conversation) -> bool {
    let own = conversation.contact.as_ref().map(Address::channel);
    channel.is_none_or(|channel| own == Some(channel))
}

/// Both parts by time. A conversation that moved from one to the other between their two queries stands in both, and
/// `BatchGetItem` takes no key twice: it stays where it stands higher.
fn merged((mut one, other): (Vec<String>, Vec<String>)) -> Vec<String> {
    one.extend(other);
    one.sort_unstable_by(|a, b| b.cmp(a));
    let mut seen = HashSet::new();
    one.retain(|key| seen.insert(id_of(key)));
    one
}

fn id_of(list_sort: &str) -> Option<ConversationId> {
    ConversationId::parse(list_sort.split_once('#')?.1)
}

fn meta_key(id: &ConversationId) -> Item {
    let pairs: [(String, AttributeValue); 2] =
        [("pk".to_owned(), text(partition(id))), ("sk".to_owned(), text(META))];
    Item::from(pairs)
}
