//! S3 on a loopback port: the buckets of the template, as much of them as Partyline uses. Each request is proven by the
//! signature in its address, and allowed by the policy of the function that made the address.
//!
//! - `proof`: the signature and its time. `objects`: what is kept, in one SQLite file.

mod objects;
mod signature;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use shared::clock::Clock;

use crate::gateway::request::text;
use crate::permissions::Permissions;
use crate::template::{BucketSpec, Template};
use objects::{Object, Objects};
use signature::{PresignedRequest, SignatureError};

/// The largest object that is taken at once.
const MAX_OBJECT_BYTES: usize = 64 * 1024 * 1024;

/// The buckets. Clones share them.
#[derive(Clone)]
pub struct S3(Arc<Inner>);

struct Inner {
    buckets: Vec<BucketSpec>,
    objects: Objects,
    permissions: Arc<Permissions>,
    clock: Arc<dyn Clock>,
}

/// Why a request has no object: status, S3's code, and a sentence.
struct S3Error(StatusCode, &'static str, String);

impl S3Error {
    fn denied(message: impl Into<String>) -> Self {
        Self(StatusCode::FORBIDDEN, "AccessDenied", message.into())
    }
}

impl From<SignatureError> for S3Error {
    fn from(error: SignatureError) -> Self {
        Self(StatusCode::FORBIDDEN, error.code(), error.to_string())
    }
}

impl From<rusqlite::Error> for S3Error {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "Object store access failed");
        Self(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "Try again.".to_owned())
    }
}

impl S3 {
    /// The buckets of `template`, kept in `folder` or in memory.
    pub fn open(
        template: &Template,
        folder: Option<&Path>,
        permissions: Arc<Permissions>,
        clock: Arc<dyn Clock>,
    ) -> rusqlite::Result<Self> {
        let objects = Objects::open(folder)?;
        let buckets = template.buckets.clone();
        Ok(Self(Arc::new(Inner { buckets, objects, permissions, clock })))
    }

    /// The service, with buckets as the first part of the path.
    pub fn router(&self) -> Router {
        Router::new()
            .fallback(serve)
            .layer(DefaultBodyLimit::max(MAX_OBJECT_BYTES))
            .with_state(self.clone())
    }

    /// Keeps an object from behind, in the bucket that the template calls so.
    pub fn put_object(&self, logical_id: &str, key: &str, content_type: &str, body: &[u8]) {
        let bucket = self.0.buckets.iter().find(|bucket| bucket.logical_id == logical_id);
        let object = Object { content_type: content_type.to_owned(), body: body.to_vec() };
        let result =
            bucket.map(|bucket| self.0.objects.put(bucket, key, &object, self.0.clock.now()));
        if !matches!(result, Some(Ok(()))) {
            tracing::error!(logical_id, key, "an object could not be kept");
        }
    }

    /// The keys of everything that is kept.
    pub fn keys(&self) -> Vec<String> {
        self.0.objects.keys().unwrap_or_default()
    }
}

async fn serve(
    State(s3): State<S3>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = PresignedRequest { method: &method, uri: &uri, headers: &headers };
    let result = s3.0.answer(&request, &body);
    result.unwrap_or_else(|S3Error(status, code, message)| {
        let message = message.replace('&', "&amp;").replace('<', "&lt;");
        let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let kind = HeaderValue::from_static("application/xml");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    })
}

impl Inner {
    fn answer(&self, request: &PresignedRequest<'_>, body: &Bytes) -> Result<Response, S3Error> {
        let caller = signature::caller(request, self.clock.now())?;
        let (bucket, key) = self.parse_path(request.uri.path())?;
        let now = self.clock.now();
        self.objects.expire(bucket, now)?;
        let action = match *request.method {
            Method::GET | Method::HEAD => "s3:GetObject",
            Method::PUT => "s3:PutObject",
            Method::DELETE => "s3:DeleteObject",
            _ => {
                let message =
                    "The specified method is not allowed against this resource.".to_owned();
                return Err(S3Error(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message));
            }
        };
        self.authorize(&caller, action, bucket, key)?;
        match *request.method {
            Method::PUT => {
                let object = self.put(request, &caller, body)?;
                self.objects.put(bucket, key, &object, now)?;
                let is_copy = request.headers.contains_key("x-amz-copy-source");
                let body = if is_copy { "<CopyObjectResult></CopyObjectResult>" } else { "" };
                Ok(Response::new(Body::from(body)))
            }
            Method::DELETE => {
                self.objects.delete(bucket, key)?;
                Ok(status(StatusCode::NO_CONTENT))
            }
            _ => {
                // Nobody may list the bucket, so S3 does not tell whether there is such a key.
                let object = self.objects.get(bucket, key)?;
                let object = object.ok_or_else(|| S3Error::denied("Access Denied"))?;
                object_response(request, object)
            }
        }
    }

