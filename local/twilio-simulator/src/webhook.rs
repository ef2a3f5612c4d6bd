//! The forms of status callbacks, connection overrides, and the outcome of webhooks.

use std::time::Duration;

use super::address::Channel;
use super::message::{self, Message, Status};

/// Names and values in the order in which they are sent.
pub(super) type Form = Vec<(String, String)>;

/// Returns fields as a form.
pub(super) fn form<const N: usize>(fields: [(&str, &str); N]) -> Form {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Returns the form of a status callback.
pub(super) fn callback_form(account_sid: &str, message: &Message) -> Form {
    let mut fields = form([
        ("AccountSid", account_sid),
        ("ApiVersion", "2010-04-01"),
        ("From", &message.from),
        ("To", &message.to),
        ("MessageSid", &message.sid),
        ("SmsSid", &message.sid),
        ("MessageStatus", message.status.as_str()),
        ("SmsStatus", message.status.as_str()),
    ]);
    if let Some(service) = &message.extras.service {
        fields.push(("MessagingServiceSid".to_owned(), service.clone()));
    }
    let channel = Channel::from_address(&message.from);
    if channel != Channel::Sms {
        fields
            .push(("ChannelPrefix".to_owned(), channel.prefix().trim_end_matches(':').to_owned()));
        if message.status == Status::Read {
            fields.push(("EventType".to_owned(), "READ".to_owned()));
        }
        if let Some(code) = message.error_code {
            let error_text = message::error_message(code).to_owned();
            fields.push(("ChannelStatusMessage".to_owned(), error_text));
        }
    }
    if let Some(code) = message.error_code {
        fields.push(("ErrorCode".to_owned(), code.to_string()));
    }
    if channel == Channel::Sms && matches!(message.status, Status::Delivered | Status::Undelivered)
    {
        let done_date = message.updated_at.strftime("%y%m%d%H%M").to_string();
        fields.push(("RawDlrDoneDate".to_owned(), done_date));
    }
    fields
}

/// The connection overrides (`#ct=…&rt=…&rc=…&rp=…`) of a webhook URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Overrides {
    /// The time to connect.
    pub(super) connect: Duration,
    /// The time to wait for the response.
    pub(super) read: Duration,
    /// The number of retries after the first attempt.
    pub(super) retries: u32,
    /// The failures that are retried: `4xx`, `5xx`, `ct`, `rt` or `all`.
    pub(super) policy: Vec<String>,
}

impl Overrides {
    /// Parses the overrides of `url`.
    ///
    /// Missing and invalid values are Twilio's defaults.
    pub(super) fn from_url(url: &str) -> Self {
        let mut overrides = Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(15),
            retries: 1,
            policy: vec!["ct".to_owned()],
        };
        let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
        for (name, value) in url::form_urlencoded::parse(fragment.as_bytes()) {
            let in_bounds = |low: u64, high: u64| {
                value.parse().ok().filter(|number| (low..=high).contains(number))
            };
            match &*name {
                "ct" => {
                    overrides.connect =
                        in_bounds(100, 10_000).map_or(overrides.connect, Duration::from_millis);
                }
                "rt" => {
                    overrides.read =
                        in_bounds(100, 15_000).map_or(overrides.read, Duration::from_millis);
                }
                "rc" => {
                    let retries = in_bounds(0, 5).and_then(|count| u32::try_from(count).ok());
                    overrides.retries = retries.unwrap_or(overrides.retries);
                }
                "rp" => overrides.policy = value.split(',').map(str::to_owned).collect(),
                _ => {}
            }
        }
        overrides
    }

    /// Returns whether the policy retries a webhook with this outcome.
    pub(super) fn should_retry(&self, outcome: WebhookOutcome) -> bool {
        let name = match outcome {
            WebhookOutcome::Responded(400..500) => "4xx",
            WebhookOutcome::Responded(500..) => "5xx",
            WebhookOutcome::NoConnection => "ct",
            WebhookOutcome::NoResponse => "rt",
            WebhookOutcome::Responded(_) => return false,
        };
        self.policy.iter().any(|policy| policy == name || policy == "all")
    }
}

/// The outcome of an attempt to post a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WebhookOutcome {
    /// A response with this HTTP status.
    Responded(u16),
    /// The connection was refused or broke.
    NoConnection,
    /// No response in time.
    NoResponse,
}

impl WebhookOutcome {
    /// Returns the HTTP status of the response, if there was one.
    pub(super) fn status(self) -> Option<u16> {
        if let Self::Responded(status) = self { Some(status) } else { None }
    }
}
