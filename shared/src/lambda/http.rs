//! HTTP requests and responses as events of API Gateway. The request URL is never rebuilt from `Host`.

use std::io::Read as _;

use flate2::Compression;
use flate2::read::GzEncoder;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::localized::{LocalizedText, request};

/// The maximum size of a JSON body, in bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// An HTTP request.
#[derive(Debug, Clone)]
pub struct Request {
    event: ApiGatewayV2httpRequest,
    body: Vec<u8>,
}

impl Request {
    /// Parses an event of API Gateway, payload format 2.0.
    pub fn from_event(event: Value) -> Result<Self> {
        let mut event: ApiGatewayV2httpRequest =
            serde_json::from_value(event).map_err(Error::internal)?;
        let text = event.body.take().unwrap_or_default();
        let body = if event.is_base64_encoded {
            data_encoding::BASE64
                .decode(text.as_bytes())
                .map_err(|_| Error::BadRequest(request::not_base64()))?
        } else {
            text.into_bytes()
        };
        Ok(Self { event, body })
    }

    /// Returns the path parameter `name`, which API Gateway has decoded.
    pub fn path_param(&self, name: &str) -> &str {
        self.event.path_parameters.get(name).map_or("", String::as_str)
    }

    /// Returns the first query parameter `name`, if it is not empty.
    pub fn query_param(&self, name: &str) -> Option<&str> {
        self.event.query_string_parameters.first(name).filter(|value| !value.is_empty())
    }

    /// Fails with [`Error::BadRequest`] if there is a query parameter that is not in `known`.
    pub fn reject_unknown_query(&self, known: &[&str]) -> Result<()> {
        match self.event.query_string_parameters.iter().find(|(name, _)| !known.contains(name)) {
            Some((name, _)) => {
                let name: String = name.chars().take(40).collect();
                Err(Error::BadRequest(request::no_parameter(name)))
            }
            None => Ok(()),
        }
    }

    /// Returns the raw query string.
    pub fn raw_query(&self) -> &str {
        self.event.raw_query_string.as_deref().unwrap_or("")
    }

    /// Returns the header `name`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.event.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the content encoding for the response, by `Accept-Encoding` (RFC 9110, 12.5.3).
    pub fn accepted_encoding(&self) -> ContentEncoding {
        let accepted = self.header("accept-encoding").unwrap_or("");
        let gzip_accepted = accepted.split(',').any(|part| {
            let part = part.to_ascii_lowercase();
            let (name, weight) = part.split_once(';').unwrap_or((&part, ""));
            let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
            name.trim() == "gzip" && weight.is_ok_and(|weight| weight > 0.0)
        });
        if gzip_accepted { ContentEncoding::Gzip } else { ContentEncoding::Identity }
    }

    /// Returns the cookie `name`.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self.event.cookies.iter().flatten();
        pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| v)
    }

    /// Returns the client's IP address as reported by API Gateway.
    pub fn source_ip(&self) -> &str {
        self.event.request_context.http.source_ip.as_deref().unwrap_or("")
    }

    /// Returns the raw body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Parses the body as JSON.
    ///
    /// Fails with [`Error::TooLarge`], or with [`Error::BadRequest`] if the content type is not `application/json` or
    /// the body does not match `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        if self.body.len() > MAX_BODY_BYTES {
            return Err(Error::TooLarge(request::too_large()));
        }
        let kind = self.header("content-type").unwrap_or("");
        if !kind.trim_start().to_ascii_lowercase().starts_with("application/json") {
            return Err(Error::BadRequest(request::not_said_to_be_json()));
        }
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::BadRequest(describe_json_error(&error)))
    }
}

/// Describes the error in a JSON body without its content.
fn describe_json_error(error: &serde_json::Error) -> LocalizedText {
    let text = error.to_string();
    match error.classify() {
        serde_json::error::Category::Data => {
            let known = ["unknown field", "missing field", "duplicate field"];
            if known.iter().any(|known| text.starts_with(known)) {
                let problem = text.split(" at line").next().unwrap_or_default();
                let problem: String = problem.chars().take(200).collect();
                return request::not_as_expected(problem);
            }
            request::not_as_expected_near(error.column())
        }
        _ => request::not_json(error.column()),
    }
}

/// An HTTP response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    cookies: Vec<String>,
    body: String,
}

impl Response {
    /// Creates a response with a JSON body.
    pub fn json<T: Serialize>(status: u16, body: &T) -> Result<Self> {
        let body = serde_json::to_string(body).map_err(Error::internal)?;
        Ok(Self { status, headers: vec![("content-type", JSON.to_owned())], cookies: vec![], body })
    }

    /// Creates a response without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: vec![], cookies: vec![], body: String::new() }
    }

    /// Creates an empty `TwiML` response, which makes Twilio send no reply.
    pub fn twiml() -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "text/xml".to_owned())],
            cookies: vec![],
            body: "<Response/>".to_owned(),
        }
    }

    /// Adds a cookie.
    #[must_use]
    pub fn with_cookie(mut self, cookie: String) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// Converts the response to an event of API Gateway, whose HTTP APIs do not compress.
    pub fn into_event(self, encoding: ContentEncoding) -> Value {
        let mut headers = Map::new();
        headers.insert("cache-control".to_owned(), json!("no-store"));
        for (name, value) in self.headers {
            headers.insert(name.to_owned(), json!(value));
        }
        let gzip = encoding == ContentEncoding::Gzip && self.body.len() >= GZIP_MIN_BYTES;
        if gzip {
            headers.insert("content-encoding".to_owned(), json!("gzip"));
        }
        json!({
            "statusCode": self.status,
            "headers": headers,
            "cookies": self.cookies,
            "body": if gzip { gzip_base64(&self.body) } else { self.body },
            "isBase64Encoded": gzip,
        })
    }
}

const JSON: &str = "application/json";

/// The minimum size for compression, in bytes. A smaller body fits into one packet.
const GZIP_MIN_BYTES: usize = 1400;

/// The content encoding of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentEncoding {
    /// Not compressed.
    Identity,
    /// Compressed (RFC 1952) if the body has at least 1,400 bytes.
    Gzip,
}

/// Compresses `body` and encodes it in base64.
fn gzip_base64(body: &str) -> String {
    let mut compressed = Vec::new();
    let mut encoder = GzEncoder::new(body.as_bytes(), Compression::default());
    // Reading from memory cannot fail.
    let _ = encoder.read_to_end(&mut compressed);
    data_encoding::BASE64.encode(&compressed)
}

impl From<&Error> for Response {
    fn from(error: &Error) -> Self {
        let kind = "application/problem+json".to_owned();
        let mut headers = vec![("content-type", kind)];
        if let Error::RateLimited { retry_after, .. } = error {
            headers.push(("retry-after", retry_after.to_string()));
        }
        if matches!(error, Error::Unavailable(_)) {
            headers.push(("retry-after", "1".to_owned()));
        }
        let body = error.problem().to_string();
        Self { status: error.status(), headers, cookies: vec![], body }
    }
}
