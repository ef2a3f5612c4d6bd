//! The rows by which conversations are found.

use std::collections::{BTreeSet, HashSet};

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::client::Store;
use super::item_update::ItemUpdate;
use super::row::{Item, attr_s, get_str};
use super::write::{put, unconditional};
use crate::address::Address;
use crate::conversation::ConversationId;
use crate::conversation::search::{SearchQuery, SearchTerm, name_terms, number_terms};
use crate::error::Result;

/// How many rows one request reads at the most before it answers with a cursor.
const MAX_ENTRIES: usize = 200;

/// Every way in to a conversation.
pub(super) fn search_terms(name: Option<&str>, contact: &Address) -> BTreeSet<SearchTerm> {
    let mut terms = number_terms(contact);
    terms.extend(name.map(name_terms).unwrap_or_default());
    terms
}

fn search_key(term: &SearchTerm, inbox: &str, id: &ConversationId) -> (String, String) {
    (term.pk(inbox), format!("{}#{id}", term.rest))
}

impl Store {
    /// Puts the row of `term`.
    pub(super) fn put_search_entry(
        &self,
        term: &SearchTerm,
        inbox: &str,
        id: &ConversationId,
    ) -> Result<TransactWriteItem> {
        let (pk, sk) = search_key(term, inbox, id);
        let item = Item::from([
            ("pk".to_owned(), attr_s(pk)),
            ("sk".to_owned(), attr_s(sk)),
            ("conversation_id".to_owned(), attr_s(id.as_str())),
        ]);
        put(&self.table, item)
    }

    /// Deletes the row of `term`.
    pub(super) fn delete_search_entry(
        &self,
        term: &SearchTerm,
        inbox: &str,
        id: &ConversationId,
    ) -> Result<TransactWriteItem> {
        let (pk, sk) = search_key(term, inbox, id);
        ItemUpdate::new(&self.table, pk, sk).into_delete()
    }

    /// The conversations whose rows begin as wanted, from `at` on: at most as many as one request reads, and where
    /// the next one goes on.
    pub(super) async fn query_search_entries(
        &self,
        inbox: &str,
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
            for row in &rows {
                let id = get_str(row, "conversation_id").and_then(ConversationId::parse);
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
        inbox: &str,
        term: &SearchTerm,
        after: Option<String>,
        limit: usize,
    ) -> Result<(Vec<Item>, bool)> {
        let pk = attr_s(term.pk(inbox));
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let start = after
            .map(|sk| Item::from([("pk".to_owned(), pk.clone()), ("sk".to_owned(), attr_s(sk))]));
        let call = self.client.query().table_name(&*self.table).limit(limit);
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

/// Where a search goes on: the term, and the last row of it that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchPosition {
    /// Which of the terms.
    pub term: usize,
    /// The row's sort key.
    pub after: Option<String>,
}
