//! The bucket client, and presigned URLs for browsers.

use std::sync::Arc;
use std::time::Duration;

use rusty_s3::actions::{GetObject, PutObject};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use tokio::sync::OnceCell;
use url::Url;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::fault::FaultPoints;
use crate::secret::Secret;

/// The settings of a [`MediaBucket`].
pub struct MediaBucketOptions {
    /// The name of the bucket.
    pub bucket: String,
    /// An endpoint that replaces AWS's.
    pub endpoint: Option<String>,
    /// The AWS region.
    pub region: String,
    /// The access key ID.
    pub access_key: String,
    /// The secret access key.
    pub secret_key: Secret,
    /// The session token, as in Lambda.
    pub session_token: Option<Secret>,
    /// The clock, for signatures and timeouts.
    pub clock: Arc<dyn Clock>,
    /// The fault points `files.head`, `files.get`, `files.put`, `files.copy`, `files.delete`.
    pub faults: FaultPoints,
}

/// The client of the media bucket.
pub struct MediaBucket {
    pub(super) bucket: Bucket,
    pub(super) credentials: Credentials,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) faults: FaultPoints,
    pub(super) http: OnceCell<reqwest::Client>,
}

impl std::fmt::Debug for MediaBucket {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("MediaBucket").field("bucket", &self.bucket.name()).finish_non_exhaustive()
    }
}

impl MediaBucket {
    /// Creates the client. It opens connections on demand.
    pub fn new(options: MediaBucketOptions) -> Result<Self> {
        let (endpoint, style) = match options.endpoint {
            Some(endpoint) => (endpoint, UrlStyle::Path),
            None => (format!("https://s3.{}.amazonaws.com", options.region), UrlStyle::VirtualHost),
        };
        let endpoint = Url::parse(&endpoint).map_err(Error::internal)?;
        let bucket = Bucket::new(endpoint, style, options.bucket, options.region);
        let (key, secret) = (options.access_key, options.secret_key.expose());
        let credentials = match options.session_token {
            Some(token) => Credentials::new_with_token(key, secret, token.expose()),
            None => Credentials::new(key, secret),
        };
        Ok(Self {
            bucket: bucket.map_err(Error::internal)?,
            credentials,
            clock: options.clock,
            faults: options.faults,
            http: OnceCell::new(),
        })
    }

    /// Returns a presigned path on our own origin from which an object can be downloaded for `ttl`.
    ///
    /// The response has the given `Content-Type` and `Content-Disposition`.
    pub fn presign_get_path(
        &self,
        key: &str,
        content_type: &str,
        disposition: &str,
        ttl: Duration,
    ) -> String {
        let mut action = GetObject::new(&self.bucket, Some(&self.credentials), key);
        action.query_mut().insert("response-content-type", content_type);
        action.query_mut().insert("response-content-disposition", disposition);
        self.presigned_path(key, &action, ttl)
    }

    /// Returns a presigned path to which a browser can upload an object of this type and size, for `ttl`.
    pub fn presign_put_path(
        &self,
        key: &str,
        content_type: &str,
        size: u64,
        ttl: Duration,
    ) -> String {
        let mut action = PutObject::new(&self.bucket, Some(&self.credentials), key);
        action.headers_mut().insert("content-type", content_type);
        action.headers_mut().insert("content-length", size.to_string());
        self.presigned_path(key, &action, ttl)
    }

    fn presigned_path<'a>(&self, key: &str, action: &impl S3Action<'a>, ttl: Duration) -> String {
        let url = action.sign_with_time(ttl, &self.clock.now());
        format!("/{key}?{}", url.query().unwrap_or_default())
    }
}
