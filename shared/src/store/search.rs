//! Search entries: the rows by which conversations are found.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::client::Store;
use super::keys::{Key, Table};
use super::row::{Item, attr_s, from_item, get_str};
use super::transaction::Transaction;
use super::write::unconditional;
use crate::address::Address;
use crate::conversation::ConversationId;
use crate::conversation::search::{SearchQuery, SearchTerm, name_terms, number_terms};
use crate::error::Result;
use crate::inbox_name::InboxName;

/// The maximum number of entries that one request reads before it returns a cursor.
const MAX_ENTRIES: usize = 200;

/// Returns all terms by which a conversation is found.
pub(super) fn search_terms(name: Option<&str>, contact: &Address) -> BTreeSet<SearchTerm> {
    let mut terms = number_terms(contact);
    terms.extend(name.map(name_terms).unwrap_or_default());
    terms
}

/// A search entry, as stored.
#[derive(Serialize, Deserialize)]
struct SearchEntry {
    conversation_id: ConversationId,
}

/// Puts the search entry of `term` into a transaction.
pub(super) fn put_search_entry(
    transaction: &mut Transaction,
    term: &SearchTerm,
    inbox: &InboxName,
    id: &ConversationId,
) -> Result<()> {
    let entry = SearchEntry { conversation_id: id.clone() };
    transaction.put(Key::search(term, inbox, id), &entry).map(|_| ())
}

impl Store {
    /// Returns the conversations whose entries match `query`, from `position` on, and the position of the next request.
    pub(super) async fn query_search_entries(
        &self,
        inbox: &InboxName,
        query: &SearchQuery,
        position: &SearchPosition,
    ) -> Result<(Vec<ConversationId>, Option<SearchPosition>)> {
        let mut known = HashSet::new();
        let mut ids = Vec::new();
        let mut remaining = MAX_ENTRIES;
        let mut after = position.after.clone();
        for (index, term) in query.terms.iter().enumerate().skip(position.term) {
            if remaining == 0 {
                return Ok((ids, Some(SearchPosition { term: index, after: None })));
            }
            let (rows, more) = self.query_term(inbox, term, after.take(), remaining).await?;
            remaining = remaining.saturating_sub(rows.len());
            let last = rows.last().and_then(|row| get_str(row, "sk")).map(str::to_owned);
            for row in rows {
                let id = from_item(row).map(|entry: SearchEntry| entry.conversation_id).ok();
                ids.extend(id.filter(|id| known.insert(id.clone())));
            }
            if more {
                return Ok((ids, Some(SearchPosition { term: index, after: last })));
            }
        }
        Ok((ids, None))
    }

    async fn query_term(
        &self,
        inbox: &InboxName,
        term: &SearchTerm,
        after: Option<String>,
        limit: usize,
    ) -> Result<(Vec<Item>, bool)> {
        let pk = attr_s(term.pk(inbox));
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let start = after
            .map(|sk| Item::from([("pk".to_owned(), pk.clone()), ("sk".to_owned(), attr_s(sk))]));
        let call = self.client.query().table_name(self.table_name(Table::Main)).limit(limit);
        let call = call.set_exclusive_start_key(start).expression_attribute_values(":pk", pk);
        let call = if term.rest.is_empty() {
            call.key_condition_expression("pk = :pk")
        } else {
            call.key_condition_expression("pk = :pk AND begins_with(sk, :rest)")
                .expression_attribute_values(":rest", attr_s(&*term.rest))
        };
        let response = unconditional(self.call("table.query", || call.clone().send()).await)?;
        Ok((response.items.unwrap_or_default(), response.last_evaluated_key.is_some()))
    }
}

/// The position at which a search continues.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchPosition {
    /// The index of the term.
    pub term: usize,
    /// The sort key of the last entry that was read.
    pub after: Option<String>,
}
