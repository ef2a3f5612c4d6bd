//! Requests to the people's API. No answer leaves here that the document does not describe.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::{TestSystem, TestUser, document, with_timeout};

/// A request in the making.
pub struct Call {
    method: Method,
    path: String,
    request: RequestBuilder,
}

impl Call {
    /// A request without anything.
    pub fn new(system: &TestSystem, method: Method, path: &str) -> Self {
        let request = system.http_client.request(method.clone(), system.url(path));
        Self { method, path: path.to_owned(), request }
    }

    /// With the access token of `person`.
    pub fn signed_in_as(self, user: &TestUser<'_>) -> Self {
        self.bearer(&user.token)
    }

    /// With this text as the access token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With a header more.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().unwrap();
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        self.request = self.request.header(name, value);
        self
    }

    /// With a JSON body.
    pub fn json(mut self, body: &Value) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// With any body at all, said to be JSON.
    pub fn raw_json(mut self, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.header("content-type", "application/json").body(body);
        self
    }

    /// With a form's body.
    pub fn form_body(self, body: Vec<u8>) -> Self {
        self.body("application/x-www-form-urlencoded; charset=UTF-8", body)
    }

    /// With a body of this content type.
    pub fn body(mut self, content_type: &str, body: Vec<u8>) -> Self {
        self.request = self.request.header("content-type", content_type).body(body);
        self
    }

    /// The answer, which is as the document says.
    pub async fn send(self) -> TestResponse {
        let (method, path) = (self.method.clone(), self.path.clone());
        let response = self.send_unchecked().await;
        document::check_response(&method, &path, &response);
        response
    }

    /// The answer of something that is not the people's API.
    pub async fn send_unchecked(self) -> TestResponse {
        let description = format!("{} {}", self.method, self.path);
        with_timeout(&description, async {
            TestResponse::from_reqwest(self.request.send().await.unwrap()).await
        })
        .await
    }
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct TestResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body as it came.
    pub text: String,
    /// Body as JSON; null if it is none.
    pub body: Value,
}

impl TestResponse {
    /// Reads a response.
    pub async fn from_reqwest(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Self { status, headers, text, body }
    }

    /// The header `name`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// Twilio was told that all is well.
    #[track_caller]
    pub fn expect_acknowledgement(self) {
        assert_eq!((self.status, &*self.text), (200, "<Response/>"));
    }

    /// The problem of a refusal with this status, which says what to do in a sentence.
    #[track_caller]
    pub fn expect_error(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        let detail = self.body["detail"].as_str().unwrap();
        // A sentence; it may begin with the name of a field.
        let starts_well = detail.starts_with(|c: char| c.is_uppercase() || c == '`');
        assert!(detail.ends_with('.') && starts_well, "{detail}");
        self.body
    }

    /// The sentence of a refusal with this status.
    #[track_caller]
    pub fn error_detail(self, status: u16) -> String {
        self.expect_error(status)["detail"].as_str().unwrap().to_owned()
    }

    /// The cookie that is set, `name=value`.
    pub fn cookie(&self) -> Option<String> {
        let cookie = self.header("set-cookie")?.split(';').next()?;
        Some(cookie.to_owned())
    }
}
