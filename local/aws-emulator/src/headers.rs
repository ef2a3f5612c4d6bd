//! Reading the headers of a request.

use axum::http::{HeaderMap, HeaderValue};

/// Returns the value of a header, or an empty string if it is missing.
pub(crate) fn header_text(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).map(HeaderValue::as_bytes);
    String::from_utf8_lossy(value.unwrap_or_default()).into_owned()
}
