//! The event of an HTTP request, as API Gateway builds it: payload format 2.0.

use std::collections::BTreeMap;
use std::net::IpAddr;

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Version, header};
use data_encoding::{BASE64, BASE64URL};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::routes::{RouteMatch, percent_decode};
use crate::headers::header_text;
use crate::template::ACCOUNT;

/// The values of an event that do not come from the request.
#[derive(Debug, Clone)]
pub struct RequestContext<'a> {
    /// The ID of the API.
    pub api_id: &'a str,
    /// The time of the request.
    pub now: Timestamp,
    /// The IP address of the client.
    pub source_ip: IpAddr,
    /// The port of the gateway.
    pub port: u16,
    /// 128 random bits for the IDs.
    pub random: u128,
}

/// Returns the event of a request.
pub fn event(
    parts: &Parts,
    body: &Bytes,
    route: &RouteMatch,
    context: &RequestContext<'_>,
) -> Value {
    let headers = headers(&parts.headers, context);
    let text_body = is_text(&parts.headers).then(|| std::str::from_utf8(body).ok()).flatten();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route.route_key,
        "rawPath": percent_decode(parts.uri.path()),
        "rawQueryString": parts.uri.query().unwrap_or_default(),
        "headers": headers,
        "requestContext": request_context(parts, route, context),
        "isBase64Encoded": !body.is_empty() && text_body.is_none(),
    });
    let mut set = |name: &str, value: Value| {
        if let Some(event) = event.as_object_mut() {
            event.insert(name.to_owned(), value);
        }
    };
    let cookies = cookies(&parts.headers);
    if !cookies.is_empty() {
        set("cookies", json!(cookies));
    }
    if let Some(query) = parts.uri.query().filter(|query| !query.is_empty()) {
        set("queryStringParameters", query_parameters(query));
    }
    if !route.parameters.is_empty() {
        set("pathParameters", json!(route.parameters));
    }
    if !body.is_empty() {
        let body = text_body.map_or_else(|| BASE64.encode(body), str::to_owned);
        set("body", body.into());
    }
    event
}

fn request_context(parts: &Parts, route: &RouteMatch, context: &RequestContext<'_>) -> Value {
    let domain = domain(&parts.headers);
    json!({
        "accountId": ACCOUNT,
        "apiId": context.api_id,
        "domainName": domain,
        "domainPrefix": domain.split('.').next().unwrap_or_default(),
        "http": {
            "method": parts.method.as_str(),
            "path": percent_decode(parts.uri.path()),
            "protocol": protocol(parts.version),
            "sourceIp": context.source_ip.to_string(),
            "userAgent": header_text(&parts.headers, header::USER_AGENT.as_str()),
        },
        "requestId": short_id(context.random),
        "routeKey": route.route_key,
        "stage": "$default",
        "time": clf(context.now),
        "timeEpoch": context.now.as_millisecond(),
    })
}

/// Returns the headers in lower case, with values of one name joined by commas.
///
/// Cookies are left out, and the headers that API Gateway adds are added.
fn headers(request_headers: &HeaderMap, context: &RequestContext<'_>) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in request_headers {
        if name == header::COOKIE || name.as_str().starts_with("x-forwarded-") {
            continue;
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|joined| {
                joined.push(',');
                joined.push_str(&value);
            })
            .or_insert_with(|| value.clone().into_owned());
    }
    let forwarded_for = header_text(request_headers, "x-forwarded-for");
    let chain = if forwarded_for.is_empty() {
        context.source_ip.to_string()
    } else {
        format!("{forwarded_for}, {}", context.source_ip)
    };
    let added = [
        ("x-forwarded-for", chain),
        ("x-forwarded-port", context.port.to_string()),
        ("x-forwarded-proto", "http".to_owned()),
        ("x-amzn-trace-id", trace_id(context)),
    ];
    for (name, value) in added {
        headers.insert(name.to_owned(), value);
    }
    if !headers.contains_key("content-length") {
        headers.insert("content-length".to_owned(), "0".to_owned());
    }
    headers
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(header::COOKIE).iter();
    let lines: Vec<_> = lines.map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    let cookies = lines.iter().flat_map(|line| line.split(';'));
    cookies.map(|cookie| cookie.trim().to_owned()).filter(|cookie| !cookie.is_empty()).collect()
}

fn query_parameters(query: &str) -> Value {
    let mut parameters = Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let joined = match parameters.get(name.as_ref()).and_then(Value::as_str) {
            Some(previous) => format!("{previous},{value}"),
            None => value.into_owned(),
        };
        parameters.insert(name.into_owned(), joined.into());
    }
    Value::Object(parameters)
}

