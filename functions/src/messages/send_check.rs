//! The one decision, `can_send`, with what the functions know of its circumstances.

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

/// How long sends are counted together.
const RATE_WINDOW: Duration = Duration::from_mins(1);

/// How many one person may send in a minute: far more than anybody types, far less than a script would.
const MAX_SENDS_PER_USER: u64 = 600;

/// How many one sender of ours may send in a minute; what it really does is Twilio's to queue.
const MAX_SENDS_PER_SENDER: u64 = 1_200;

/// Whether a look at the counters counts as a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateMode {
    /// Something is about to be sent.
    Consume,
    /// Somebody only asks.
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

/// The decision on `body` and `media` in `conversation`.
pub fn check_send(
    app: &App,
    context: &SendContext,
    conversation: &Conversation,
    body: &str,
    media: &[DraftAttachment],
) -> SendCheck {
    can_send(conversation, Draft { body, media }, context, app.clock.now())
}

/// The answer to a send that may not go.
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
