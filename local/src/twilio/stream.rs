//! Event Streams: the same news as the webhooks, as a signed batch of `CloudEvents` for one sink.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use serde_json::{Value, json};
use shared::ids::{Ids, RandomIds};
use url::Url;

use super::exchange::Exchange;
use super::message::{Direction, Message, Status};
use super::{courier, keywords, signature};

/// Posts what `messages` have come to, as one batch. The sink's answer; none if there was none.
pub(super) async fn post(
    exchange: &Exchange,
    sink: &Url,
    messages: &[Message],
) -> reqwest::Result<u16> {
    let events: Vec<Value> =
        messages.iter().filter_map(|message| event(exchange, message)).collect();
    let body = Value::Array(events).to_string();
    let mut url = sink.clone();
    let hash = HEXLOWER.encode(digest(&SHA256, body.as_bytes()).as_ref());
    url.query_pairs_mut().append_pair("bodySHA256", &hash);
    let signed = signature::sign(&exchange.auth_token, url.as_str(), &[]);
    let call = courier::client()?
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, "TwilioProxy/1.1")
        .header("X-Twilio-Signature", signed)
        .body(body);
    Ok(call.send().await?.status().as_u16())
}

/// The message's event; none where Twilio has no type for its status.
fn event(exchange: &Exchange, message: &Message) -> Option<Value> {
    let inbound = message.direction == Direction::Inbound;
    let (kind, schema) = match message.status {
        Status::Received => ("inbound-message.received".to_owned(), "InboundMessageV1/6"),
        Status::Sent | Status::Delivered | Status::Failed | Status::Undelivered | Status::Read => {
            (format!("message.{}", message.status.as_str()), "MessageStatus/8")
        }
        _ => return None,
    };
    let mut data = json!({
        "accountSid": exchange.account_sid,
        "messageSid": message.sid,
        "from": message.from,
        "to": message.to,
        "timestamp": message.updated_at.to_string(),
        "eventName": format!("com.twilio.messaging.{kind}"),
    });
    let mut add = |name: &str, value: Value| {
        if let Some(fields) = data.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
    };
    if let Some(service) = &message.more.service {
        add("messagingServiceSid", service.clone().into());
    }
    if let Some(code) = message.error_code {
        add("errorCode", code.into());
    }
    if inbound {
        add("body", message.body.clone().into());
        add("numMedia", message.more.media.len().into());
        add("numSegments", message.segments.into());
        add("recipients", json!([]));
        if let Some(keyword) = keywords::Keyword::read(&message.body) {
            add("optOutType", keyword.as_str().into());
        }
    } else {
        add("messageStatus", message.status.as_str().to_uppercase().into());
        add("numberOfSegments", message.segments.into());
    }
    Some(json!({
        "specversion": "1.0",
        "type": format!("com.twilio.messaging.{kind}"),
        "source": format!(
            "/2010-04-01/Accounts/{}/Messages/{}.json", exchange.account_sid, message.sid
        ),
        "id": format!("EZ{:032x}", RandomIds.random()),
        "dataschema": format!("https://events-schemas.twilio.com/Messaging.{schema}"),
        "datacontenttype": "application/json",
        "time": message.updated_at.to_string(),
        "data": data,
    }))
}
