//! The page size of list requests.

use shared::error::{Error, Result};
use shared::lambda::Request;
use shared::localized;

/// The maximum number of items on a page.
const MAX_LIMIT: usize = 100;

/// Returns the `limit` of a request, 1 to 100; `default` if it is absent.
pub fn parse_limit(request: &Request, default: usize) -> Result<usize> {
    let Some(text) = request.query_param("limit") else { return Ok(default) };
    text.parse()
        .ok()
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
        .ok_or_else(|| Error::BadRequest(localized::request::limit()))
}
