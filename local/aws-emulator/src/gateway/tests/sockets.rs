//! The WebSocket API over real WebSockets, and `@connections` through the AWS SDK.

use std::time::Duration;

use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_apigatewaymanagement::primitives::Blob;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::GatewayFixture;

const WELCOME: &str = r#"{"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"partyline.v1"}}"#;

type Browser = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl GatewayFixture {
    async fn try_socket(&self, order: &str) -> Result<(Browser, Option<String>), Error> {
        let url = format!("ws://{}/ws?a=1", self.server.address());
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("x-order", order.parse().unwrap());
        headers.insert("sec-websocket-protocol", "partyline.v1, t.abc".parse().unwrap());
        let (browser, response) = connect_async(request).await?;
        let protocol = response.headers().get("sec-websocket-protocol");
        Ok((browser, protocol.map(|protocol| protocol.to_str().unwrap().to_owned())))
    }

    /// Opens a socket that `$connect` accepts, and returns it with its ID.
    async fn socket(&mut self) -> (Browser, String) {
        let (browser, _) = self.try_socket(WELCOME).await.unwrap();
        let event = self.event().await;
        (browser, event["requestContext"]["connectionId"].as_str().unwrap().to_owned())
    }

    fn client(&self, caller: &str) -> Client {
        let config = aws_sdk_apigatewaymanagement::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .endpoint_url(format!("http://{}/live", self.management.address()))
            .credentials_provider(Credentials::new(caller, "x", None, None, "test"))
            .build();
        Client::from_conf(config)
    }
}

async fn text(browser: &mut Browser) -> String {
    match browser.next().await {
        Some(Ok(Message::Text(text))) => text.to_string(),
        message => panic!("a text was expected, not {message:?}"),
    }
}

/// Reads everything before the close frame and returns the close code.
async fn close_code(browser: &mut Browser) -> u16 {
    while let Some(message) = browser.next().await {
        if let Ok(Message::Close(Some(frame))) = message {
            return frame.code.into();
        }
        if message.is_err() {
            return 1006;
        }
    }
    1006
}

#[tokio::test]
async fn connect_accepts_the_socket_and_selects_the_subprotocol() {
    let mut fixture = GatewayFixture::start().await;
    let (_browser, protocol) = fixture.try_socket(WELCOME).await.unwrap();
    assert_eq!(protocol.as_deref(), Some("partyline.v1"));
    let event = fixture.event().await;
    assert_eq!(event["requestContext"]["routeKey"], "$connect");
    assert_eq!(event["headers"]["Sec-WebSocket-Protocol"], "partyline.v1, t.abc");
    assert_eq!(event["queryStringParameters"]["a"], "1");
    assert_eq!(fixture.sockets.list().len(), 1);
    fixture.stop().await;
}

#[tokio::test]
async fn a_socket_rejected_by_connect_never_opens() {
    let fixture = GatewayFixture::start().await;
    for (order, status) in [("{\"statusCode\":401}", 401), ("panic", 502), ("{}", 502)] {
        match fixture.try_socket(order).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), status, "{order}"),
            result => panic!("{order}: a rejection was expected, not {result:?}"),
        }
    }
    assert!(fixture.sockets.list().is_empty());
    fixture.stop().await;
}

