//! Optimistic changes of a conversation: the revision that a page has seen, and the limit of attempts.

use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::localized::conversation as texts;

use crate::app::App;
use crate::scope::conflict_with_current;

/// The attempts to change a conversation that other writes change between the read and the write.
pub(super) const MAX_ATTEMPTS: u32 = 16;

/// Checks that the conversation has the revision that the page has seen, if it sent one.
pub async fn require_rev(app: &App, conversation: &Conversation, rev: Option<u64>) -> Result<()> {
    if rev.is_none_or(|rev| rev == conversation.rev) {
        return Ok(());
    }
    Err(conflict_with_current(app, &conversation.id, texts::changed()).await)
}

/// Returns the error for a conversation that changed on each of [`MAX_ATTEMPTS`].
pub(super) fn contended() -> Error {
    Error::Unavailable("the conversation changed on every attempt".into())
}