    /// The object that a PUT makes: its body, or a copy.
    fn put(
        &self,
        request: &PresignedRequest<'_>,
        caller: &str,
        body: &Bytes,
    ) -> Result<Object, S3Error> {
        let content_type = text(request.headers, "content-type");
        let source = text(request.headers, "x-amz-copy-source");
        if source.is_empty() {
            return Ok(Object { content_type, body: body.to_vec() });
        }
        let (bucket, key) = self.parse_path(&source)?;
        self.authorize(caller, "s3:GetObject", bucket, key)?;
        let object = self.objects.get(bucket, key)?;
        let object = object.ok_or_else(|| S3Error::denied("Access Denied"))?;
        let replaces_metadata = text(request.headers, "x-amz-metadata-directive") == "REPLACE";
        Ok(if replaces_metadata { Object { content_type, ..object } } else { object })
    }

    fn authorize(
        &self,
        caller: &str,
        action: &str,
        bucket: &BucketSpec,
        key: &str,
    ) -> Result<(), S3Error> {
        let resource = format!("{}/{key}", bucket.arn);
        let result = self.permissions.check(caller, action, &resource);
        result.map_err(|denied| S3Error::denied(denied.to_string()))
    }

    /// The bucket and the key in `/{bucket}/{key}`.
    fn parse_path<'a>(&self, path: &'a str) -> Result<(&BucketSpec, &'a str), S3Error> {
        let (name, key) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
        let bucket = self.buckets.iter().find(|bucket| bucket.name == name);
        let message = || "The specified bucket does not exist".to_owned();
        let bucket =
            bucket.ok_or_else(|| S3Error(StatusCode::NOT_FOUND, "NoSuchBucket", message()))?;
        Ok((bucket, key))
    }
}

/// The answer to a GET or HEAD, whole or the one range that is asked for.
fn object_response(request: &PresignedRequest<'_>, object: Object) -> Result<Response, S3Error> {
    let total = object.body.len();
    let range_header = text(request.headers, "range");
    let (part, range) = match (range_header.is_empty(), range(&range_header, total)) {
        (true, _) => (object.body, None),
        (false, Some((from, to))) => {
            let part = object.body.get(from..=to).unwrap_or_default().to_vec();
            (part, Some(format!("bytes {from}-{to}/{total}")))
        }
        (false, None) => {
            let message = "The requested range is not satisfiable".to_owned();
            return Err(S3Error(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", message));
        }
    };
    let mut response = Response::new(Body::empty());
    let mut set = |name: header::HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    let override_param = |name: &str| request.query(name).filter(|value| !value.is_empty());
    let content_type = override_param("response-content-type").unwrap_or(object.content_type);
    set(header::CONTENT_TYPE, &content_type);
    set(header::CONTENT_LENGTH, &part.len().to_string());
    set(header::ACCEPT_RANGES, "bytes");
    if let Some(disposition) = override_param("response-content-disposition") {
        set(header::CONTENT_DISPOSITION, &disposition);
    }
    if let Some(range) = &range {
        set(header::CONTENT_RANGE, range);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    if request.method == Method::GET {
        *response.body_mut() = Body::from(part);
    }
    Ok(response)
}

/// `bytes=0-99`, `bytes=100-`, `bytes=-100`, of `total` bytes; first and last.
fn range(text: &str, total: usize) -> Option<(usize, usize)> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let end = total.checked_sub(1)?;
    let (from, to) = match (from, to) {
        ("", last) => (total.saturating_sub(last.parse().ok()?), end),
        (from, "") => (from.parse().ok()?, end),
        (from, to) => (from.parse().ok()?, to.parse::<usize>().ok()?.min(end)),
    };
    (from <= to && to <= end).then_some((from, to))
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