/// Returns whether AWS passes the body on as text.
///
/// Other bodies, such as forms, are base64-encoded.
fn is_text(headers: &HeaderMap) -> bool {
    let kind = header_text(headers, header::CONTENT_TYPE.as_str()).to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let known = ["application/json", "application/javascript", "application/xml"];
    kind.starts_with("text/")
        || known.contains(&kind)
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
}

/// Returns the requested host without its port.
pub(super) fn domain(headers: &HeaderMap) -> String {
    let host = header_text(headers, header::HOST.as_str());
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name.to_owned(),
        _ => host,
    }
}

fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        _ => "HTTP/1.1",
    }
}

/// Returns a request ID in API Gateway's short form: 11 bytes in base64.
pub(super) fn short_id(random: u128) -> String {
    BASE64URL.encode(random.to_be_bytes().get(..11).unwrap_or_default())
}

/// Returns a time in the common log format.
pub(super) fn clf(now: Timestamp) -> String {
    now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string()
}

fn trace_id(context: &RequestContext<'_>) -> String {
    let hex = format!("{:032x}", context.random);
    let tail = hex.get(8..).unwrap_or_default();
    format!("Root=1-{:08x}-{tail}", context.now.as_second())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
    use axum::http::Request;

    use super::*;

    fn event_of(request: Request<&str>) -> Value {
        let (parts, body) = request.into_parts();
        let route = RouteMatch {
            function: "x".to_owned(),
            route_key: "POST /a/{b}".to_owned(),
            parameters: BTreeMap::from([("b".to_owned(), "c".to_owned())]),
        };
        let context = RequestContext {
            api_id: "httpapi",
            now: "2026-11-20T14:02:03.004Z".parse().unwrap(),
            source_ip: [127, 0, 0, 1].into(),
            port: 3000,
            random: 7,
        };
        event(&parts, &Bytes::copy_from_slice(body.as_bytes()), &route, &context)
    }

    fn keys(value: &Value) -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    }

    fn request() -> axum::http::request::Builder {
        Request::post("/a/%63%20?x=1&x=2&y=%2B+").header("host", "localhost:3000")
    }

    #[test]
    fn the_event_has_the_fields_of_the_aws_sample() {
        let event = event_of(
            request()
                .header("cookie", "a=1; b=2")
                .header("content-type", "application/json")
                .body("{}")
                .unwrap(),
        );
        let fixture: Value = serde_json::from_str(FIXTURE).unwrap();
        let mut expected = keys(&fixture);
        // Stage variables are a setting of a stage, and ours has none.
        expected.remove("stageVariables");
        assert_eq!(keys(&event), expected);
        let mut context = keys(&fixture["requestContext"]);
        // Neither authorizers nor client certificates are in the template.
        context.remove("authorizer");
        context.remove("authentication");
        assert_eq!(keys(&event["requestContext"]), context);
        assert_eq!(
            keys(&event["requestContext"]["http"]),
            keys(&fixture["requestContext"]["http"])
        );
        let parsed: ApiGatewayV2httpRequest = serde_json::from_value(event).unwrap();
        assert_eq!(parsed.cookies.unwrap(), ["a=1", "b=2"]);
        assert_eq!(parsed.request_context.time.unwrap(), "20/Nov/2026:14:02:03 +0000");
    }

    /// A request as `aws_lambda_events` publishes it.
    const FIXTURE: &str = include_str!("../../../../tests/vectors/events/http-request.json");

    #[test]
    fn the_path_is_decoded_and_the_raw_query_is_unchanged() {
        let event = event_of(request().body("").unwrap());
        assert_eq!(event["rawPath"], "/a/c ");
        assert_eq!(event["rawQueryString"], "x=1&x=2&y=%2B+");
        assert_eq!(event["queryStringParameters"], json!({ "x": "1,2", "y": "+ " }));
        assert_eq!(event["body"], Value::Null);
        assert_eq!(event["isBase64Encoded"], false);
    }

    #[test]
    fn a_form_body_is_base64_encoded_and_json_is_text() {
        let form = "application/x-www-form-urlencoded";
        let event = event_of(request().header("content-type", form).body("Body=a%20b").unwrap());
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!("Qm9keT1hJTIwYg=="), &json!(true))
        );
        let json = "application/json; charset=utf-8";
        let event = event_of(request().header("content-type", json).body("{}").unwrap());
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{}"), &json!(false)));
    }

    #[test]
    fn headers_are_joined_and_forwarded_headers_cannot_be_forged() {
        let event = event_of(
            request()
                .header("X-Two", "a")
                .header("x-two", "b")
                .header("x-forwarded-for", "9.9.9.9")
                .header("x-forwarded-proto", "https")
                .body("")
                .unwrap(),
        );
        assert_eq!(event["headers"]["x-two"], "a,b");
        assert_eq!(event["headers"]["x-forwarded-for"], "9.9.9.9, 127.0.0.1");
        assert_eq!(event["headers"]["x-forwarded-proto"], "http");
        assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
    }
}
