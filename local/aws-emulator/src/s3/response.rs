//! Responses that carry an object.

use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use super::error::S3Error;
use super::objects::Object;
use super::signature::PresignedRequest;
use crate::headers::header_text;

/// Returns the response to a GET or HEAD: the whole object or the requested range.
pub(super) fn object_response(
    request: &PresignedRequest<'_>,
    object: Object,
) -> Result<Response, S3Error> {
    let total = object.body.len();
    let range_header = header_text(request.headers, "range");
    let (part, range) = match (range_header.is_empty(), range(&range_header, total)) {
        (true, _) => (object.body, None),
        (false, Some((from, to))) => {
            let part = object.body.get(from..=to).unwrap_or_default().to_vec();
            (part, Some(format!("bytes {from}-{to}/{total}")))
        }
        (false, None) => {
            let message = "The requested range is not satisfiable".to_owned();
            return Err(S3Error(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", message));
        }
    };
    let mut response = Response::new(Body::empty());
    let mut set = |name: header::HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    let override_param = |name: &str| request.query(name).filter(|value| !value.is_empty());
    let content_type = override_param("response-content-type").unwrap_or(object.content_type);
    set(header::CONTENT_TYPE, &content_type);
    set(header::CONTENT_LENGTH, &part.len().to_string());
    set(header::ACCEPT_RANGES, "bytes");
    if let Some(disposition) = override_param("response-content-disposition") {
        set(header::CONTENT_DISPOSITION, &disposition);
    }
    if let Some(range) = &range {
        set(header::CONTENT_RANGE, range);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    if request.method == Method::GET {
        *response.body_mut() = Body::from(part);
    }
    Ok(response)
}

/// Parses `bytes=0-99`, `bytes=100-` or `bytes=-100` of `total` bytes into first and last.
pub(super) fn range(text: &str, total: usize) -> Option<(usize, usize)> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let end = total.checked_sub(1)?;
    let (from, to) = match (from, to) {
        ("", last) => (total.saturating_sub(last.parse().ok()?), end),
        (from, "") => (from.parse().ok()?, end),
        (from, to) => (from.parse().ok()?, to.parse::<usize>().ok()?.min(end)),
    };
    (from <= to && to <= end).then_some((from, to))
}
