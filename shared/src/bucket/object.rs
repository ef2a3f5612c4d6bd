//! Requests for the objects of the bucket.

use std::io;
use std::time::Duration;

use futures_util::stream::BoxStream;
use reqwest::{Body, Method, Response, StatusCode};
use rusty_s3::S3Action;
use rusty_s3::actions::{DeleteObject, GetObject, HeadObject, PutObject};
use url::Url;

use super::client::MediaBucket;
use crate::error::{Error, Result};
use crate::fault::Fault;
use crate::http;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The time for one request. Copying 16 MB within a region takes about a second.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(20);
/// The lifetime of the signature of our own requests.
const REQUEST_TTL: Duration = Duration::from_mins(1);

/// The metadata of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectInfo {
    /// The size in bytes.
    pub size: u64,
    /// The content type with which it was stored.
    pub content_type: String,
}

impl MediaBucket {
    /// Returns the metadata of an object, or `None` if there is no object.
    pub async fn head(&self, key: &str) -> Result<Option<ObjectInfo>> {
        let url = self.sign(&HeadObject::new(&self.bucket, Some(&self.credentials), key));
        let response = self.call("files.head", Method::HEAD, url, &[], Body::default()).await?;
        if is_not_found(&response) {
            return Ok(None);
        }
        let response = error_for_status(response).await?;
        let header =
            |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let size = header("content-length").and_then(|length| length.parse().ok());
        let content_type = header("content-type").unwrap_or("application/octet-stream").to_owned();
        let size = size.ok_or_else(|| Error::internal("an object without a length"))?;
        Ok(Some(ObjectInfo { size, content_type }))
    }

    /// Returns the first `count` bytes of an object, or all bytes if it has fewer.
    pub async fn read_prefix(&self, key: &str, count: usize) -> Result<Vec<u8>> {
        self.read_range(key, &format!("bytes=0-{}", count.saturating_sub(1))).await
    }

    /// Returns the last `count` bytes of an object, or all bytes if it has fewer.
    pub async fn read_suffix(&self, key: &str, count: usize) -> Result<Vec<u8>> {
        self.read_range(key, &format!("bytes=-{count}")).await
    }

    async fn read_range(&self, key: &str, range: &str) -> Result<Vec<u8>> {
        let url = self.sign(&GetObject::new(&self.bucket, Some(&self.credentials), key));
        let headers = [("range", range)];
        let response = self.call("files.get", Method::GET, url, &headers, Body::default()).await?;
        let response = error_for_status(response).await?;
        Ok(response.bytes().await.map_err(Error::internal)?.to_vec())
    }

    /// Stores an object of `length` bytes from a stream. Replaces an existing object.
    ///
    /// If the stream ends with an error, nothing is stored.
    pub async fn put(
        &self,
        key: &str,
        content_type: &str,
        length: u64,
        chunks: BoxStream<'static, io::Result<Vec<u8>>>,
    ) -> Result<()> {
        let mut action = PutObject::new(&self.bucket, Some(&self.credentials), key);
        action.headers_mut().insert("content-type", content_type);
        let url = self.sign(&action);
        let length = length.to_string();
        let headers = [("content-type", content_type), ("content-length", &*length)];
        let body = Body::wrap_stream(chunks);
        error_for_status(self.call("files.put", Method::PUT, url, &headers, body).await?)
            .await
            .map(drop)
    }

    /// Copies an object within the bucket and sets the content type of the copy.
    pub async fn copy(&self, from: &str, to: &str, content_type: &str) -> Result<()> {
        // Keys consist of letters, digits, `/` and `-`, so nothing needs escaping.
        let source = format!("/{}/{from}", self.bucket.name());
        let headers = [
            ("content-type", content_type),
            ("x-amz-copy-source", &*source),
            ("x-amz-metadata-directive", "REPLACE"),
        ];
        let mut action = PutObject::new(&self.bucket, Some(&self.credentials), to);
        for (name, value) in headers {
            action.headers_mut().insert(name, value);
        }
        let url = self.sign(&action);
        let response = self.call("files.copy", Method::PUT, url, &headers, Body::default()).await?;
        // S3 can respond with 200 and an error in the body.
        let body = error_for_status(response).await?.text().await.map_err(Error::internal)?;
        if body.contains("<Error>") {
            return Err(Error::internal("the bucket could not copy the object"));
        }
        Ok(())
    }

    /// Deletes an object. Succeeds if there is no object.
    pub async fn delete(&self, key: &str) -> Result<()> {
        let url = self.sign(&DeleteObject::new(&self.bucket, Some(&self.credentials), key));
        let response = self.call("files.delete", Method::DELETE, url, &[], Body::default()).await?;
        error_for_status(response).await.map(drop)
    }

    fn sign<'a>(&self, action: &impl S3Action<'a>) -> Url {
        action.sign_with_time(REQUEST_TTL, &self.clock.now())
    }

    /// Sends one request. Fails if the response does not start within [`TOTAL_TIMEOUT`].
    async fn call(
        &self,
        point: &'static str,
        method: Method,
        url: Url,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Result<Response> {
        let fault = self.faults.check(point).await;
        if fault == Some(Fault::RefuseConnection) {
            return Err(Error::Unavailable(format!("fault point {point}").into()));
        }
        let http = self.http.get_or_try_init(async || http::client(CONNECT_TIMEOUT)).await;
        let http = http.map_err(Error::internal)?;
        let mut request = http.request(method, url).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = tokio::select! {
            response = request.send() => response.map_err(|error| Error::Unavailable(Box::new(error.without_url())))?,
            () = self.clock.sleep(TOTAL_TIMEOUT) => {
                return Err(Error::Unavailable("the bucket did not respond".into()));
            }
        };
        if fault == Some(Fault::DropResponse) {
            return Err(Error::Unavailable("the response was dropped".into()));
        }
        Ok(response)
    }
}

/// Returns whether the response means that there is no object.
///
/// S3 responds with 403 if the caller may not list the bucket.
fn is_not_found(response: &Response) -> bool {
    matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::FORBIDDEN)
}

async fn error_for_status(response: Response) -> Result<Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let detail = response.text().await.unwrap_or_default();
    let detail: String = detail.chars().take(300).collect();
    let cause = format!("the bucket responded with {status}: {detail}").into();
    Err(if status.is_server_error() { Error::Unavailable(cause) } else { Error::Internal(cause) })
}
