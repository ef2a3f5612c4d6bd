//! Pages: their size, and the position in a cursor of messages.

use shared::error::{Error, Result};
use shared::ids::MessageId;
use shared::lambda::Request;
use shared::localized;

/// The largest page size.
pub const MAX_LIMIT: usize = 100;

/// Returns the `limit` of a request, from 1 to 100, or `default` without one.
pub fn parse_limit(request: &Request, default: usize) -> Result<usize> {
    let Some(text) = request.query_param("limit") else { return Ok(default) };
    text.parse()
        .ok()
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
        .ok_or_else(|| Error::BadRequest(localized::request::limit()))
}

/// Parses the message ID in a decoded cursor.
pub fn message_position(position: &str) -> Result<MessageId> {
    MessageId::parse(position).ok_or_else(|| Error::internal("a cursor without a message ID"))
}
