//! The HTTP API over real HTTP.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{GatewayFixture, SOURCE};

fn request(fixture: &GatewayFixture, method: Method, path: &str) -> RequestBuilder {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.request(method, fixture.url(path))
}

async fn request_with_order(fixture: &GatewayFixture, order: &Value) -> Response {
    let instruction = order.as_str().map_or_else(|| order.to_string(), str::to_owned);
    request(fixture, Method::GET, "/api/health")
        .header("x-order", instruction)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_request_reaches_its_function_and_the_response_its_caller() {
    let mut fixture = GatewayFixture::start().await;
    let form = [("Body", "a b+c"), ("From", "+4912")];
    let order = json!({
        "statusCode": 201, "headers": { "x-a": "1" }, "cookies": ["a=1; HttpOnly", "b=2"], "body": "ok",
    });
    let request = request(&fixture, Method::POST, "/twilio/messages?a=1&a=%20")
        .header("x-order", order.to_string())
        .form(&form);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["x-a"], "1");
    assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(response.text().await.unwrap(), "ok");
    let event = fixture.event().await;
    assert_eq!(event["routeKey"], "POST /twilio/messages");
    assert_eq!(event["rawQueryString"], "a=1&a=%20");
    assert_eq!(event["isBase64Encoded"], true);
    assert_eq!(event["body"], "Qm9keT1hK2IlMkJjJkZyb209JTJCNDkxMg==");
    fixture.stop().await;
}

#[tokio::test]
async fn a_failing_function_gives_500_and_later_requests_succeed() {
    let fixture = GatewayFixture::start().await;
    for order in ["panic", "fail", r#"{"statusCode":"no"}"#] {
        let response = request_with_order(&fixture, &json!(order)).await;
        assert_eq!(response.status(), 500, "{order}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body, json!({ "message": "Internal Server Error" }));
    }
    let response = request_with_order(&fixture, &json!({ "statusCode": 204 })).await;
    assert_eq!(response.status(), 204);
    fixture.stop().await;
}

#[tokio::test]
async fn a_hanging_function_is_timed_out() {
    let mut fixture = GatewayFixture::start().await;
    let hanging = request(&fixture, Method::GET, "/api/health").header("x-order", "hang").send();
    let hanging = tokio::spawn(hanging);
    fixture.event().await;
    fixture.advance(Duration::from_secs(11));
    assert_eq!(hanging.await.unwrap().unwrap().status(), 500);
    fixture.stop().await;
}

#[tokio::test]
async fn an_unknown_route_gives_404_and_a_missing_handler_gives_503() {
    let fixture = GatewayFixture::start().await;
    for (method, path) in
        [(Method::GET, "/twilio/messages"), (Method::PUT, "/x"), (Method::GET, "/api")]
    {
        let response = request(&fixture, method, path).send().await.unwrap();
        assert_eq!(response.status(), 404);
        assert_eq!(response.json::<Value>().await.unwrap(), json!({ "message": "Not Found" }));
    }
    let response = request(&fixture, Method::GET, "/api/senders").send().await.unwrap();
    assert_eq!(response.status(), 503);
    fixture.stop().await;
}

#[tokio::test]
async fn a_route_added_to_the_template_works_without_a_rebuild() {
    let added = "  GetNews:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: get-news } }
    Properties:
      Events:
        Request: { Type: HttpApi, Properties: { ApiId: !Ref HttpApi, Method: GET, Path: '/news/{day}' } }
\nOutputs:";
    let source = SOURCE.replace("\nOutputs:", &format!("\n{added}"));
    let mut fixture = GatewayFixture::with_functions(&source, &["get-news"]).await;
    let response = request(&fixture, Method::GET, "/news/to%20day").send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "hello");
    assert_eq!(fixture.event().await["pathParameters"], json!({ "day": "to day" }));
    fixture.stop().await;
}

#[tokio::test]
async fn oversized_requests_are_rejected_before_the_function_runs() {
    let fixture = GatewayFixture::start().await;
    let big =
        request(&fixture, Method::POST, "/twilio/messages").body(vec![b'a'; 10 * 1024 * 1024 + 1]);
    assert_eq!(big.send().await.unwrap().status(), 413);
    let long = request(&fixture, Method::GET, "/api/health").header("x-long", "a".repeat(10_240));
    assert_eq!(long.send().await.unwrap().status(), 431);
    assert_eq!(fixture.functions.invocations(), 0);
    fixture.stop().await;
}

#[tokio::test]
async fn an_invalid_or_foreign_host_is_rejected() {
    let fixture = GatewayFixture::start().await;
    for host in ["abc.execute-api.127.0.0.1:5994", "evil.example", "a b", ""] {
        let mut line = TcpStream::connect(fixture.server.address()).await.unwrap();
        let text = format!("GET /api/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        line.write_all(text.as_bytes()).await.unwrap();
        let mut response = String::new();
        line.read_to_string(&mut response).await.unwrap();
        assert!(response.starts_with("HTTP/1.1 403 Forbidden"), "{host}: {response}");
    }
    assert_eq!(fixture.functions.invocations(), 0);
    fixture.stop().await;
}
