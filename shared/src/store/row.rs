//! Conversion between items and types, and attribute values.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keys::Key;
use crate::error::{Error, Result};

/// An item as the SDK has it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// Returns a string value.
pub(super) fn attr_s(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// Returns a number value.
pub(super) fn attr_n(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Returns the attribute value of anything that can be serialized.
pub(super) fn to_attr<T: Serialize>(row: T) -> Result<AttributeValue> {
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(row).map_err(Error::internal)
}

/// Returns the item of `row` under `key`.
pub(super) fn to_item<T: Serialize>(key: &Key, row: &T) -> Result<Item> {
    let mut item: Item = serde_dynamo::aws_sdk_dynamodb_1::to_item(row).map_err(Error::internal)?;
    item.extend(key.attributes());
    Ok(item)
}

/// Decodes an item.
pub(super) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T> {
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(Error::internal)
}

/// Returns the string attribute `name`.
pub(super) fn get_str<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// Decodes an image of a stream record, in the DynamoDB JSON that Lambda passes.
pub fn from_stream_image<T: DeserializeOwned>(image: &serde_json::Value) -> Result<T> {
    let item: serde_dynamo::Item =
        serde_json::from_value(image.clone()).map_err(Error::internal)?;
    serde_dynamo::from_item(item).map_err(Error::internal)
}
