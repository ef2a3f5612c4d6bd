//! Responses of HTTP requests, and assertions about them.

use reqwest::header::HeaderMap;
use serde_json::Value;

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
