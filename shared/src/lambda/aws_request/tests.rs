//! Tests of signatures, retries and error texts, against a local server.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;
use crate::clock::{OffsetClock, SystemClock};

/// Randomness that makes each delay zero.
pub(crate) struct NoJitter;

impl Ids for NoJitter {
    fn random(&self) -> u128 {
        0
    }
}

/// A server on loopback that sends one prepared response per connection, and none after the last.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: UnboundedReceiver<String>,
}

impl Server {
    pub(crate) async fn start(answers: &[(u16, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let http = |(status, body): &(u16, &str)| {
            let length = body.len();
            format!(
                "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            )
        };
        let answers: Vec<String> = answers.iter().map(http).collect();
        let (sender, requests) = unbounded_channel();
        tokio::spawn(async move {
            let (mut answers, mut unanswered) = (answers.into_iter(), Vec::new());
            while let Ok((mut stream, _)) = listener.accept().await {
                sender.send(read_request(&mut stream).await).unwrap();
                match answers.next() {
                    Some(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
                    None => unanswered.push(stream),
                }
            }
        });
        Self { url, requests }
    }

    /// Waits for the next request.
    pub(crate) async fn request(&mut self) -> String {
        self.requests.recv().await.unwrap()
    }

    /// The number of requests that [`Self::request`] has not returned yet.
    pub(crate) fn further_requests(&self) -> usize {
        self.requests.len()
    }
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    let mut text = String::new();
    loop {
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).await.unwrap();
        text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.split("\r\ncontent-length: ").nth(1).unwrap_or("0");
        let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
        if count == 0 || body.len() >= length {
            return text;
        }
    }
}

/// The credentials of AWS's test suite for Signature Version 4.
fn example(endpoint: Option<String>, clock: Arc<dyn Clock>, attempts: usize) -> AwsService {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    AwsService::new(AwsServiceOptions {
        name: "service",
        endpoint,
        region: "us-east-1".to_owned(),
        credentials: Credentials::new("AKIDEXAMPLE", secret, None, None, "test"),
        clock,
        ids: Arc::new(NoJitter),
        attempts,
        timeout: Duration::from_secs(8),
    })
}

fn calling(server: &Server, attempts: usize) -> AwsService {
    example(Some(server.url.clone()), Arc::new(SystemClock), attempts)
}

#[test]
fn signatures_match_the_aws_test_suite() {
    let service = example(None, Arc::new(SystemClock), 1);
    let time = "2015-08-30T12:36:00Z".parse().unwrap();
    let signature = |headers: &[(&'static str, &str)], body: &str| {
        let url = "https://example.amazonaws.com/";
        let signed = service.signed_headers(url, headers, body.as_bytes(), time).unwrap();
        assert_eq!(signed["x-amz-date"], "20150830T123600Z");
        signed["authorization"].to_str().unwrap().to_owned()
    };
    let scope = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";
    // post-vanilla
    assert_eq!(
        signature(&[], ""),
        format!(
            "{scope}, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
        )
    );
    // post-x-www-form-urlencoded, as AWS documents it
    assert_eq!(
        signature(&[("content-type", "application/x-www-form-urlencoded")], "Param1=value1"),
        format!(
            "{scope}, SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        )
    );
}

#[test]
fn the_session_token_is_sent_and_signed() {
    let mut service = example(None, Arc::new(SystemClock), 1);
    let token = Some("token".to_owned());
    service.options.credentials = Credentials::new("AKID", "x", token, None, "test");
    let signed = service.signed_headers("https://x/", &[], b"", Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(signed["x-amz-security-token"], "token");
    let authorization = signed["authorization"].to_str().unwrap();
    assert!(authorization.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,"));
}

#[test]
fn the_endpoint_depends_on_the_region_unless_one_is_set() {
    let mut service = example(None, Arc::new(SystemClock), 1);
    assert_eq!(service.endpoint(), "https://service.us-east-1.amazonaws.com");
    service.options.region = "cn-north-1".to_owned();
    assert_eq!(service.endpoint(), "https://service.cn-north-1.amazonaws.com.cn");
    service.options.endpoint = Some("http://127.0.0.1:1/".to_owned());
    assert_eq!(service.endpoint(), "http://127.0.0.1:1");
}

#[tokio::test]
async fn a_request_has_its_headers_its_body_and_the_signature() {
    let mut server = Server::start(&[(200, "yes")]).await;
    let headers = [("x-amz-target", "Service.Call")];
    let answer = calling(&server, 1).post("/a%3Ab", &headers, b"{}").await.unwrap();
    assert_eq!(answer, b"yes");
    let request = server.request().await;
    assert!(request.starts_with("POST /a%3Ab HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("\r\nx-amz-target: Service.Call\r\n"), "{request}");
    let signed = "\r\nauthorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/";
    assert!(request.contains(signed) && request.ends_with("\r\n\r\n{}"), "{request}");
}

#[tokio::test]
async fn an_error_has_the_type_and_the_message_from_aws() {
    let denied = r#"{"__type":"com.amazonaws.ssm#AccessDeniedException","Message":"not yours"}"#;
    let cases = [
        (denied, "AccessDeniedException: not yours"),
        (r#"{"code":"Oops:http://x/#y","message":"m"}"#, "Oops: m"),
        (r#"{"__type":7}"#, r#"unknown error: {"__type":7}"#),
        ("<html>proxy</html>", "unknown error: <html>proxy</html>"),
        ("", "unknown error: "),
    ];
    for (body, text) in cases {
        let server = Server::start(&[(400, body)]).await;
        let error = calling(&server, 5).post("/", &[], b"").await.unwrap_err();
        assert_eq!(error.to_string(), format!("service responded with 400 Bad Request: {text}"));
        assert_eq!(server.further_requests(), 1, "a rejected request is not retried");
    }
    let mut headers = HeaderMap::new();
    headers.insert("x-amzn-errortype", HeaderValue::from_static("NotFound:http://x/"));
    let read = read_error(&headers, br#"{"Type":"User","Message":"no function"}"#);
    assert_eq!(read, ("NotFound".to_owned(), "no function".to_owned()));
}

#[tokio::test]
async fn throttling_and_server_errors_are_retried_until_the_last_attempt() {
    let throttled = r#"{"__type":"ThrottlingException","message":"slow down"}"#;
    let answers = [(400, throttled), (503, ""), (429, ""), (200, "at last"), (500, "")];
    let server = Server::start(&answers).await;
    assert_eq!(calling(&server, 4).post("/", &[], b"").await.unwrap(), b"at last");
    assert_eq!(server.further_requests(), 4);

    let server = Server::start(&[(500, ""), (500, "second"), (200, "")]).await;
    let error = calling(&server, 2).post("/", &[], b"").await.unwrap_err().to_string();
    assert!(error.ends_with("500 Internal Server Error: unknown error: second"), "{error}");
    assert_eq!(server.further_requests(), 2);
}

#[tokio::test]
async fn without_a_response_the_call_ends_after_its_timeout() {
    let mut server = Server::start(&[]).await;
    let clock = OffsetClock::new();
    clock.freeze();
    let service = example(Some(server.url.clone()), Arc::new(clock.clone()), 5);
    let call = tokio::spawn(async move { service.post("/", &[], b"").await.map(drop) });
    server.request().await;
    clock.advance(Duration::from_secs(8));
    let error = call.await.unwrap().unwrap_err().to_string();
    assert_eq!(error, "service did not respond within 8 s");
}

#[tokio::test]
async fn a_refused_connection_is_an_error_after_the_last_attempt() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let service = example(Some(url), Arc::new(SystemClock), 1);
    let error = service.post("/", &[], b"").await.unwrap_err();
    assert_eq!(error.to_string(), "service cannot be reached");
    assert!(std::error::Error::source(&error).is_some());
}
