//! How a stream invokes a function.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;

/// Invokes a function by name with an event.
///
/// The error is a text for the log.
pub type Invoke =
    Arc<dyn Fn(String, Value) -> BoxFuture<'static, Result<Value, String>> + Send + Sync>;
