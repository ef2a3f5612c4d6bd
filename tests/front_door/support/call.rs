//! Requests to the API. Each response is checked against the OpenAPI document.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::{TestSystem, TestUser, document, with_timeout};

/// A request that is being built.
pub struct Call {
    method: Method,
    path: String,
    request: RequestBuilder,
}

impl Call {
    /// Creates a request without authentication and body.
    pub fn new(system: &TestSystem, method: Method, path: &str) -> Self {
        let request = system.http_client.request(method.clone(), system.url(path));
        Self { method, path: path.to_owned(), request }
    }

    /// Adds the access token of `user`.
    pub fn signed_in_as(self, user: &TestUser<'_>) -> Self {
        self.bearer(&user.token)
    }

    /// Adds `token` as the access token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().unwrap();
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        self.request = self.request.header(name, value);
        self
    }

    /// Sets a JSON body.
    pub fn json(mut self, body: &Value) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// Sets any body with the content type JSON.
    pub fn raw_json(mut self, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.header("content-type", "application/json").body(body);
        self
    }

    /// Sets the body of a form.
    pub fn form_body(self, body: Vec<u8>) -> Self {
        self.body("application/x-www-form-urlencoded; charset=UTF-8", body)
    }

    /// Sets a body with this content type.
    pub fn body(mut self, content_type: &str, body: Vec<u8>) -> Self {
        self.request = self.request.header("content-type", content_type).body(body);
        self
    }

    /// Sends the request and checks the response against the OpenAPI document.
    pub async fn send(self) -> TestResponse {
        let (method, path) = (self.method.clone(), self.path.clone());
        let response = self.send_unchecked().await;
        document::check_response(&method, &path, &response);
        response
    }

    /// Sends the request without checking the response, for routes that are not part of the API.
    pub async fn send_unchecked(self) -> TestResponse {
        let description = format!("{} {}", self.method, self.path);
        with_timeout(&description, async {
            TestResponse::from_reqwest(self.request.send().await.unwrap()).await
        })
        .await
    }
}

/// A response with its whole body.
#[derive(Debug, Clone)]
pub struct TestResponse {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The raw body.
    pub text: String,
    /// The body as JSON; null if it is not JSON.
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

    /// Returns the header `name`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Asserts the status and returns the body.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// Asserts that the response acknowledges a webhook.
    #[track_caller]
    pub fn expect_acknowledgement(self) {
        assert_eq!((self.status, &*self.text), (200, "<Response/>"));
    }

    /// Asserts an error with this status and a detail in sentences, and returns the problem.
    #[track_caller]
    pub fn expect_error(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        let detail = self.body["detail"].as_str().unwrap();
        // A sentence can start with the name of a field.
        let starts_well = detail.starts_with(|c: char| c.is_uppercase() || c == '`');
        assert!(detail.ends_with('.') && starts_well, "{detail}");
        self.body
    }

    /// Asserts an error with this status and returns its detail.
    #[track_caller]
    pub fn error_detail(self, status: u16) -> String {
        self.expect_error(status)["detail"].as_str().unwrap().to_owned()
    }

    /// Returns the cookie that is set, as `name=value`.
    pub fn cookie(&self) -> Option<String> {
        let cookie = self.header("set-cookie")?.split(';').next()?;
        Some(cookie.to_owned())
    }
}
