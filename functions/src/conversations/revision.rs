//! Optimistic concurrency control of conversations: the expected revision and the limit of attempts.

use shared::attempts::Attempts;
use shared::conversation::Conversation;
use shared::error::Result;
use shared::localized::conversation as texts;

use crate::app::App;
use crate::scope::conflict_with_current;

/// The number of attempts to change a conversation that changes between the read and the write.
const MAX_ATTEMPTS: u32 = 16;

/// Returns a conflict if the conversation does not have revision `rev`. Without `rev`, accepts any revision.
pub async fn require_rev(app: &App, conversation: &Conversation, rev: Option<u64>) -> Result<()> {
    if rev.is_none_or(|rev| rev == conversation.rev) {
        return Ok(());
    }
    Err(conflict_with_current(app, &conversation.id, texts::changed()).await)
}

/// Returns the attempts to change a conversation.
pub(super) fn attempts() -> Attempts {
    Attempts::new(MAX_ATTEMPTS)
}
