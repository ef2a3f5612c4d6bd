//! `/media/…` and `/uploads/…`: forwards presigned requests to the bucket, as CloudFront does.
//!
//! The content security policy keeps the files from running scripts.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::response::gateway_error;

/// The maximum body size, which is more than any channel allows.
const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;

/// No scripts, no framing, nothing loaded from elsewhere.
const CONTENT_SECURITY_POLICY: &str =
    "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'";

/// The request headers that are forwarded.
const REQUEST_HEADERS: [HeaderName; 3] =
    [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::RANGE];

/// The response headers that are forwarded.
const RESPONSE_HEADERS: [HeaderName; 5] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_DISPOSITION,
    header::ACCEPT_RANGES,
];

/// The bucket behind the page's origin.
#[derive(Debug, Clone)]
pub struct BucketProxy {
    /// The URL of the bucket, with its name as the path.
    pub bucket_url: String,
    /// The HTTP client.
    pub http: reqwest::Client,
}

/// Forwards a request to the bucket.
pub(super) async fn serve(State(proxy): State<BucketProxy>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return gateway_error(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    };
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let mut call = proxy.http.request(parts.method, format!("{}{target}", proxy.bucket_url));
    for name in REQUEST_HEADERS {
        if let Some(value) = parts.headers.get(&name) {
            call = call.header(name, value);
        }
    }
    let Ok(bucket_response) = call.body(body).send().await else {
        return gateway_error(StatusCode::BAD_GATEWAY, "Bad Gateway");
    };
    let (status, headers) = (bucket_response.status(), bucket_response.headers().clone());
    let mut response = Response::new(Body::from_stream(bucket_response.bytes_stream()));
    *response.status_mut() = status;
    let response_headers = response.headers_mut();
    for name in RESPONSE_HEADERS {
        if let Some(value) = headers.get(&name) {
            response_headers.insert(name, value.clone());
        }
    }
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "private, max-age=300"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        response_headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
