//! The rows by which conversations are found.

use std::collections::{BTreeSet, HashSet};

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use super::Store;
use super::change::Change;
use super::row::{Item, string, text};
use super::write::{always, put};
use crate::address::Address;
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::search::{Term, Wanted, name_terms, number_terms};

/// How many rows one request reads at the most before it answers with a cursor.
const ROWS: i32 = 200;

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

    /// The conversations whose rows begin as wanted, at most as many as one request reads.
    pub(super) async fn find(&self, inbox: &str, wanted: &Wanted) -> Result<Vec<ConversationId>> {
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for term in &wanted.terms {
            let pk = text(term.partition(inbox));
            for item in self.rows_from(pk, &term.rest).await? {
                let id = string(&item, "conversation").and_then(ConversationId::parse);
                found.extend(id.filter(|id| seen.insert(id.clone())));
            }
        }
        Ok(found)
    }

    async fn rows_from(&self, pk: AttributeValue, rest: &str) -> Result<Vec<Item>> {
        let call = self.client.query().table_name(&*self.table).limit(ROWS);
        let call = call.expression_attribute_values(":pk", pk);
        let call = if rest.is_empty() {
            call.key_condition_expression("pk = :pk")
        } else {
            call.key_condition_expression("pk = :pk AND begins_with(sk, :rest)")
                .expression_attribute_values(":rest", text(rest))
        };
        let answer = always(self.single("table.query", || call.clone().send()).await)?;
        Ok(answer.items.unwrap_or_default())
    }
}
