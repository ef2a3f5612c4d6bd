//! Tests of the client against a server with scripted responses.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use url::Url;

use super::client::{Client, ClientOptions};
use super::error::{ClientError, CreateError, CreatedMessage};
use super::form;
use super::message_list::{ListedDirection, ListedMessage};
use super::message_resource::CreateMessage;
use super::product::ProductUrls;
use crate::address::Address;
use crate::clock::{Clock, OffsetClock, SystemClock};
use crate::fault::{Fault, FaultInjector, FaultPoints};
use crate::message::delivery_status::DeliveryStatus;
use crate::secret::Secret;
use crate::sid::{AccountSid, MessageSid, MessagingServiceSid};

const CREATED: &str =
    r#"{"sid":"SM00000000000000000000000000000009","status":"queued","num_segments":"2"}"#;

const SENT: &str = "SM00000000000000000000000000000009";
const FILE: &str = "ME00000000000000000000000000000001";

/// A request as the server received it.
struct ReceivedRequest {
    /// The path and query below the product.
    target: String,
    head: String,
    body: Vec<u8>,
}

impl ReceivedRequest {
    fn method(&self) -> &str {
        self.head.split(' ').next().unwrap()
    }

    fn header(&self, header: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case(header).then_some(value)
        })
    }

    /// The parameters of query and body, sorted.
    fn params(&self) -> Vec<(String, String)> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let mut params = form::parse(query.as_bytes()).unwrap();
        params.extend(form::parse(&self.body).unwrap());
        params.sort();
        params
    }
}

async fn read_request(stream: &mut TcpStream) -> ReceivedRequest {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.unwrap();
        bytes.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
        let target = head.split(' ').nth(1).unwrap().strip_prefix("/api").unwrap().to_owned();
        let body = bytes[head.len() + 4..].to_vec();
        let received = ReceivedRequest { target, head: head.to_owned(), body };
        let length = received.header("content-length").map_or(0, |text| text.parse().unwrap());
        if received.body.len() >= length || count == 0 {
            return received;
        }
    }
}

fn http(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

/// Starts a server on loopback that sends one of `responses` per connection, and nothing after the last.
async fn start_server(responses: Vec<String>) -> (String, UnboundedReceiver<ReceivedRequest>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (sender, requests) = unbounded_channel();
    tokio::spawn(async move {
        let mut responses = responses.into_iter();
        let mut silent = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let received = read_request(&mut stream).await;
            match responses.next() {
                Some(response) => stream.write_all(response.as_bytes()).await.unwrap(),
                None => silent.push(stream),
            }
            if sender.send(received).is_err() {
                return;
            }
        }
    });
    (base, requests)
}

fn client(base: &str, clock: Arc<dyn Clock>, faults: FaultPoints) -> Client {
    Client::new(ClientOptions {
        urls: ProductUrls::parse(&format!("{base}/{{product}}")).unwrap(),
        account: AccountSid::parse("AC00000000000000000000000000000001").unwrap(),
        user: "SK00000000000000000000000000000001".to_owned(),
        password: Secret::new("api_key_secret_example"),
        clock,
        faults,
    })
}

async fn create(client: &Client) -> Result<CreatedMessage, CreateError> {
    let (from, to) =
        (Address::parse("+18555080989").unwrap(), Address::parse("+12065551212").unwrap());
    let body = "hey, how's it going? \u{2600}\u{fe0f} a+b=c&d";
    let status_callback = "https://hooks.example.test/webhooks/status";
    let create = CreateMessage {
        from: Some(&from),
        service: None,
        to: &to,
        body,
        media: &[],
        status_callback,
    };
    client.create_message(&create).await
}

