//! Calls `can_send` with the senders, the rate limits and the time.

use std::time::Duration;

use shared::address::Address;
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::lambda::Caller;
use shared::sending::can_send::{
    Draft, DraftAttachment, Reason, SendCheck, SendContext, SendDecision, can_send,
};

use crate::app::App;
use crate::senders::directory::SenderDirectory;

/// The window of the rate limits.
const RATE_WINDOW: Duration = Duration::from_mins(1);

/// The maximum number of sends per user in a window. It stops scripts without limiting manual use.
const MAX_SENDS_PER_USER: u64 = 600;

/// The maximum number of sends per sender in a window. Twilio queues messages above the sender's own rate.
const MAX_SENDS_PER_SENDER: u64 = 1_200;

/// Whether a check counts toward the rate limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateMode {
    /// The message is sent after the check: count it.
    Consume,
    /// The draft is only checked: do not count it.
    Peek,
}

/// Returns what the decision needs besides the conversation: the sender, its countries and the rates.
pub async fn send_context(
    app: &App,
    senders: &SenderDirectory,
    caller: &Caller,
    conversation: &Conversation,
    mode: RateMode,
) -> Result<SendContext> {
    let business = conversation.business.as_ref();
    let sender = business.and_then(|business| senders.find(business));
    let business = business.map(Address::as_str).unwrap_or_default();
    let user_key = format!("send#{}", caller.username);
    let user_retry_at = rate_limited_until(app, &user_key, MAX_SENDS_PER_USER, mode).await?;
    let sender_key = format!("send-from#{business}");
    let sender_retry_at = rate_limited_until(app, &sender_key, MAX_SENDS_PER_SENDER, mode).await?;
    Ok(SendContext {
        sender_available: sender.is_some(),
        countries: sender.map(|sender| senders.allowed_countries(sender)),
        user_retry_at,
        sender_retry_at,
    })
}

async fn rate_limited_until(
    app: &App,
    key: &str,
    limit: u64,
    mode: RateMode,
) -> Result<Option<jiff::Timestamp>> {
    let exceeded = match mode {
        RateMode::Consume => app.store.increment_rate(key, RATE_WINDOW).await? > limit,
        RateMode::Peek => app.store.get_rate(key, RATE_WINDOW).await? >= limit,
    };
    Ok(exceeded.then(|| app.store.rate_window_end(RATE_WINDOW)))
}

/// Returns the send check of `body` and `media` in `conversation`.
pub fn check_send(
    app: &App,
    context: &SendContext,
    conversation: &Conversation,
    body: &str,
    media: &[DraftAttachment],
) -> SendCheck {
    can_send(conversation, Draft { body, media }, context, app.clock.now())
}

/// Returns the error for a message that cannot be sent.
pub fn send_error(app: &App, check: &SendCheck) -> Error {
    let texts = check.texts();
    if check.decision == SendDecision::Wait {
        let now = app.clock.now().as_second();
        let retry_at = check.retry_at.map_or(now, jiff::Timestamp::as_second);
        let retry_after = u64::try_from(retry_at - now).unwrap_or(0).max(1);
        return Error::RateLimited { texts, retry_after };
    }
    let reasons: Vec<_> = check.reasons.iter().map(Reason::view).collect();
    match serde_json::to_value(&reasons) {
        Ok(reasons) => Error::SendNotAllowed { texts, reasons: Box::new(reasons) },
        Err(error) => Error::internal(error),
    }
}
