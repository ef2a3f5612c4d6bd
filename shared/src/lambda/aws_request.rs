//! Signed requests (Signature Version 4) to AWS services of which only one operation is used.

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
/// The maximum delay after the first failed attempt. It doubles with each further attempt.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(20);
/// The number of logged characters of an error body that is not JSON.
const LOGGED_BODY: usize = 200;

/// Error codes of throttling, in which case AWS has not processed the request.
const THROTTLED: [&str; 5] = [
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
];

/// The settings of an [`AwsService`].
pub(super) struct AwsServiceOptions {
    /// The service's name in host names and signatures, for example `ssm`.
    pub(super) name: &'static str,
    /// An endpoint that replaces AWS's.
    pub(super) endpoint: Option<String>,
    /// The AWS region.
    pub(super) region: String,
    /// The AWS credentials.
    pub(super) credentials: Credentials,
    /// The clock, for signatures, delays and the timeout.
    pub(super) clock: Arc<dyn Clock>,
    /// The source of randomness, for the delays between attempts.
    pub(super) ids: Arc<dyn Ids>,
    /// The number of attempts, at least one.
    pub(super) attempts: usize,
    /// The time for all attempts together.
    pub(super) timeout: Duration,
}

/// The client of one AWS service. It opens connections on demand and reuses them.
pub(super) struct AwsService {
    options: AwsServiceOptions,
    http: OnceCell<reqwest::Client>,
}

/// The error of a request to AWS.
#[derive(Debug, thiserror::Error)]
pub(super) enum AwsError {
    /// AWS responded with an error.
    #[error("{service} responded with {status}: {code}: {message}")]
    Refused {
        /// The service.
        service: &'static str,
        /// The HTTP status.
        status: StatusCode,
        /// The AWS error type without its namespace.
        code: String,
        /// The message from AWS.
        message: String,
    },
    /// The connection failed or was interrupted.
    #[error("{service} cannot be reached")]
    Unreachable {
        /// The service.
        service: &'static str,
        /// The cause.
        #[source]
        cause: reqwest::Error,
    },
    /// The time for all attempts has elapsed.
    #[error("{service} did not respond within {} s", .timeout.as_secs())]
    TimedOut {
        /// The service.
        service: &'static str,
        /// The time for all attempts.
        timeout: Duration,
    },
    /// The request could not be built or signed.
    #[error("the request to {service} cannot be signed")]
    NotSigned {
        /// The service.
        service: &'static str,
        /// The cause.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl AwsError {
    /// Returns whether another attempt may succeed.
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
    /// Creates the client. It opens connections on demand.
    pub(super) fn new(options: AwsServiceOptions) -> Self {
        Self { options, http: OnceCell::new() }
    }

    /// Posts `body` to `path` with retries, and returns the body of the response.
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
        let pauses = retry::pauses(FIRST_PAUSE, MAX_PAUSE, &*self.options.ids);
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

    /// Returns `headers` together with the headers of the signature.
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

/// Returns the error type and the message of a response, in AWS JSON or REST JSON.
fn read_error(headers: &HeaderMap, body: &[u8]) -> (String, String) {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |names: [&str; 2]| names.iter().find_map(|name| json.get(name)?.as_str());
    let header = headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let code = header.or_else(|| text(["__type", "code"])).unwrap_or("unknown error");
    // From `com.amazonaws.ssm#InvalidKeyId:http://internal.amazon.com/…`, keep `InvalidKeyId`.
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
