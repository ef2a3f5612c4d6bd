//! One change of one item: keys, expression, condition and values, for a transaction or alone.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update,
};

use super::client::Store;
use super::row::{Item, attr_s};
use super::write::none_if_condition_failed;
use crate::error::{Error, Result};

/// An update under construction: keys, expression and condition, with the values that they name.
pub(super) struct ItemUpdate {
    table: String,
    pk: String,
    sk: String,
    expression: String,
    condition: String,
    values: Item,
    names: HashMap<String, String>,
}

impl ItemUpdate {
    /// A change of the item under `pk`, `sk`.
    pub(super) fn new(table: &str, pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self {
            table: table.to_owned(),
            pk: pk.into(),
            sk: sk.into(),
            expression: String::new(),
            condition: String::new(),
            values: Item::new(),
            names: HashMap::new(),
        }
    }

    /// The update expression.
    pub(super) fn expression(mut self, expression: &str) -> Self {
        expression.clone_into(&mut self.expression);
        self
    }

    /// The condition.
    pub(super) fn condition(mut self, condition: &str) -> Self {
        condition.clone_into(&mut self.condition);
        self
    }

    /// A value named in the expressions.
    pub(super) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// An attribute's name in the expressions.
    pub(super) fn name(mut self, name: &str, attribute: &str) -> Self {
        self.names.insert(name.to_owned(), attribute.to_owned());
        self
    }

    fn keys(&self) -> Item {
        Item::from([("pk".to_owned(), attr_s(&*self.pk)), ("sk".to_owned(), attr_s(&*self.sk))])
    }

    fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    fn values(&self) -> Option<Item> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }

    /// As an update in a transaction.
    pub(super) fn into_update(self) -> Result<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(self.keys()))
            .update_expression(&self.expression)
            .condition_expression(&self.condition)
            .set_expression_attribute_names(self.names())
            .set_expression_attribute_values(self.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// As a deletion in a transaction; the condition is optional.
    pub(super) fn into_delete(self) -> Result<TransactWriteItem> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(self.keys()))
            .set_condition_expression((!self.condition.is_empty()).then(|| self.condition.clone()))
            .set_expression_attribute_names(self.names())
            .set_expression_attribute_values(self.values())
            .build()
            .map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// Writes it alone; none if its condition failed, else the item as it is now.
    pub(super) async fn execute(self, store: &Store, point: &'static str) -> Result<Option<Item>> {
        let response = store
            .call(point, || {
                let call = store.client.update_item().table_name(&self.table);
                call.set_key(Some(self.keys()))
                    .update_expression(&self.expression)
                    .set_condition_expression(
                        (!self.condition.is_empty()).then(|| self.condition.clone()),
                    )
                    .set_expression_attribute_names(self.names())
                    .set_expression_attribute_values(self.values())
                    .return_values(ReturnValue::AllNew)
                    .send()
            })
            .await;
        Ok(none_if_condition_failed(response)?
            .map(|response| response.attributes.unwrap_or_default()))
    }
}
