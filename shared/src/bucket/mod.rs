//! The media bucket: attachments below `media/`, browser uploads below `uploads/`.
//!
//! Every request is signed in its URL, also those that are handed to browsers. A URL for a browser has the origin of
//! the API: CloudFront in AWS and the local gateway pass it on to the bucket.
//!
//! - `client`: the client and presigned URLs.
//! - `object`: requests for objects.

mod client;
mod object;

pub use client::{MediaBucket, MediaBucketOptions};
pub use object::ObjectInfo;
