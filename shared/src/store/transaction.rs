//! Transactions with named slots, whose outcome is asked by slot.

use aws_sdk_dynamodb::types::{
    Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use serde::Serialize;

use super::client::Store;
use super::expression::{Condition, Placeholders, absent};
use super::item_update::{ItemUpdate, Rendered};
use super::keys::Key;
use super::row::{Item, to_item};
use super::write::{CanceledItem, TransactError};
use crate::error::{Error, Result};

/// Writes that happen all or not at all.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    writes: Vec<Write>,
}

/// The place of one write in a [`Transaction`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(usize);

#[derive(Debug)]
enum Write {
    Put(Key, Item, Option<Condition>),
    Update(ItemUpdate),
    Delete(ItemUpdate),
}

/// The outcome of a transaction.
#[derive(Debug)]
pub(super) enum Commit {
    /// Everything was written.
    Committed,
    /// At least one condition failed. Nothing was written.
    Failed(FailedConditions),
}

impl Commit {
    /// Returns whether everything was written.
    pub(super) fn is_committed(&self) -> bool {
        matches!(self, Self::Committed)
    }
}

/// The conditions of a transaction that failed, and the items that made them fail.
#[derive(Debug)]
pub(super) struct FailedConditions(Vec<CanceledItem>);

impl FailedConditions {
    /// Returns whether the condition of the write in `slot` failed.
    pub(super) fn failed(&self, slot: Slot) -> bool {
        self.0.get(slot.0).is_some_and(|item| item.failed)
    }

    /// Returns the item that made the condition of the write in `slot` fail.
    pub(super) fn existing(&self, slot: Slot) -> Option<&Item> {
        self.0.get(slot.0)?.existing.as_ref()
    }
}

impl Transaction {
    /// Creates a transaction without writes.
    pub(super) fn new() -> Self {
        Self::default()
    }

    fn push(&mut self, write: Write) -> Slot {
        self.writes.push(write);
        Slot(self.writes.len() - 1)
    }

    /// Puts `row`, whatever is under its key.
    pub(super) fn put<T: Serialize>(&mut self, key: Key, row: &T) -> Result<Slot> {
        let item = to_item(&key, row)?;
        Ok(self.push(Write::Put(key, item, None)))
    }

    /// Puts `item` if nothing is under its key.
    pub(super) fn put_if_absent<T: Serialize>(&mut self, key: Key, row: &T) -> Result<Slot> {
        self.put_if(key, row, absent("pk"))
    }

    /// Puts `row` if the item under its key meets `condition`.
    pub(super) fn put_if<T: Serialize>(
        &mut self,
        key: Key,
        row: &T,
        condition: Condition,
    ) -> Result<Slot> {
        let item = to_item(&key, row)?;
        Ok(self.push(Write::Put(key, item, Some(condition))))
    }

    /// Updates an item.
    pub(super) fn update(&mut self, update: impl Into<ItemUpdate>) -> Slot {
        self.push(Write::Update(update.into()))
    }

    /// Deletes an item if it meets the condition of `deletion`.
    pub(super) fn delete(&mut self, deletion: ItemUpdate) -> Slot {
        self.push(Write::Delete(deletion))
    }
}

impl Store {
    /// Writes everything in `transaction`, or nothing.
    pub(super) async fn commit(&self, transaction: Transaction) -> Result<Commit> {
        let writes = transaction.writes.into_iter().map(|write| self.transact_item(write));
        let items: Vec<TransactWriteItem> = writes.collect::<Result<_>>()?;
        match self.transact(items).await {
            Ok(()) => Ok(Commit::Committed),
            Err(TransactError::ConditionsFailed(items)) => {
                Ok(Commit::Failed(FailedConditions(items)))
            }
            Err(TransactError::Other(error)) => Err(error),
        }
    }

    fn transact_item(&self, write: Write) -> Result<TransactWriteItem> {
        const ALL_OLD: ReturnValuesOnConditionCheckFailure =
            ReturnValuesOnConditionCheckFailure::AllOld;
        let item = TransactWriteItem::builder();
        let item = match write {
            Write::Put(key, row, condition) => {
                let mut placeholders = Placeholders::default();
                let condition = condition.map(|it| it.render(&mut placeholders));
                let put = Put::builder()
                    .table_name(self.table_name(key.table))
                    .set_item(Some(row))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(placeholders.names())
                    .set_expression_attribute_values(placeholders.values())
                    .return_values_on_condition_check_failure(ALL_OLD);
                item.put(put.build().map_err(Error::internal)?)
            }
            Write::Update(update) => {
                let Rendered { key, update, condition, placeholders } = update.render();
                let update = Update::builder()
                    .table_name(self.table_name(key.table))
                    .set_key(Some(key.attributes()))
                    .update_expression(update)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(placeholders.names())
                    .set_expression_attribute_values(placeholders.values())
                    .return_values_on_condition_check_failure(ALL_OLD);
                item.update(update.build().map_err(Error::internal)?)
            }
            Write::Delete(deletion) => {
                let Rendered { key, condition, placeholders, .. } = deletion.render();
                let delete = Delete::builder()
                    .table_name(self.table_name(key.table))
                    .set_key(Some(key.attributes()))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(placeholders.names())
                    .set_expression_attribute_values(placeholders.values());
                item.delete(delete.build().map_err(Error::internal)?)
            }
        };
        Ok(item.build())
    }
}