#[tokio::test]
async fn a_message_reaches_the_default_route_and_a_post_reaches_the_browser() {
    let mut fixture = GatewayFixture::start().await;
    let (mut browser, id) = fixture.socket().await;
    browser.send(Message::text(r#"{"action":"watch"}"#)).await.unwrap();
    let event = fixture.event().await;
    assert_eq!(event["requestContext"]["routeKey"], "$default");
    assert_eq!(event["requestContext"]["connectionId"], id.as_str());
    assert_eq!(event["body"], r#"{"action":"watch"}"#);
    let post = fixture.client("push").post_to_connection().connection_id(&id);
    post.data(Blob::new("{\"events\":[]}")).send().await.unwrap();
    assert_eq!(text(&mut browser).await, "{\"events\":[]}");
    fixture.stop().await;
}

#[tokio::test]
async fn a_failing_function_is_reported_to_the_browser_as_on_aws() {
    let mut fixture = GatewayFixture::start().await;
    let (mut browser, id) = fixture.socket().await;
    browser.send(Message::text("fail")).await.unwrap();
    let message: Value = serde_json::from_str(&text(&mut browser).await).unwrap();
    assert_eq!(message["message"], "Internal server error");
    assert_eq!(message["connectionId"], id.as_str());
    fixture.stop().await;
}

#[tokio::test]
async fn disconnect_receives_the_close_code_and_later_posts_get_gone() {
    let mut fixture = GatewayFixture::start().await;
    let (mut browser, id) = fixture.socket().await;
    browser.close(None).await.unwrap();
    let event = fixture.event().await;
    assert_eq!(event["requestContext"]["routeKey"], "$disconnect");
    assert_eq!(event["requestContext"]["connectionId"], id.as_str());
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1005);
    let post = fixture.client("push").post_to_connection().connection_id(&id).data(Blob::new("x"));
    let error = post.send().await.unwrap_err().into_service_error();
    assert!(error.is_gone_exception(), "{error}");
    fixture.stop().await;
}

#[tokio::test]
async fn managing_connections_requires_permission() {
    let mut fixture = GatewayFixture::start().await;
    let (_browser, id) = fixture.socket().await;
    let post = fixture.client("dispatch").post_to_connection().connection_id(&id);
    let error = post.data(Blob::new("x")).send().await.unwrap_err().into_service_error();
    assert!(error.is_forbidden_exception(), "{error}");
    let result = fixture.client("push").get_connection().connection_id(&id).send().await;
    assert!(result.unwrap_err().into_service_error().is_forbidden_exception());
    let admin = fixture.client("local-admin");
    let connection = admin.get_connection().connection_id(&id).send().await.unwrap();
    assert_eq!(connection.identity().unwrap().source_ip(), Some("127.0.0.1"));
    fixture.stop().await;
}

#[tokio::test]
async fn a_post_that_is_too_long_is_rejected() {
    let mut fixture = GatewayFixture::start().await;
    let (_browser, id) = fixture.socket().await;
    let data = Blob::new(vec![b'a'; 128 * 1024 + 1]);
    let post = fixture.client("push").post_to_connection().connection_id(&id).data(data);
    let error = post.send().await.unwrap_err().into_service_error();
    assert!(error.is_payload_too_large_exception(), "{error}");
    fixture.stop().await;
}

#[tokio::test]
async fn a_function_can_close_a_socket() {
    let mut fixture = GatewayFixture::start().await;
    let (mut browser, id) = fixture.socket().await;
    fixture.client("local-admin").delete_connection().connection_id(&id).send().await.unwrap();
    assert_eq!(close_code(&mut browser).await, 1000);
    assert!(fixture.sockets.list().is_empty());
    fixture.stop().await;
}

#[tokio::test]
async fn a_frame_over_32_kb_closes_the_socket_but_a_long_message_in_small_frames_does_not() {
    let mut fixture = GatewayFixture::start().await;
    let (mut browser, _) = fixture.socket().await;
    let part =
        |kind, last| Message::Frame(Frame::message(vec![b'a'; 30_000], OpCode::Data(kind), last));
    for (kind, last) in [(Data::Text, false), (Data::Continue, false), (Data::Continue, true)] {
        browser.send(part(kind, last)).await.unwrap();
    }
    assert_eq!(fixture.event().await["body"].as_str().unwrap().len(), 90_000);
    browser.send(Message::text("a".repeat(33 * 1024))).await.unwrap();
    assert_eq!(close_code(&mut browser).await, 1009);
    let event = fixture.event().await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1009);
    fixture.stop().await;
}

#[tokio::test]
async fn a_message_over_128_kb_closes_the_socket() {
    let mut fixture = GatewayFixture::start().await;
    let (mut browser, _) = fixture.socket().await;
    for index in 0..5 {
        let kind = if index == 0 { Data::Text } else { Data::Continue };
        let frame = Frame::message(vec![b'a'; 30_000], OpCode::Data(kind), index == 4);
        // The gateway may have closed the connection before the last one.
        drop(browser.send(Message::Frame(frame)).await);
    }
    assert_eq!(close_code(&mut browser).await, 1009);
    fixture.stop().await;
}

#[tokio::test]
async fn an_idle_socket_is_closed_after_ten_minutes_and_an_active_one_is_not() {
    let mut fixture = GatewayFixture::start().await;
    let (mut silent, _) = fixture.socket().await;
    fixture.advance(Duration::from_mins(6));
    let (mut busy, _) = fixture.socket().await;
    fixture.advance(Duration::from_mins(5));
    assert_eq!(close_code(&mut silent).await, 1001);
    assert_eq!(fixture.event().await["requestContext"]["routeKey"], "$disconnect");
    busy.send(Message::text("x")).await.unwrap();
    assert_eq!(fixture.event().await["body"], "x");
    fixture.stop().await;
}

#[tokio::test]
async fn no_socket_lives_longer_than_two_hours() {
    let mut fixture = GatewayFixture::start().await;
    let (mut browser, _) = fixture.socket().await;
    for _ in 0..13 {
        browser.send(Message::text("x")).await.unwrap();
        fixture.event().await;
        fixture.advance(Duration::from_mins(9));
    }
    browser.send(Message::text("x")).await.unwrap();
    fixture.event().await;
    fixture.advance(Duration::from_mins(9));
    assert_eq!(close_code(&mut browser).await, 1001);
    fixture.stop().await;
}

#[tokio::test]
async fn an_aborted_socket_sends_no_close_frame_and_may_skip_disconnect() {
    let mut fixture = GatewayFixture::start().await;
    let (mut first_browser, first) = fixture.socket().await;
    let (mut second_browser, second) = fixture.socket().await;
    assert!(fixture.sockets.abort(&first, false).await);
    assert_eq!(close_code(&mut first_browser).await, 1006);
    assert!(fixture.sockets.abort(&second, true).await);
    assert_eq!(close_code(&mut second_browser).await, 1006);
    let event = fixture.event().await;
    assert_eq!(event["requestContext"]["connectionId"], second.as_str());
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1006);
    assert!(!fixture.sockets.abort(&first, false).await);
    fixture.stop().await;
}

#[tokio::test]
async fn frames_can_be_dropped_while_the_socket_stays_open() {
    let mut fixture = GatewayFixture::start().await;
    let (mut browser, id) = fixture.socket().await;
    let post = |text: &'static str| {
        fixture.client("push").post_to_connection().connection_id(&id).data(Blob::new(text)).send()
    };
    fixture.sockets.drop_frames(&id, true);
    post("lost").await.unwrap();
    // One more round trip: the socket has processed the command by then.
    fixture.client("local-admin").get_connection().connection_id(&id).send().await.unwrap();
    fixture.sockets.drop_frames(&id, false);
    post("seen").await.unwrap();
    assert_eq!(text(&mut browser).await, "seen");
    fixture.stop().await;
}
