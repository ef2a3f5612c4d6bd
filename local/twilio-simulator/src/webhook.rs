//! What stands in a webhook, and how Twilio was told to post it.

use std::time::Duration;

use super::address::Channel;
use super::message::{self, Message, Status};

/// Names and values in the order of the wire.
pub(super) type Form = Vec<(String, String)>;

/// Fields as a form.
pub(super) fn form<const N: usize>(fields: [(&str, &str); N]) -> Form {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The form of a status callback.
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

/// Connection overrides: `#ct=…&rt=…&rc=…&rp=…` behind a webhook's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Overrides {
    /// Time to connect.
    pub(super) connect: Duration,
    /// Time to wait for the answer.
    pub(super) read: Duration,
    /// Retries after the first attempt.
    pub(super) retries: u32,
    /// What is retried.
    pub(super) policy: Vec<String>,
}

impl Overrides {
    /// The overrides of `url`; Twilio's defaults where it says nothing, or nothing legal.
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

    /// Whether a webhook that ended as `end` is tried again, by policy.
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

/// How an attempt to post a webhook ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WebhookOutcome {
    /// With this HTTP status.
    Responded(u16),
    /// Nobody took it, or the connection broke.
    NoConnection,
    /// It was taken, and the time for an answer ran out.
    NoResponse,
}

impl WebhookOutcome {
    /// The HTTP status of the answer, if there was one.
    pub(super) fn status(self) -> Option<u16> {
        if let Self::Responded(status) = self { Some(status) } else { None }
    }
}
