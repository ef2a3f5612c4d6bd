//! The HTTP API over real HTTP.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Front, SOURCE};

fn request(front: &Front, method: Method, path: &str) -> RequestBuilder {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.request(method, front.url(path))
}

async fn ordered(front: &Front, order: &Value) -> Response {
    let order = order.as_str().map_or_else(|| order.to_string(), str::to_owned);
    request(front, Method::GET, "/api/health").header("x-order", order).send().await.unwrap()
}

#[tokio::test]
async fn a_request_reaches_its_function_and_the_answer_its_sender() {
    let mut front = Front::start().await;
    let form = [("Body", "a b+c"), ("From", "+4912")];
    let order = json!({
        "statusCode": 201, "headers": { "x-a": "1" }, "cookies": ["a=1; HttpOnly", "b=2"], "body": "ok",
    });
    let sent = request(&front, Method::POST, "/twilio/messages?a=1&a=%20")
        .header("x-order", order.to_string())
        .form(&form);
    let answer = sent.send().await.unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers()["x-a"], "1");
    assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(answer.text().await.unwrap(), "ok");
    let event = front.event().await;
    assert_eq!(event["routeKey"], "POST /twilio/messages");
    assert_eq!(event["rawQueryString"], "a=1&a=%20");
    assert_eq!(event["isBase64Encoded"], true);
    assert_eq!(event["body"], "Qm9keT1hK2IlMkJjJkZyb209JTJCNDkxMg==");
    front.stop().await;
}

#[tokio::test]
async fn a_function_that_fails_is_a_500_and_the_next_request_is_answered() {
    let front = Front::start().await;
    for order in ["panic", "fail", r#"{"statusCode":"no"}"#] {
        let answer = ordered(&front, &json!(order)).await;
        assert_eq!(answer.status(), 500, "{order}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body, json!({ "message": "Internal Server Error" }));
    }
    let answer = ordered(&front, &json!({ "statusCode": 204 })).await;
    assert_eq!(answer.status(), 204);
    front.stop().await;
}

#[tokio::test]
async fn a_function_that_hangs_is_cut_off() {
    let mut front = Front::start().await;
    let hanging = request(&front, Method::GET, "/api/health").header("x-order", "hang").send();
    let hanging = tokio::spawn(hanging);
    front.event().await;
    front.pass(Duration::from_secs(11));
    assert_eq!(hanging.await.unwrap().unwrap().status(), 500);
    front.stop().await;
}

#[tokio::test]
async fn what_leads_nowhere_is_not_found_and_what_has_no_handler_is_unavailable() {
    let front = Front::start().await;
    for (method, path) in
        [(Method::GET, "/twilio/messages"), (Method::PUT, "/x"), (Method::GET, "/api")]
    {
        let answer = request(&front, method, path).send().await.unwrap();
        assert_eq!(answer.status(), 404);
        assert_eq!(answer.json::<Value>().await.unwrap(), json!({ "message": "Not Found" }));
    }
    let answer = request(&front, Method::GET, "/api/senders").send().await.unwrap();
    assert_eq!(answer.status(), 503);
    front.stop().await;
}

#[tokio::test]
async fn a_route_that_is_added_to_the_template_is_answered_without_a_rebuild() {
    let added = "  GetNews:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: get-news } }
    Properties:
      Events:
        Request: { Type: HttpApi, Properties: { ApiId: !Ref HttpApi, Method: GET, Path: '/news/{day}' } }
\nOutputs:";
    let source = SOURCE.replace("\nOutputs:", &format!("\n{added}"));
    let mut front = Front::with(&source, &["get-news"]).await;
    let answer = request(&front, Method::GET, "/news/to%20day").send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "hello");
    assert_eq!(front.event().await["pathParameters"], json!({ "day": "to day" }));
    front.stop().await;
}

#[tokio::test]
async fn too_much_is_refused_before_a_function_sees_it() {
    let front = Front::start().await;
    let big =
        request(&front, Method::POST, "/twilio/messages").body(vec![b'a'; 10 * 1024 * 1024 + 1]);
    assert_eq!(big.send().await.unwrap().status(), 413);
    let long = request(&front, Method::GET, "/api/health").header("x-long", "a".repeat(10_240));
    assert_eq!(long.send().await.unwrap().status(), 431);
    assert_eq!(front.functions.invocations(), 0);
    front.stop().await;
}

#[tokio::test]
async fn a_host_that_is_no_url_or_not_ours_is_harmless() {
    let front = Front::start().await;
    for host in ["abc.execute-api.127.0.0.1:5994", "evil.example", "a b", ""] {
        let mut line = TcpStream::connect(front.server.address()).await.unwrap();
        let text = format!("GET /api/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        line.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        line.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 403 Forbidden"), "{host}: {answer}");
    }
    assert_eq!(front.functions.invocations(), 0);
    front.stop().await;
}
