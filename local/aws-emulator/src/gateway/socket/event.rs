//! The events of API Gateway's WebSocket API.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::connection::Connection;
use crate::gateway::request::{clf, short_id};
use crate::template::SocketApiSpec;

/// The values that all events have: the API, the time and random bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct EventContext<'a> {
    /// The API.
    pub(super) api: &'a SocketApiSpec,
    /// The time of the event.
    pub(super) now: Timestamp,
    /// 128 random bits for the IDs.
    pub(super) random: u128,
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CloseReason {
    /// The WebSocket close code.
    pub(super) code: u16,
    /// The reason as a text.
    pub(super) reason: String,
}

/// Returns the `$connect` event.
pub(super) fn connect(
    context: EventContext<'_>,
    connection: &Connection,
    headers: &HeaderMap,
    query: &str,
) -> Value {
    let mut event = json!({ "isBase64Encoded": false });
    add_headers(&mut event, headers);
    add_query(&mut event, query);
    with_context(event, request_context(context, connection, "$connect", "CONNECT"))
}

/// Returns the `$disconnect` event.
pub(super) fn disconnect(
    context: EventContext<'_>,
    connection: &Connection,
    close_reason: &CloseReason,
) -> Value {
    let mut fields = request_context(context, connection, "$disconnect", "DISCONNECT");
    fields.insert("disconnectStatusCode".to_owned(), close_reason.code.into());
    fields.insert("disconnectReason".to_owned(), close_reason.reason.as_str().into());
    let headers = [
        ("Host", connection.host.as_str()),
        ("x-api-key", ""),
        ("X-Forwarded-For", ""),
        ("x-restapi", ""),
    ];
    let headers: BTreeMap<_, _> = headers.into_iter().collect();
    let multi: BTreeMap<_, _> = headers.iter().map(|(name, value)| (*name, [*value])).collect();
    let event = json!({
        "headers": headers, "multiValueHeaders": multi, "isBase64Encoded": false,
    });
    with_context(event, fields)
}

/// Returns the event of a message from the browser.
pub(super) fn message(
    context: EventContext<'_>,
    connection: &Connection,
    route_key: &str,
    body: &str,
    is_base64: bool,
) -> Value {
    let mut fields = request_context(context, connection, route_key, "MESSAGE");
    fields.insert("messageId".to_owned(), short_id(context.random.rotate_left(64)).into());
    with_context(json!({ "body": body, "isBase64Encoded": is_base64 }), fields)
}

fn with_context(mut event: Value, fields: Map<String, Value>) -> Value {
    if let Some(event) = event.as_object_mut() {
        event.insert("requestContext".to_owned(), Value::Object(fields));
    }
    event
}

fn request_context(
    context: EventContext<'_>,
    connection: &Connection,
    route_key: &str,
    kind: &str,
) -> Map<String, Value> {
    let mut identity = json!({ "sourceIp": connection.source.to_string() });
    if let (Some(agent), Some(identity)) = (&connection.user_agent, identity.as_object_mut()) {
        identity.insert("userAgent".to_owned(), agent.as_str().into());
    }
    let id = short_id(context.random);
    let fields = [
        ("routeKey", route_key.into()),
        ("eventType", kind.into()),
        ("extendedRequestId", id.as_str().into()),
        ("requestTime", clf(context.now).into()),
        ("messageDirection", "IN".into()),
        ("stage", context.api.stage.as_str().into()),
        ("connectedAt", connection.connected_at.as_millisecond().into()),
        ("requestTimeEpoch", context.now.as_millisecond().into()),
        ("identity", identity),
        ("requestId", id.as_str().into()),
        ("domainName", connection.host.as_str().into()),
        ("connectionId", connection.id.as_str().into()),
        ("apiId", context.api.id.as_str().into()),
    ];
    fields.into_iter().map(|(name, value): (&str, Value)| (name.to_owned(), value)).collect()
}

fn add_headers(event: &mut Value, headers: &HeaderMap) {
    let mut multi: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        multi.entry(canonical(name.as_str())).or_default().push(value);
    }
    let last: BTreeMap<_, _> =
        multi.iter().map(|(name, values)| (name, values.last().cloned())).collect();
    set(event, "headers", json!(last));
    set(event, "multiValueHeaders", json!(multi));
}

