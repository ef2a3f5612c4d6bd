//! A message as the API returns it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::address::Channel;
use crate::message::{self, Message};

/// Returns the message resource: dates in RFC 2822, numbers as text.
pub(super) fn resource(account_sid: &str, message: &Message) -> Value {
    let uri = format!("/2010-04-01/Accounts/{account_sid}/Messages/{}", message.sid);
    json!({
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": if message.redacted { "" } else { &message.body },
        "date_created": date(message.created_at),
        "date_sent": message.sent_at.map(date),
        "date_updated": date(message.updated_at),
        "direction": message.direction.as_str(),
        "error_code": message.error_code,
        "error_message": message.error_code.map(message::error_message),
        "from": if message.status.is_before_sender() { None } else { Some(&message.from) },
        "messaging_service_sid": message.extras.service,
        "num_media": message.extras.file_count().to_string(),
        "num_segments": message.segments.to_string(),
        "price": price(message),
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status.as_str(),
        "subresource_uris": { "media": format!("{uri}/Media.json") },
        "to": message.to,
        "uri": format!("{uri}.json"),
    })
}

/// Formats a time as RFC 2822: `Thu, 24 Aug 2023 05:01:45 +0000`.
pub(super) fn date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// Returns the price of a message that was sent, otherwise `None`.
///
/// Each segment of an SMS, each MMS and each message of another channel has its own rate.
fn price(message: &Message) -> Option<String> {
    message.sent_at?;
    let (rate, count) = match Channel::from_address(&message.from) {
        Channel::Sms if message.extras.file_count() > 0 => (0.02, 1),
        Channel::Sms => (0.0079, message.segments),
        Channel::Rcs => (0.0083, 1),
        Channel::WhatsApp | Channel::Messenger => (0.005, 1),
    };
    Some(format!("-{:.5}", rate * f64::from(count)))
}
