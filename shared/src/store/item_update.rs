//! One change of one item, for a transaction or alone.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use super::client::Store;
use super::expression::{Condition, Placeholders};
use super::keys::Key;
use super::row::{Item, attr_n};
use super::write::none_if_condition_failed;
use crate::error::Result;

/// A change of one item under construction. It writes its expressions, names and values itself.
#[derive(Debug)]
pub(super) struct ItemUpdate {
    key: Key,
    set: Vec<String>,
    add: Vec<String>,
    remove: Vec<String>,
    condition: Option<Condition>,
    placeholders: Placeholders,
}

/// The expressions of an [`ItemUpdate`].
pub(super) struct Rendered {
    /// The item's key.
    pub(super) key: Key,
    /// The update expression; empty for a deletion.
    pub(super) update: String,
    /// The condition.
    pub(super) condition: Option<String>,
    /// The names and values of both.
    pub(super) placeholders: Placeholders,
}

impl ItemUpdate {
    /// Creates a change of the item under `key` that changes nothing yet.
    pub(super) fn new(key: Key) -> Self {
        Self {
            key,
            set: Vec::new(),
            add: Vec::new(),
            remove: Vec::new(),
            condition: None,
            placeholders: Placeholders::default(),
        }
    }

    /// Sets an attribute.
    pub(super) fn set(mut self, path: &str, value: AttributeValue) -> Self {
        let (path, value) = (self.placeholders.path(path), self.placeholders.value(value));
        self.set.push(format!("{path} = {value}"));
        self
    }

    /// Sets an attribute if there is a value; otherwise leaves it as it is.
    pub(super) fn set_some(self, path: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.set(path, value),
            None => self,
        }
    }

    /// Sets an attribute, or removes it if there is no value.
    pub(super) fn set_or_remove(self, path: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.set(path, value),
            None => self.remove(path),
        }
    }

    /// Sets an attribute if it is absent.
    pub(super) fn set_if_absent(mut self, path: &str, value: AttributeValue) -> Self {
        let (path, value) = (self.placeholders.path(path), self.placeholders.value(value));
        self.set.push(format!("{path} = if_not_exists({path}, {value})"));
        self
    }

    /// Adds one to a number; an absent one counts as zero.
    pub(super) fn increment(mut self, path: &str) -> Self {
        let (path, value) = (self.placeholders.path(path), self.placeholders.value(attr_n(1)));
        self.add.push(format!("{path} {value}"));
        self
    }

    /// Removes an attribute.
    pub(super) fn remove(mut self, path: &str) -> Self {
        let path = self.placeholders.path(path);
        self.remove.push(path);
        self
    }

    /// Requires `condition`, besides what is required already.
    pub(super) fn require(mut self, condition: Condition) -> Self {
        self.condition = Some(match self.condition.take() {
            Some(required) => required.and(condition),
            None => condition,
        });
        self
    }

    /// Returns whether no attribute is set, and none removed.
    pub(super) fn sets_nothing(&self) -> bool {
        self.set.is_empty() && self.remove.is_empty()
    }

    /// Writes the expressions.
    pub(super) fn render(mut self) -> Rendered {
        let condition = self.condition.as_ref().map(|it| it.render(&mut self.placeholders));
        let clauses = [("SET", self.set), ("ADD", self.add), ("REMOVE", self.remove)];
        let clauses = clauses.into_iter().filter(|(_, parts)| !parts.is_empty());
        let update: Vec<String> =
            clauses.map(|(word, parts)| format!("{word} {}", parts.join(", "))).collect();
        Rendered {
            key: self.key,
            update: update.join(" "),
            condition,
            placeholders: self.placeholders,
        }
    }

    /// Writes the change alone. Returns the whole new item, or `None` if the condition failed.
    pub(super) async fn execute(self, store: &Store, point: &'static str) -> Result<Option<Item>> {
        let Rendered { key, update, condition, placeholders } = self.render();
        let response = store
            .call(point, || {
                let call = store.client.update_item().table_name(store.table_name(key.table));
                call.set_key(Some(key.attributes()))
                    .update_expression(&update)
                    .set_condition_expression(condition.clone())
                    .set_expression_attribute_names(placeholders.names())
                    .set_expression_attribute_values(placeholders.values())
                    .return_values(ReturnValue::AllNew)
                    .send()
            })
            .await;
        Ok(none_if_condition_failed(response)?
            .map(|response| response.attributes.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::expression::{equals, exists};
    use super::super::row::attr_s;
    use super::*;
    use crate::username::Username;

    #[test]
    fn an_update_writes_its_own_expressions() {
        let update = ItemUpdate::new(Key::user(&Username::parse("anna").unwrap()))
            .set("name", attr_s("Anna"))
            .set_if_absent("statuses.sent", attr_s("now"))
            .set_some("note", None)
            .increment("rev")
            .set_or_remove("consent", None)
            .require(exists("pk"))
            .require(equals("rev", attr_n(7)));
        let rendered = update.render();
        assert_eq!(
            rendered.update,
            "SET #name = :v0, #statuses.#sent = if_not_exists(#statuses.#sent, :v1) \
             ADD #rev :v2 REMOVE #consent"
        );
        assert_eq!(rendered.condition.as_deref(), Some("(attribute_exists(#pk) AND #rev = :v3)"));
    }
}