fn add_query(event: &mut Value, query: &str) {
    let mut multi: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        multi.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    if multi.is_empty() {
        return;
    }
    let last: BTreeMap<_, _> =
        multi.iter().map(|(name, values)| (name, values.last().cloned())).collect();
    set(event, "queryStringParameters", json!(last));
    set(event, "multiValueQueryStringParameters", json!(multi));
}

fn set(event: &mut Value, name: &str, value: Value) {
    if let Some(event) = event.as_object_mut() {
        event.insert(name.to_owned(), value);
    }
}

/// Returns a header name with the capitals that browsers write: `Sec-WebSocket-Key`.
///
/// A WebSocket API does not change them.
fn canonical(name: &str) -> String {
    let word = |word: &str| match word {
        "websocket" => "WebSocket".to_owned(),
        _ => match word.split_at_checked(1) {
            Some((first, rest)) => first.to_ascii_uppercase() + rest,
            None => String::new(),
        },
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use aws_lambda_events::apigw::ApiGatewayWebsocketProxyRequest;
    use axum::http::{HeaderName, HeaderValue};

    use super::*;
    use crate::template::Template;

    fn api() -> SocketApiSpec {
        Template::parse(include_str!("../../../../../template.yaml")).unwrap().socket_api.unwrap()
    }

    fn connection() -> Connection {
        Connection {
            id: "TWegAcC4EowCHnA=".to_owned(),
            connected_at: "2026-11-20T14:02:03Z".parse().unwrap(),
            source: [127, 0, 0, 1].into(),
            host: "localhost".to_owned(),
            user_agent: None,
        }
    }

    fn event_context(api: &SocketApiSpec) -> EventContext<'_> {
        EventContext { api, now: "2026-11-20T14:02:04Z".parse().unwrap(), random: 5 }
    }

    fn keys(value: &Value) -> BTreeSet<&str> {
        value.as_object().unwrap().keys().map(String::as_str).collect()
    }

    /// Events as `aws_lambda_events` publishes them.
    const CONNECT: &str = include_str!("../../../../../tests/vectors/events/socket-connect.json");
    const DISCONNECT: &str =
        include_str!("../../../../../tests/vectors/events/socket-disconnect.json");

    fn assert_same_fields(event: &Value, published: &str) {
        let published: Value = serde_json::from_str(published).unwrap();
        assert_eq!(keys(event), keys(&published));
        assert_eq!(keys(&event["requestContext"]), keys(&published["requestContext"]));
    }

    #[test]
    fn a_connect_event_has_the_fields_of_the_aws_sample() {
        let api = api();
        let headers = HeaderMap::from_iter([(
            HeaderName::from_static("sec-websocket-protocol"),
            HeaderValue::from_static("partyline.v1, t.x"),
        )]);
        let event = connect(event_context(&api), &connection(), &headers, "");
        assert_same_fields(&event, CONNECT);
        assert_eq!(event["headers"]["Sec-WebSocket-Protocol"], "partyline.v1, t.x");
        let parsed: ApiGatewayWebsocketProxyRequest = serde_json::from_value(event).unwrap();
        assert_eq!(parsed.request_context.connection_id.unwrap(), "TWegAcC4EowCHnA=");
    }

    #[test]
    fn a_disconnect_event_carries_the_close_code() {
        let api = api();
        let close_reason = CloseReason { code: 1005, reason: "x".to_owned() };
        let event = disconnect(event_context(&api), &connection(), &close_reason);
        assert_same_fields(&event, DISCONNECT);
        let parsed: ApiGatewayWebsocketProxyRequest = serde_json::from_value(event).unwrap();
        assert_eq!(parsed.request_context.disconnect_status_code, Some(1005));
    }

    #[test]
    fn a_message_event_carries_the_text_and_its_own_id() {
        let api = api();
        let event = message(event_context(&api), &connection(), "$default", "{}", false);
        assert_eq!(keys(&event), ["body", "requestContext", "isBase64Encoded"].into());
        assert!(event["requestContext"]["messageId"].is_string());
        let parsed: ApiGatewayWebsocketProxyRequest = serde_json::from_value(event).unwrap();
        assert_eq!(parsed.body.unwrap(), "{}");
    }
}