#[tokio::test]
async fn a_messaging_service_is_sent_with_or_without_a_sender() {
    let service = MessagingServiceSid::parse(&format!("MG{:032x}", 2)).unwrap();
    let (from, to) =
        (Address::parse("+18555080989").unwrap(), Address::parse("+12065551212").unwrap());
    for sender in [Some(&from), None] {
        let (base, mut requests) = start_server(vec![http("201 Created", "", CREATED)]).await;
        let client = client(&base, Arc::new(SystemClock), FaultPoints::default());
        let create = CreateMessage {
            from: sender,
            service: Some(&service),
            to: &to,
            body: "Hi",
            media: &[],
            status_callback: "https://hooks.example.test/s",
        };
        client.create_message(&create).await.unwrap();
        let form = form::parse(&requests.recv().await.unwrap().body).unwrap();
        let value = |name: &str| form.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        assert_eq!(value("MessagingServiceSid"), Some(service.as_str()));
        assert_eq!(value("From"), sender.map(Address::as_str));
    }
}

async fn list(client: &Client) -> Result<Vec<ListedMessage>, ClientError> {
    let (from, to) =
        (Address::parse("+18555080989").unwrap(), Address::parse("+12065551212").unwrap());
    client.list_messages(&to, Some(&from), jiff::civil::date(2026, 11, 20)).await
}

async fn create_with_response(response: String) -> Result<CreatedMessage, CreateError> {
    let (base, _requests) = start_server(vec![response]).await;
    create(&client(&base, Arc::new(SystemClock), FaultPoints::default())).await
}

#[tokio::test]
async fn a_message_is_created_with_the_request_that_the_official_sdk_sends() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/outgoing_requests.json"))
            .unwrap();
    let vector =
        vectors["requests"].as_array().unwrap().iter().find(|v| v["name"] == "message_sms");
    let vector = vector.unwrap();
    let (base, mut requests) = start_server(vec![http("201 Created", "", CREATED)]).await;
    let created =
        create(&client(&base, Arc::new(SystemClock), FaultPoints::default())).await.unwrap();
    assert_eq!(created.sid.as_str(), "SM00000000000000000000000000000009");
    assert_eq!((created.status, created.num_segments), (DeliveryStatus::Queued, Some(2)));

    let request = requests.recv().await.unwrap();
    assert_eq!(request.method(), vector["method"]);
    assert_eq!(format!("https://api.twilio.com{}", request.target), vector["url"]);
    assert_eq!(request.header("authorization").unwrap(), vector["authorization"]);
    assert_eq!(request.header("content-type").unwrap(), vector["content_type"]);
    let mut form: Vec<(String, String)> = serde_json::from_value(vector["form"].clone()).unwrap();
    form.sort();
    assert_eq!(request.params(), form);
}

#[tokio::test]
async fn each_failure_says_whether_the_message_may_exist() {
    let problem =
        r#"{"code":21610,"message":"Attempt to send to unsubscribed recipient","status":400}"#;
    let rejected = create_with_response(http("400 Bad Request", "", problem)).await;
    let message = "Attempt to send to unsubscribed recipient".to_owned();
    assert_eq!(rejected, Err(CreateError::Rejected { code: 21610, message }));

    let without_body = create_with_response(http("401 Unauthorized", "", "")).await;
    assert!(matches!(without_body, Err(CreateError::Rejected { code: 401, .. })));

    let busy =
        create_with_response(http("429 Too Many Requests", "retry-after: 3\r\n", "{}")).await;
    let retry_after = Some(Duration::from_secs(3));
    assert_eq!(busy, Err(CreateError::NotProcessed { retry_after }));

    for response in [
        http("500 Internal Server Error", "", "{}"),
        http("503 Service Unavailable", "retry-after: 3\r\n", ""),
        http("408 Request Timeout", "", ""),
        http("201 Created", "", "<html>"),
        http("201 Created", "", r#"{"sid":"XX1"}"#),
        "HTTP/1.1 201 Created\r\ncontent-length: 100\r\nconnection: close\r\n\r\n{".to_owned(),
        String::new(),
    ] {
        let outcome = create_with_response(response.clone()).await;
        assert!(matches!(outcome, Err(CreateError::Ambiguous(_))), "{response} gave {outcome:?}");
    }
}

#[tokio::test]
async fn a_redirect_of_a_create_call_is_not_followed() {
    let away = http("307 Temporary Redirect", "location: /elsewhere\r\n", "");
    let (base, mut requests) = start_server(vec![away, http("201 Created", "", CREATED)]).await;
    let outcome = create(&client(&base, Arc::new(SystemClock), FaultPoints::default())).await;
    assert!(matches!(outcome, Err(CreateError::Ambiguous(_))));
    assert!(requests.recv().await.is_some() && requests.try_recv().is_err());
}

#[tokio::test]
async fn a_refused_connection_means_that_the_message_was_not_processed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let outcome = create(&client(&base, Arc::new(SystemClock), FaultPoints::default())).await;
    assert_eq!(outcome, Err(CreateError::NotProcessed { retry_after: None }));
}

