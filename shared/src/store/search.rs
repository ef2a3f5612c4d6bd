//! The rows by which conversations are found.

use std::collections::{BTreeSet, HashSet};

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::Store;
use super::change::Change;
use super::row::{Item, string, text};
use super::write::{always, put};
use crate::address::Address;
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::search::{Term, Wanted, name_terms, number_terms};

/// How many rows one request reads at the most before it answers with a cursor.
const ROWS: usize = 200;

/// Every way in to a conversation.
pub(super) fn terms(name: Option<&str>, contact: &Address) -> BTreeSet<Term> {
    let mut terms = number_terms(contact);
    terms.extend(name.map(name_terms).unwrap_or_default());
    terms
}

fn keys(term: &Term, inbox: &str, id: &ConversationId) -> (String, String) {
    (term.partition(inbox), format!("{}#{id}", term.rest))
}

impl Store {
    /// Puts the row of `term`.
    pub(super) fn put_term(
        &self,
        term: &Term,
        inbox: &str,
        id: &ConversationId,
    ) -> Result<TransactWriteItem> {
        let (pk, sk) = keys(term, inbox, id);
        let item = Item::from([
            ("pk".to_owned(), text(pk)),
            ("sk".to_owned(), text(sk)),
            ("conversation".to_owned(), text(id.as_str())),
        ]);
        put(&self.table, item)
    }

    /// Deletes the row of `term`.
    pub(super) fn delete_term(
        &self,
        term: &Term,
        inbox: &str,
        id: &ConversationId,
    ) -> Result<TransactWriteItem> {
        let (pk, sk) = keys(term, inbox, id);
        Change::of(&self.table, pk, sk).into_delete()
    }

    /// The conversations whose rows begin as wanted, from `at` on: at most as many as one request reads, and where
    /// the next one goes on.
    pub(super) async fn find(
        &self,
        inbox: &str,
        wanted: &Wanted,
        at: &SearchAt,
    ) -> Result<(Vec<ConversationId>, Option<SearchAt>)> {
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        let mut left = ROWS;
        let mut after = at.after.clone();
        for (index, term) in wanted.terms.iter().enumerate().skip(at.term) {
            if left == 0 {
                return Ok((found, Some(SearchAt { term: index, after: None })));
            }
            let (rows, more) = self.rows_from(inbox, term, after.take(), left).await?;
            left = left.saturating_sub(rows.len());
            let last = rows.last().and_then(|row| string(row, "sk")).map(str::to_owned);
            for row in &rows {
                let id = string(row, "conversation").and_then(ConversationId::parse);
                found.extend(id.filter(|id| seen.insert(id.clone())));
            }
            if more {
                return Ok((found, Some(SearchAt { term: index, after: last })));
            }
        }
        Ok((found, None))
    }

    async fn rows_from(
        &self,
        inbox: &str,
        term: &Term,
        after: Option<String>,
        limit: usize,
    ) -> Result<(Vec<Item>, bool)> {
        let pk = text(term.partition(inbox));
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let start = after
            .map(|sk| Item::from([("pk".to_owned(), pk.clone()), ("sk".to_owned(), text(sk))]));
        let call = self.client.query().table_name(&*self.table).limit(limit);
        let call = call.set_exclusive_start_key(start).expression_attribute_values(":pk", pk);
        let call = if term.rest.is_empty() {
            call.key_condition_expression("pk = :pk")
        } else {
            call.key_condition_expression("pk = :pk AND begins_with(sk, :rest)")
                .expression_attribute_values(":rest", text(&*term.rest))
        };
        let answer = always(self.single("table.query", || call.clone().send()).await)?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key.is_some()))
    }
}

/// Where a search goes on: the term, and the last row of it that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchAt {
    /// Which of the terms.
    pub term: usize,
    /// The row's sort key.
    pub after: Option<String>,
}
