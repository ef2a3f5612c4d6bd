//! How much one page holds.

use shared::error::{Error, Result};
use shared::lambda::Request;
use shared::sentences;

/// The most that one page holds.
const MOST: usize = 100;

/// The `limit` of a request: 1 to 100, or `usual`.
pub fn limit(request: &Request, usual: usize) -> Result<usize> {
    let Some(text) = request.query("limit") else { return Ok(usual) };
    text.parse()
        .ok()
        .filter(|limit| (1..=MOST).contains(limit))
        .ok_or_else(|| Error::Malformed(sentences::request::limit()))
}
