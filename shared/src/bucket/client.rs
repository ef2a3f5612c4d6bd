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
    /// The bucket's name.
    pub bucket: String,
    /// Another endpoint than AWS's.
    pub endpoint: Option<String>,
    /// Region.
    pub region: String,
    /// Access key id.
    pub access_key: String,
    /// Its secret.
    pub secret_key: Secret,
    /// Session token, in Lambda.
    pub session_token: Option<Secret>,
    /// Time: from when an address is good, and how long a request may take.
    pub clock: Arc<dyn Clock>,
    /// The fault points `files.head`, `files.get`, `files.put`, `files.copy`, `files.delete`.
    pub faults: FaultPoints,
}

/// The bucket.
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
    /// Makes the client; nothing is sent yet.
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

    /// Where a browser, or Twilio, reads an object for so long: a path of our own origin, with its proof. It comes with
    /// this type and disposition.
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

    /// Where a browser puts an object of exactly this type and size, for so long.
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
