//! Search entries: the rows by which conversations are found.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::client::Store;
use super::item_update::ItemUpdate;
use super::keys::{Key, Table, search_pk};
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

/// Writes the search entries that differ when the shown name of a conversation (inbox and ID) changes.
pub(super) fn change_search_entries(
    transaction: &mut Transaction,
    (inbox, id): (&InboxName, &ConversationId),
    contact: &Address,
    (before, after): (Option<&str>, Option<&str>),
) -> Result<()> {
    let (before, after) = (search_terms(before, contact), search_terms(after, contact));
    for term in before.difference(&after) {
        transaction.delete(ItemUpdate::new(Key::search(term, inbox, id)));
    }
    for term in after.difference(&before) {
        put_search_entry(transaction, term, inbox, id)?;
    }
    Ok(())
}

impl Store {
    /// Returns the conversations whose entries match `query`, from `position` on, and the position of the next request.
    pub(super) async fn query_search_entries(
        &self,
        inbox: &InboxName,
        query: &SearchQuery,
        position: &SearchPosition,
    ) -> Result<(Vec<ConversationId>, Option<SearchPosition>)> {
        let mut window = SearchWindow::new(position.clone());
        while let Some(term) = window.term().and_then(|index| query.terms.get(index)) {
            let after = window.position.after.take();
            let (rows, more) = self.query_term(inbox, term, after, window.remaining).await?;
            let last_key = rows.last().and_then(|row| get_str(row, "sk")).map(str::to_owned);
            let ids = rows
                .into_iter()
                .map(|row| from_item(row).map(|entry: SearchEntry| entry.conversation_id).ok());
            window.add(ids, last_key.filter(|_| more));
        }
        Ok(window.finish(query.terms.len()))
    }

    async fn query_term(
        &self,
        inbox: &InboxName,
        term: &SearchTerm,
        after: Option<String>,
        limit: usize,
    ) -> Result<(Vec<Item>, bool)> {
        let pk = attr_s(search_pk(term, inbox));
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

/// The entries that one request of a search reads: at most [`MAX_ENTRIES`], term by term.
struct SearchWindow {
    ids: Vec<ConversationId>,
    known: HashSet<ConversationId>,
    /// The number of entries that may still be read.
    remaining: usize,
    /// The position of the next read, in this request or the next one.
    position: SearchPosition,
}

impl SearchWindow {
    fn new(position: SearchPosition) -> Self {
        Self { ids: Vec::new(), known: HashSet::new(), remaining: MAX_ENTRIES, position }
    }

    /// Returns the index of the term to read, or `None` if this request reads nothing more.
    fn term(&self) -> Option<usize> {
        (self.remaining > 0).then_some(self.position.term)
    }

    /// Adds the conversations of one read, `None` for an invalid entry.
    ///
    /// `last_key` is the sort key of the last entry if the term has more of them. Then this request ends, also if the
    /// read was cut short by its size.
    fn add(
        &mut self,
        ids: impl ExactSizeIterator<Item = Option<ConversationId>>,
        last_key: Option<String>,
    ) {
        self.remaining = self.remaining.saturating_sub(ids.len());
        let known = &mut self.known;
        self.ids.extend(ids.flatten().filter(|id| known.insert(id.clone())));
        if last_key.is_some() {
            self.remaining = 0;
            self.position.after = last_key;
        } else {
            self.position = SearchPosition { term: self.position.term + 1, after: None };
        }
    }

    /// Returns the conversations and the position of the next request, or `None` if all terms were read.
    fn finish(self, terms: usize) -> (Vec<ConversationId>, Option<SearchPosition>) {
        (self.ids, Some(self.position).filter(|position| position.term < terms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the conversation ID that ends in `number`, 2 to 7.
    fn id(number: usize) -> ConversationId {
        ConversationId::parse(&format!("{number:a>26}")).unwrap()
    }

    fn read(
        window: &mut SearchWindow,
        numbers: impl ExactSizeIterator<Item = usize>,
        last_key: Option<&str>,
    ) {
        window.add(numbers.map(|number| Some(id(number))), last_key.map(str::to_owned));
    }

    fn position(term: usize, after: Option<&str>) -> SearchPosition {
        SearchPosition { term, after: after.map(str::to_owned) }
    }

    #[test]
    fn terms_are_read_in_order_until_all_are_read() {
        let mut window = SearchWindow::new(SearchPosition::default());
        assert_eq!(window.term(), Some(0));
        read(&mut window, 2..4, None);
        assert_eq!(window.term(), Some(1));
        // A conversation may be found by several terms.
        read(&mut window, 3..5, None);
        assert_eq!(window.finish(2), (vec![id(2), id(3), id(4)], None));
    }

    #[test]
    fn a_full_window_within_a_term_continues_after_its_last_entry() {
        let mut window = SearchWindow::new(position(1, Some("b")));
        read(&mut window, [2; MAX_ENTRIES].into_iter(), Some("m"));
        assert_eq!(window.term(), None);
        assert_eq!(window.finish(3).1, Some(position(1, Some("m"))));
    }

    #[test]
    fn a_read_that_was_cut_short_ends_the_request() {
        let mut window = SearchWindow::new(SearchPosition::default());
        read(&mut window, 2..4, Some("m"));
        assert_eq!(window.term(), None);
        assert_eq!(window.finish(1).1, Some(position(0, Some("m"))));
    }

    #[test]
    fn a_full_window_at_the_end_of_a_term_continues_with_the_next_one() {
        let full = || {
            let mut window = SearchWindow::new(SearchPosition::default());
            read(&mut window, [2; MAX_ENTRIES].into_iter(), None);
            assert_eq!(window.term(), None);
            window
        };
        assert_eq!(full().finish(2).1, Some(position(1, None)));
        assert_eq!(full().finish(1).1, None);
    }

    #[test]
    fn an_invalid_entry_counts_as_read_and_is_no_hit() {
        let mut window = SearchWindow::new(SearchPosition::default());
        window.add([None, Some(id(2))].into_iter(), None);
        assert_eq!(window.remaining, MAX_ENTRIES - 2);
        assert_eq!(window.finish(1), (vec![id(2)], None));
    }
}
