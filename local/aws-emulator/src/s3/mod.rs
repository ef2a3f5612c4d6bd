//! S3 on loopback: the template's buckets and the operations that Partyline uses.
//!
//! Each request is authenticated by the signature in its URL and allowed by the policy of the function that made the
//! URL.
//!
//! - `signature`: the signature and its time. `objects`: the stored objects, in one SQLite file.
//! - `response`: responses that carry an object. `error`: the errors.

mod error;
mod objects;
mod response;
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

use crate::headers::header_text;
use crate::permissions::Permissions;
use crate::template::{BucketSpec, Template};
use error::S3Error;
use objects::{Object, Objects};
use response::object_response;
use signature::PresignedRequest;

/// The maximum size of an object, in bytes.
const MAX_OBJECT_BYTES: usize = 64 * 1024 * 1024;

/// The buckets.
///
/// Clones share them.
#[derive(Clone)]
pub struct S3(Arc<Inner>);

struct Inner {
    buckets: Vec<BucketSpec>,
    objects: Objects,
    permissions: Arc<Permissions>,
    clock: Arc<dyn Clock>,
}

impl S3 {
    /// Opens the buckets of `template` in `folder` or in memory.
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

    /// Returns the HTTP service, with the bucket as the first part of the path.
    pub fn router(&self) -> Router {
        Router::new()
            .fallback(serve)
            .layer(DefaultBodyLimit::max(MAX_OBJECT_BYTES))
            .with_state(self.clone())
    }

    /// Stores an object without a request, in the bucket with this logical ID.
    pub fn put_object(&self, logical_id: &str, key: &str, content_type: &str, body: &[u8]) {
        let bucket = self.0.buckets.iter().find(|bucket| bucket.logical_id == logical_id);
        let object = Object { content_type: content_type.to_owned(), body: body.to_vec() };
        let result =
            bucket.map(|bucket| self.0.objects.put(bucket, key, &object, self.0.clock.now()));
        if !matches!(result, Some(Ok(()))) {
            tracing::error!(logical_id, key, "Object not stored");
        }
    }

    /// Returns the keys of all objects.
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
    let result = s3.0.respond(&request, &body);
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
    fn respond(&self, request: &PresignedRequest<'_>, body: &Bytes) -> Result<Response, S3Error> {
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
                // No function may list the bucket, so S3 does not reveal whether the key exists.
                let object = self.objects.get(bucket, key)?;
                let object = object.ok_or_else(|| S3Error::denied("Access Denied"))?;
                object_response(request, object)
            }
        }
    }

    /// Returns the object of a PUT: its body, or a copy.
    fn put(
        &self,
        request: &PresignedRequest<'_>,
        caller: &str,
        body: &Bytes,
    ) -> Result<Object, S3Error> {
        let content_type = header_text(request.headers, "content-type");
        let source = header_text(request.headers, "x-amz-copy-source");
        if source.is_empty() {
            return Ok(Object { content_type, body: body.to_vec() });
        }
        let (bucket, key) = self.parse_path(&source)?;
        self.authorize(caller, "s3:GetObject", bucket, key)?;
        let object = self.objects.get(bucket, key)?;
        let object = object.ok_or_else(|| S3Error::denied("Access Denied"))?;
        let replaces_metadata =
            header_text(request.headers, "x-amz-metadata-directive") == "REPLACE";
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

    /// Returns the bucket and the key of `/{bucket}/{key}`.
    fn parse_path<'a>(&self, path: &'a str) -> Result<(&BucketSpec, &'a str), S3Error> {
        let (name, key) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
        let bucket = self.buckets.iter().find(|bucket| bucket.name == name);
        let message = || "The specified bucket does not exist".to_owned();
        let bucket =
            bucket.ok_or_else(|| S3Error(StatusCode::NOT_FOUND, "NoSuchBucket", message()))?;
        Ok((bucket, key))
    }
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
