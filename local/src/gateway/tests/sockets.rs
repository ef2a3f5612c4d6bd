//! The WebSocket API over real WebSockets, and `@connections` through AWS's own client.

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

use super::Front;

const WELCOME: &str = r#"{"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"partyline.v1"}}"#;

type Browser = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Front {
    async fn try_socket(&self, order: &str) -> Result<(Browser, Option<String>), Error> {
        let url = format!("ws://{}/ws?a=1", self.server.address());
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("x-order", order.parse().unwrap());
        headers.insert("sec-websocket-protocol", "partyline.v1, t.abc".parse().unwrap());
        let (browser, answer) = connect_async(request).await?;
        let protocol = answer.headers().get("sec-websocket-protocol");
        Ok((browser, protocol.map(|protocol| protocol.to_str().unwrap().to_owned())))
    }

    /// A socket that `$connect` has let in, and its id.
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
        other => panic!("a text was expected, not {other:?}"),
    }
}

/// The close code, once everything before it is read.
async fn closed(browser: &mut Browser) -> u16 {
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
async fn connect_decides_and_chooses_the_subprotocol() {
    let mut front = Front::start().await;
    let (_browser, protocol) = front.try_socket(WELCOME).await.unwrap();
    assert_eq!(protocol.as_deref(), Some("partyline.v1"));
    let event = front.event().await;
    assert_eq!(event["requestContext"]["routeKey"], "$connect");
    assert_eq!(event["headers"]["Sec-WebSocket-Protocol"], "partyline.v1, t.abc");
    assert_eq!(event["queryStringParameters"]["a"], "1");
    assert_eq!(front.sockets.list().len(), 1);
    front.stop().await;
}

#[tokio::test]
async fn a_socket_that_connect_refuses_never_opens() {
    let front = Front::start().await;
    for (order, status) in [("{\"statusCode\":401}", 401), ("panic", 502), ("{}", 502)] {
        match front.try_socket(order).await {
            Err(Error::Http(answer)) => assert_eq!(answer.status(), status, "{order}"),
            other => panic!("{order}: a refusal was expected, not {other:?}"),
        }
    }
    assert!(front.sockets.list().is_empty());
    front.stop().await;
}

#[tokio::test]
async fn a_message_reaches_the_default_route_and_a_post_reaches_the_browser() {
    let mut front = Front::start().await;
    let (mut browser, id) = front.socket().await;
    browser.send(Message::text(r#"{"action":"watch"}"#)).await.unwrap();
    let event = front.event().await;
    assert_eq!(event["requestContext"]["routeKey"], "$default");
    assert_eq!(event["requestContext"]["connectionId"], id.as_str());
    assert_eq!(event["body"], r#"{"action":"watch"}"#);
    let post = front.client("push").post_to_connection().connection_id(&id);
    post.data(Blob::new("{\"events\":[]}")).send().await.unwrap();
    assert_eq!(text(&mut browser).await, "{\"events\":[]}");
    front.stop().await;
}

#[tokio::test]
async fn a_function_that_fails_is_told_to_the_browser_as_at_aws() {
    let mut front = Front::start().await;
    let (mut browser, id) = front.socket().await;
    browser.send(Message::text("fail")).await.unwrap();
    let told: Value = serde_json::from_str(&text(&mut browser).await).unwrap();
    assert_eq!(told["message"], "Internal server error");
    assert_eq!(told["connectionId"], id.as_str());
    front.stop().await;
}

#[tokio::test]
async fn disconnect_hears_how_it_ended_and_posts_find_nobody() {
    let mut front = Front::start().await;
    let (mut browser, id) = front.socket().await;
    browser.close(None).await.unwrap();
    let event = front.event().await;
    assert_eq!(event["requestContext"]["routeKey"], "$disconnect");
    assert_eq!(event["requestContext"]["connectionId"], id.as_str());
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1005);
    let post = front.client("push").post_to_connection().connection_id(&id).data(Blob::new("x"));
    let error = post.send().await.unwrap_err().into_service_error();
    assert!(error.is_gone_exception(), "{error}");
    front.stop().await;
}

#[tokio::test]
async fn only_who_may_manage_connections_reaches_them() {
    let mut front = Front::start().await;
    let (_browser, id) = front.socket().await;
    let post = front.client("dispatch").post_to_connection().connection_id(&id);
    let error = post.data(Blob::new("x")).send().await.unwrap_err().into_service_error();
    assert!(error.is_forbidden_exception(), "{error}");
    let look = front.client("push").get_connection().connection_id(&id).send().await;
    assert!(look.unwrap_err().into_service_error().is_forbidden_exception());
    let admin = front.client("local-admin");
    let seen = admin.get_connection().connection_id(&id).send().await.unwrap();
    assert_eq!(seen.identity().unwrap().source_ip(), Some("127.0.0.1"));
    front.stop().await;
}

#[tokio::test]
async fn a_post_that_is_too_long_is_refused() {
    let mut front = Front::start().await;
    let (_browser, id) = front.socket().await;
    let data = Blob::new(vec![b'a'; 128 * 1024 + 1]);
    let post = front.client("push").post_to_connection().connection_id(&id).data(data);
    let error = post.send().await.unwrap_err().into_service_error();
    assert!(error.is_payload_too_large_exception(), "{error}");
    front.stop().await;
}

#[tokio::test]
async fn a_function_can_close_a_socket() {
    let mut front = Front::start().await;
    let (mut browser, id) = front.socket().await;
    front.client("local-admin").delete_connection().connection_id(&id).send().await.unwrap();
    assert_eq!(closed(&mut browser).await, 1000);
    assert!(front.sockets.list().is_empty());
    front.stop().await;
}

#[tokio::test]
async fn a_frame_over_32_kb_closes_the_socket_and_a_long_message_of_small_frames_does_not() {
    let mut front = Front::start().await;
    let (mut browser, _) = front.socket().await;
    let part =
        |kind, last| Message::Frame(Frame::message(vec![b'a'; 30_000], OpCode::Data(kind), last));
    for (kind, last) in [(Data::Text, false), (Data::Continue, false), (Data::Continue, true)] {
        browser.send(part(kind, last)).await.unwrap();
    }
    assert_eq!(front.event().await["body"].as_str().unwrap().len(), 90_000);
    browser.send(Message::text("a".repeat(33 * 1024))).await.unwrap();
    assert_eq!(closed(&mut browser).await, 1009);
    let event = front.event().await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1009);
    front.stop().await;
}

#[tokio::test]
async fn a_message_over_128_kb_closes_the_socket() {
    let mut front = Front::start().await;
    let (mut browser, _) = front.socket().await;
    for at in 0..5 {
        let kind = if at == 0 { Data::Text } else { Data::Continue };
        let frame = Frame::message(vec![b'a'; 30_000], OpCode::Data(kind), at == 4);
        // The gateway may have hung up before the last one.
        drop(browser.send(Message::Frame(frame)).await);
    }
    assert_eq!(closed(&mut browser).await, 1009);
    front.stop().await;
}

#[tokio::test]
async fn a_silent_socket_is_closed_after_ten_minutes_and_a_busy_one_is_not() {
    let mut front = Front::start().await;
    let (mut silent, _) = front.socket().await;
    front.pass(Duration::from_mins(6));
    let (mut busy, _) = front.socket().await;
    front.pass(Duration::from_mins(5));
    assert_eq!(closed(&mut silent).await, 1001);
    assert_eq!(front.event().await["requestContext"]["routeKey"], "$disconnect");
    busy.send(Message::text("x")).await.unwrap();
    assert_eq!(front.event().await["body"], "x");
    front.stop().await;
}

#[tokio::test]
async fn no_socket_lives_longer_than_two_hours() {
    let mut front = Front::start().await;
    let (mut browser, _) = front.socket().await;
    for _ in 0..13 {
        browser.send(Message::text("x")).await.unwrap();
        front.event().await;
        front.pass(Duration::from_mins(9));
    }
    browser.send(Message::text("x")).await.unwrap();
    front.event().await;
    front.pass(Duration::from_mins(9));
    assert_eq!(closed(&mut browser).await, 1001);
    front.stop().await;
}

#[tokio::test]
async fn a_cut_socket_ends_without_a_word_and_disconnect_may_never_hear_of_it() {
    let mut front = Front::start().await;
    let (mut unheard, first) = front.socket().await;
    let (mut heard, second) = front.socket().await;
    assert!(front.sockets.cut(&first, false).await);
    assert_eq!(closed(&mut unheard).await, 1006);
    assert!(front.sockets.cut(&second, true).await);
    assert_eq!(closed(&mut heard).await, 1006);
    let event = front.event().await;
    assert_eq!(event["requestContext"]["connectionId"], second.as_str());
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1006);
    assert!(!front.sockets.cut(&first, false).await);
    front.stop().await;
}

#[tokio::test]
async fn frames_can_be_lost_while_the_socket_lives() {
    let mut front = Front::start().await;
    let (mut browser, id) = front.socket().await;
    let post = |text: &'static str| {
        front.client("push").post_to_connection().connection_id(&id).data(Blob::new(text)).send()
    };
    front.sockets.drop_frames(&id, true);
    post("lost").await.unwrap();
    // One more round trip: the socket has taken its order by then.
    front.client("local-admin").get_connection().connection_id(&id).send().await.unwrap();
    front.sockets.drop_frames(&id, false);
    post("seen").await.unwrap();
    assert_eq!(text(&mut browser).await, "seen");
    front.stop().await;
}
