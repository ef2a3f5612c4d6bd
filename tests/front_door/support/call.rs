//! Requests to the API. Each response is checked against the OpenAPI document.

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::{TestResponse, TestSystem, document, with_timeout};

/// A request that is being built.
pub struct Call {
    method: Method,
    path: String,
    request: RequestBuilder,
}

impl Call {
    /// Creates a request without authentication and body.
    pub fn new(system: &TestSystem, method: Method, path: &str) -> Self {
        let request = system.http_client().request(method.clone(), system.url(path));
        Self { method, path: path.to_owned(), request }
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

impl TestSystem {
    /// Creates a request without authentication.
    pub fn call(&self, method: Method, path: &str) -> Call {
        Call::new(self, method, path)
    }

    /// Posts a JSON body without authentication.
    pub async fn post(&self, path: &str, body: Value) -> TestResponse {
        self.call(Method::POST, path).json(&body).send().await
    }
}