#[tokio::test]
async fn a_timeout_after_ten_seconds_is_ambiguous() {
    let (base, mut requests) = start_server(Vec::new()).await;
    let clock = OffsetClock::new();
    let client = client(&base, Arc::new(clock.clone()), FaultPoints::default());
    let call = tokio::spawn(async move { create(&client).await });
    requests.recv().await.unwrap();
    clock.advance(Duration::from_secs(11));
    assert!(matches!(call.await.unwrap(), Err(CreateError::Ambiguous(_))));
}

struct AlwaysFault(Fault);

impl FaultInjector for AlwaysFault {
    fn fault_at(&self, point: &'static str) -> BoxFuture<'static, Option<Fault>> {
        let fault = (point == "twilio.create").then_some(self.0);
        Box::pin(std::future::ready(fault))
    }
}

#[tokio::test]
async fn the_fault_point_refuses_the_connection_or_drops_the_response() {
    let (base, mut requests) = start_server(vec![http("201 Created", "", CREATED)]).await;
    let with_fault = |fault| FaultPoints::with_injector(Arc::new(AlwaysFault(fault)));
    let refused = client(&base, Arc::new(SystemClock), with_fault(Fault::RefuseConnection));
    assert!(matches!(create(&refused).await, Err(CreateError::NotProcessed { .. })));
    assert!(requests.try_recv().is_err());
    let dropped = client(&base, Arc::new(SystemClock), with_fault(Fault::DropResponse));
    assert!(matches!(create(&dropped).await, Err(CreateError::Ambiguous(_))));
    assert!(requests.recv().await.is_some());
}

fn page(numbers: std::ops::Range<u32>, next: Option<&str>) -> String {
    let messages: Vec<Value> = numbers
        .map(|number| {
            json!({
                "sid": format!("SM{number:032}"), "body": format!("text {number}"), "status": "delivered",
                "direction": "outbound-api", "date_created": "Fri, 20 Nov 2026 20:00:01 +0000",
                "error_code": null, "num_segments": "1",
            })
        })
        .collect();
    http("200 OK", "", &json!({ "messages": messages, "next_page_uri": next }).to_string())
}

#[tokio::test]
async fn a_list_is_read_to_its_last_page() {
    let next = "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json?Page=1&PageToken=PASM1";
    let (base, mut requests) = start_server(vec![page(0..2, Some(next)), page(2..3, None)]).await;
    let messages =
        list(&client(&base, Arc::new(SystemClock), FaultPoints::default())).await.unwrap();
    let bodies: Vec<&str> = messages.iter().map(|message| message.body.as_str()).collect();
    assert_eq!(bodies, ["text 0", "text 1", "text 2"]);
    assert_eq!(messages[0].date_created.to_string(), "2026-11-20T20:00:01Z");
    assert_eq!(
        (messages[0].direction, messages[0].status),
        (ListedDirection::Outbound, DeliveryStatus::Delivered)
    );
    assert!(requests.recv().await.unwrap().target.contains("DateSent%3E=2026-11-20"));
    assert_eq!(requests.recv().await.unwrap().target, next);
}

#[tokio::test]
async fn a_next_page_on_another_host_gets_no_credentials() {
    let (base, mut requests) = start_server(vec![page(0..1, Some("@evil.example/x"))]).await;
    let outcome = list(&client(&base, Arc::new(SystemClock), FaultPoints::default())).await;
    assert!(matches!(outcome, Err(ClientError::Failed(_))));
    assert!(requests.recv().await.is_some() && requests.try_recv().is_err());
}

/// Returns the facts of Twilio's specification about an operation.
fn operation(name: &str) -> Value {
    let facts = include_str!("../../../tests/vectors/twilio_facts.json");
    let mut facts: Value = serde_json::from_str(facts).unwrap();
    let operation = facts["operations"][name].take();
    assert!(operation.is_object(), "no facts about {name}");
    operation
}

fn assert_matches(request: &ReceivedRequest, operation: &Value) {
    assert_eq!(request.method(), operation["method"]);
    let path = operation["path"].as_str().unwrap();
    let account = "AC00000000000000000000000000000001";
    let message = if path.contains("/Media") { "{MessageSid}" } else { "{Sid}" };
    let path = path.replace("{AccountSid}", account).replace(message, SENT);
    assert_eq!(request.target.split('?').next().unwrap(), path.replace("{Sid}", FILE));
    let known = if request.method() == "GET" { &operation["query"] } else { &operation["body"] };
    let params = request.params();
    for (name, value) in &params {
        let rule = known.get(name).unwrap_or_else(|| panic!("Twilio has no parameter {name}"));
        match rule["format"].as_str() {
            Some("date-time") => assert!(value.parse::<jiff::Timestamp>().is_ok(), "{name}"),
            Some("uri") => assert!(Url::parse(value).is_ok(), "{name}"),
            _ => {}
        }
        if let Some(allowed) = rule["enum"].as_array() {
            assert!(allowed.iter().any(|allowed| allowed == value.as_str()), "{name}: {value}");
        }
        if rule["type"] == "integer" {
            let number: i64 = value.parse().unwrap();
            assert!(number >= rule["minimum"].as_i64().unwrap_or(i64::MIN), "{name}");
            assert!(number <= rule["maximum"].as_i64().unwrap_or(i64::MAX), "{name}");
        }
    }
    for (name, rule) in known.as_object().into_iter().flatten() {
        let sent = params.iter().any(|(sent_name, _)| sent_name == name);
        assert!(sent || rule["required"] != true, "{name} is missing");
    }
}

#[tokio::test]
async fn our_requests_match_twilio_s_specification() {
    let files = json!({ "media_list": [{ "sid": FILE, "content_type": "image/png" }] });
    let files = || http("200 OK", "", &files.to_string());
    let redacted = json!({
        "sid": SENT, "body": "", "status": "delivered", "direction": "outbound-api",
        "date_created": "Fri, 20 Nov 2026 20:00:01 +0000", "error_code": null,
    });
    let responses = vec![
        http("201 Created", "", CREATED),
        page(0..0, None),
        http("200 OK", "", &redacted.to_string()),
        files(),
        files(),
        http("204 No Content", "", ""),
    ];
    let (base, mut requests) = start_server(responses).await;
    let client = client(&base, Arc::new(SystemClock), FaultPoints::default());
    let sent = MessageSid::parse(SENT).unwrap();
    create(&client).await.unwrap();
    list(&client).await.unwrap();
    client.redact_message(&sent).await.unwrap();
    client.list_media(&sent).await.unwrap();
    client.delete_media(&sent).await.unwrap();
    let expected =
        ["CreateMessage", "ListMessage", "UpdateMessage", "ListMedia", "ListMedia", "DeleteMedia"];
    for name in expected {
        assert_matches(&requests.recv().await.unwrap(), &operation(name));
    }
}
