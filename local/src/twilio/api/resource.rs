//! A message as the API shows it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::twilio::message::{self, Message};

/// The resource: dates by RFC 2822, numbers as text.
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
        "error_message": message.error_code.map(message::meaning),
        "from": message.from,
        "messaging_service_sid": null,
        "num_media": "0",
        "num_segments": message.segments.to_string(),
        "price": null,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status.as_str(),
        "subresource_uris": { "media": format!("{uri}/Media.json") },
        "to": message.to,
        "uri": format!("{uri}.json"),
    })
}

/// `Thu, 24 Aug 2023 05:01:45 +0000`.
fn date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
