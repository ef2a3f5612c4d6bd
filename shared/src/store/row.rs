//! Items in and out of typed rows, and the few values that expressions need.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// An item as the SDK gives it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// A string value.
pub(super) fn attr_s(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number value.
pub(super) fn attr_n(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A row's value, nested as needed.
pub(super) fn to_attr<T: Serialize>(row: T) -> Result<AttributeValue> {
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(row).map_err(Error::internal)
}

/// The item of `row` under its keys.
pub(super) fn to_item<T: Serialize>(pk: &str, sk: &str, row: &T) -> Result<Item> {
    let mut item: Item = serde_dynamo::aws_sdk_dynamodb_1::to_item(row).map_err(Error::internal)?;
    item.insert("pk".to_owned(), attr_s(pk));
    item.insert("sk".to_owned(), attr_s(sk));
    Ok(item)
}

/// The row in an item.
pub(super) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T> {
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(Error::internal)
}

/// The string attribute `name`.
pub(super) fn get_str<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// The row in an image of a stream record, as Lambda gives it (DynamoDB JSON).
pub fn from_stream_image<T: DeserializeOwned>(image: &serde_json::Value) -> Result<T> {
    let item: serde_dynamo::Item =
        serde_json::from_value(image.clone()).map_err(Error::internal)?;
    serde_dynamo::from_item(item).map_err(Error::internal)
}
