//! How much one page holds.

use shared::error::{Error, Result};
use shared::lambda::Request;
use shared::localized;

/// The most that one page holds.
const MAX_LIMIT: usize = 100;

/// The `limit` of a request: 1 to 100, or `usual`.
pub fn parse_limit(request: &Request, default: usize) -> Result<usize> {
    let Some(text) = request.query_param("limit") else { return Ok(default) };
    text.parse()
        .ok()
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
        .ok_or_else(|| Error::BadRequest(localized::request::limit()))
}
