//! HTTP: API Gateway's event in, its response out. Nothing is rebuilt from `Host`: `lambda_http`'s own URL is
//! never asked for.

use std::io::Read as _;

use flate2::Compression;
use flate2::read::GzEncoder;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::localized::{LocalizedText, request};

/// The largest body that the people's API takes, bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// A request, as a function sees it.
#[derive(Debug, Clone)]
pub struct Request {
    event: ApiGatewayV2httpRequest,
    body: Vec<u8>,
}

impl Request {
    /// Reads API Gateway's event, payload format 2.0.
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

    /// The part of the path that the route calls `name`, decoded by API Gateway.
    pub fn path_param(&self, name: &str) -> &str {
        self.event.path_parameters.get(name).map_or("", String::as_str)
    }

    /// The query parameter `name`; of a repeated one the first.
    pub fn query_param(&self, name: &str) -> Option<&str> {
        self.event.query_string_parameters.first(name).filter(|value| !value.is_empty())
    }

    /// Every query parameter there is must be one of `known`.
    pub fn reject_unknown_query(&self, known: &[&str]) -> Result<()> {
        match self.event.query_string_parameters.iter().find(|(name, _)| !known.contains(name)) {
            Some((name, _)) => {
                let name: String = name.chars().take(40).collect();
                Err(Error::BadRequest(request::no_parameter(name)))
            }
            None => Ok(()),
        }
    }

    /// The query string as it was sent.
    pub fn raw_query(&self) -> &str {
        self.event.raw_query_string.as_deref().unwrap_or("")
    }

    /// The header `name`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.event.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// How an answer may travel, by `Accept-Encoding` (RFC 9110, 12.5.3).
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

    /// The cookie `name`.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self.event.cookies.iter().flatten();
        pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| v)
    }

    /// The address of who asks, as API Gateway saw it.
    pub fn source_ip(&self) -> &str {
        self.event.request_context.http.source_ip.as_deref().unwrap_or("")
    }

    /// The body as it was sent.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body as JSON of exactly this shape.
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

/// What is wrong with a body, without quoting it.
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

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    cookies: Vec<String>,
    body: String,
}

impl Response {
    /// A response with a JSON body.
    pub fn json<T: Serialize>(status: u16, body: &T) -> Result<Self> {
        let body = serde_json::to_string(body).map_err(Error::internal)?;
        Ok(Self { status, headers: vec![("content-type", JSON.to_owned())], cookies: vec![], body })
    }

    /// A response without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: vec![], cookies: vec![], body: String::new() }
    }

    /// The answer that tells Twilio: nothing to say.
    pub fn twiml() -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "text/xml".to_owned())],
            cookies: vec![],
            body: "<Response/>".to_owned(),
        }
    }

    /// The same with a cookie more.
    #[must_use]
    pub fn with_cookie(mut self, cookie: String) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// API Gateway's form of it. API Gateway's HTTP API compresses nothing by itself.
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

/// A body of fewer bytes fits into one packet as it is.
const GZIP_MIN_BYTES: usize = 1400;

/// How an answer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentEncoding {
    /// As it is.
    Identity,
    /// Compressed (RFC 1952), when that is worth it.
    Gzip,
}

/// `body` by gzip, in base64.
fn gzip_base64(body: &str) -> String {
    let mut compressed = Vec::new();
    let mut encoder = GzEncoder::new(body.as_bytes(), Compression::default());
    // What lies in memory is read without fail.
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
