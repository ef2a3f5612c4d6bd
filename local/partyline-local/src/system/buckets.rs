//! The buckets and their proxy below the page's origin.

use std::sync::Arc;

use super::SystemError;
use crate::options::Options;
use aws_emulator::gateway::bucket_proxy::BucketProxy;
use aws_emulator::permissions::Permissions;
use aws_emulator::s3::S3;
use aws_emulator::template::Template;

/// Opens the buckets of the template in the state folder.
pub(super) fn open(
    template: &Template,
    options: &Options,
    permissions: &Arc<Permissions>,
) -> Result<S3, SystemError> {
    let (permissions, clock) = (Arc::clone(permissions), Arc::new(options.clock.clone()));
    S3::open(template, options.state.as_deref(), permissions, clock).map_err(SystemError::Objects)
}

/// Returns the proxy to the first bucket, which is served at `port`.
pub(super) fn behind_origin(
    template: &Template,
    port: u16,
) -> Result<Option<BucketProxy>, SystemError> {
    let Some(bucket) = template.buckets.first() else { return Ok(None) };
    let bucket = format!("http://127.0.0.1:{port}/{}", bucket.name);
    Ok(Some(BucketProxy {
        bucket_url: bucket,
        http: reqwest::Client::builder().no_proxy().build()?,
    }))
}
