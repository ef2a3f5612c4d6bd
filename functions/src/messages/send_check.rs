//! Calls `can_send` with the senders, the rate limits and the time.

use std::time::Duration;

use shared::address::Address;
use shared::address::phone::PhoneNumber;
use shared::config::{Parameter, Sender};
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::lambda::Caller;
use shared::sending::can_send::{
    Draft, DraftAttachment, Reason, SendCheck, SendContext, SendDecision, can_send,
};

use crate::app::App;

/// The parameters of [`SenderDirectory`].
pub const PARAMETERS: &[Parameter] = &[Parameter::Senders];

/// The window of the rate limits.
const RATE_WINDOW: Duration = Duration::from_mins(1);

/// The maximum number of sends per user in a window. It stops scripts without limiting manual use.
const MAX_SENDS_PER_USER: u64 = 600;

/// The maximum number of sends per sender in a window. Twilio queues messages above the sender's own rate.
const MAX_SENDS_PER_SENDER: u64 = 1_200;

/// The configured senders.
#[derive(Debug)]
pub struct SenderDirectory(Vec<Sender>);

/// Whether a check counts toward the rate limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateMode {
    /// The message is sent after the check: count it.
    Consume,
    /// The draft is only checked: do not count it.
    Peek,
}

impl SenderDirectory {
    /// Creates the directory from the parameter `senders`.
    pub fn from_app(app: &App) -> Result<Self> {
        app.parameters.senders().map(Self)
    }

    /// Returns the context of a send: its sender, the allowed countries and the rate limits.
    pub async fn send_context(
        &self,
        app: &App,
        caller: &Caller,
        conversation: &Conversation,
        mode: RateMode,
    ) -> Result<SendContext> {
        let business = conversation.business.as_ref();
        let sender = self.0.iter().find(|sender| Some(&sender.address) == business);
        let business = business.map(Address::as_str).unwrap_or_default();
        let user_retry_at =
            rate_limited_until(app, &format!("send#{}", caller.username), MAX_SENDS_PER_USER, mode)
                .await?;
        let sender_retry_at =
            rate_limited_until(app, &format!("send-from#{business}"), MAX_SENDS_PER_SENDER, mode)
                .await?;
        Ok(SendContext {
            sender_available: sender.is_some(),
            countries: sender.map(|sender| self.allowed_countries(sender)),
            user_retry_at,
            sender_retry_at,
        })
    }

    fn allowed_countries(&self, sender: &Sender) -> Vec<String> {
        let own_countries = || {
            let phones = self.0.iter().filter_map(|sender| sender.address.phone());
            phones.filter_map(PhoneNumber::region).collect()
        };
        sender.countries.clone().unwrap_or_else(own_countries)
    }
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
