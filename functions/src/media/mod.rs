//! What comes with messages: fetched from Twilio, shown, tried again, listed.

pub mod fetch;
pub mod get;
pub mod list;
pub mod retry;

use shared::bucket::{MediaBucket, MediaBucketOptions};
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::lambda::{Function, Request};
use shared::localized;
use shared::media::Media;
use shared::message::Message;

use crate::app::App;
use crate::messages::visible_message;
use crate::table::{http, invocation};

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[
    http(
        "get-media",
        "GET",
        "/api/conversations/{id}/messages/{message}/media/{index}",
        get::build,
    ),
    http(
        "retry-media",
        "POST",
        "/api/conversations/{id}/messages/{message}/media/{index}/retry",
        retry::build,
    ),
    http("list-media", "GET", "/api/conversations/{id}/media", list::build),
    invocation("fetch-media", fetch::build),
];

/// The bucket, by the function's environment.
pub(crate) fn media_bucket(app: &App) -> Result<MediaBucket> {
    let bucket_name = app.env("MEDIA_BUCKET");
    MediaBucket::new(MediaBucketOptions {
        bucket: bucket_name.ok_or_else(|| Error::configuration("MEDIA_BUCKET", "is not set"))?,
        endpoint: app.env("AWS_ENDPOINT_URL_S3"),
        region: app.access.region.clone(),
        access_key: app.access.access_key.clone(),
        secret_key: app.access.secret_key.clone(),
        session_token: app.access.session_token.clone(),
        clock: app.clock.clone(),
        faults: app.faults.clone(),
    })
}

/// The media that a request's path names: its message, its place there, and itself.
async fn requested_media(
    app: &App,
    conversation: &Conversation,
    request: &Request,
) -> Result<(Message, usize, Media)> {
    let message = visible_message(app, conversation, request.path_param("message")).await?;
    let index = request.path_param("index").parse().ok();
    let indexed_media =
        index.and_then(|index: usize| Some((index, message.media.get(index)?.clone())));
    let (index, media) =
        indexed_media.ok_or_else(|| Error::NotFound(localized::file::missing()))?;
    Ok((message, index, media))
}
