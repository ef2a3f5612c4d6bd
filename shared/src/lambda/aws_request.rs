//! Signed requests to AWS services of which one operation is used: Signature Version 4 over the shared HTTP client.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::clock::Clock;
use crate::http;
use crate::ids::Ids;
use crate::retry;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The longest pause after the first failed attempt; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// The part of an unreadable error body that is logged, characters.
const LOGGED_BODY: usize = 200;

/// Error codes of throttling, in which case AWS has not processed the request.
const THROTTLED: [&str; 5] = [
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
];

/// What an [`AwsService`] is made of.
pub(super) struct AwsServiceOptions {
    /// The service's name in host names and signatures, for example `ssm`.
    pub(super) name: &'static str,
    /// An endpoint that replaces AWS's.
    pub(super) endpoint: Option<String>,
    /// Region.
    pub(super) region: String,
    /// Credentials.
    pub(super) credentials: Credentials,
    /// Time, for signatures, pauses and the timeout.
    pub(super) clock: Arc<dyn Clock>,
    /// Randomness, for the pauses between attempts.
    pub(super) ids: Arc<dyn Ids>,
    /// The number of attempts, at least one.
    pub(super) attempts: usize,
    /// The time for all attempts together.
    pub(super) timeout: Duration,
}

/// A client of one AWS service. Its connections are opened by the first call and kept.
pub(super) struct AwsService {
    options: AwsServiceOptions,
    http: OnceCell<reqwest::Client>,
}

/// Why AWS gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum AwsError {
    /// AWS answered with an error.
    #[error("{service} answered {status}: {code}: {message}")]
    Refused {
        /// The service.
        service: &'static str,
        /// The HTTP status.
        status: StatusCode,
        /// AWS's error type, without its namespace.
        code: String,
        /// AWS's message.
        message: String,
    },
    /// The connection failed or broke off.
    #[error("{service} cannot be reached")]
    Unreachable {
        /// The service.
        service: &'static str,
        /// Why.
        #[source]
        cause: reqwest::Error,
    },
    /// The time for all attempts is over.
    #[error("{service} did not answer within {} s", .timeout.as_secs())]
    TimedOut {
        /// The service.
        service: &'static str,
        /// The time for all attempts.
        timeout: Duration,
    },
    /// The request cannot be built or signed.
    #[error("the request to {service} cannot be signed")]
    NotSigned {
        /// The service.
        service: &'static str,
        /// Why.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl AwsError {
    /// Whether another attempt may succeed.
    fn is_transient(&self) -> bool {
        match self {
            Self::Refused { status, code, .. } => {
                matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504)
                    || THROTTLED.contains(&&**code)
            }
            Self::Unreachable { .. } => true,
            Self::TimedOut { .. } | Self::NotSigned { .. } => false,
        }
    }
}

impl AwsService {
    /// Makes the client; nothing is sent yet.
    pub(super) fn new(options: AwsServiceOptions) -> Self {
        Self { options, http: OnceCell::new() }
    }

    /// Posts `body` to `path`, with repeated attempts, and returns the body of the answer.
    pub(super) async fn post(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Result<Vec<u8>, AwsError> {
        let AwsServiceOptions { name: service, timeout, .. } = self.options;
        tokio::select! {
            answer = self.post_with_retries(path, headers, body) => answer,
            () = self.options.clock.sleep(timeout) => Err(AwsError::TimedOut { service, timeout }),
        }
    }

    async fn post_with_retries(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Result<Vec<u8>, AwsError> {
        let pauses = retry::pauses(FIRST_PAUSE, LONGEST_PAUSE, &*self.options.ids);
        for pause in pauses.take(self.options.attempts.saturating_sub(1)) {
            match self.post_once(path, headers, body).await {
                Err(error) if error.is_transient() => self.options.clock.sleep(pause).await,
                done => return done,
            }
        }
        self.post_once(path, headers, body).await
    }

    async fn post_once(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Result<Vec<u8>, AwsError> {
        let service = self.options.name;
        let unreachable =
            |cause: reqwest::Error| AwsError::Unreachable { service, cause: cause.without_url() };
        let url = format!("{}{path}", self.endpoint());
        let headers = self.signed_headers(&url, headers, body, self.options.clock.now());
        let headers = headers.map_err(|cause| AwsError::NotSigned { service, cause })?;
        let http = self.http.get_or_try_init(async || http::client(CONNECT_TIMEOUT)).await;
        let http = http.map_err(unreachable)?;
        let request = http.post(url).headers(headers).body(body.to_vec());
        let response = request.send().await.map_err(unreachable)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(unreachable)?.to_vec();
        if status.is_success() {
            return Ok(body);
        }
        let (code, message) = read_error(&headers, &body);
        Err(AwsError::Refused { service, status, code, message })
    }

    fn endpoint(&self) -> String {
        let AwsServiceOptions { name, endpoint, region, .. } = &self.options;
        match endpoint {
            Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
            None if region.starts_with("cn-") => {
                format!("https://{name}.{region}.amazonaws.com.cn")
            }
            None => format!("https://{name}.{region}.amazonaws.com"),
        }
    }

    /// Returns `headers` with those that sign the request.
    fn signed_headers(
        &self,
        url: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
        now: Timestamp,
    ) -> Result<HeaderMap, Box<dyn std::error::Error + Send + Sync>> {
        let identity = self.options.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.options.region)
            .name(self.options.name)
            .time(SystemTime::from(now))
            .settings(SigningSettings::default())
            .build()?
            .into();
        let body = SignableBody::Bytes(body);
        let request = SignableRequest::new("POST", url, headers.iter().copied(), body)?;
        let (instructions, _) = sign(request, &parameters)?.into_parts();
        let mut signed = HeaderMap::new();
        for (name, value) in headers.iter().copied().chain(instructions.headers()) {
            signed.insert(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
        }
        Ok(signed)
    }
}

/// Reads the error type and the message of an answer; both AWS JSON and REST JSON spellings are understood.
fn read_error(headers: &HeaderMap, body: &[u8]) -> (String, String) {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |names: [&str; 2]| names.iter().find_map(|name| json.get(name)?.as_str());
    let header = headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let code = header.or_else(|| text(["__type", "code"])).unwrap_or("unknown error");
    // `com.amazonaws.ssm#InvalidKeyId:http://internal.amazon.com/…` is InvalidKeyId.
    let code = code.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default();
    let message = text(["message", "Message"]).map_or_else(
        || String::from_utf8_lossy(body).chars().take(LOGGED_BODY).collect(),
        str::to_owned,
    );
    (code.to_owned(), message)
}

#[cfg(test)]
pub(super) mod tests;
