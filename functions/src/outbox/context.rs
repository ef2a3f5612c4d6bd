//! The clients and configuration with which `dispatch` executes outbox entries.

use std::time::Duration;

use shared::bucket::MediaBucket;
use shared::config::Urls;
use shared::error::Result;
use shared::media::Media;
use shared::media::file_name::short_file_name;
use shared::message::Message;
use shared::twilio::callback::callback_path;
use shared::twilio::client::Client;

use super::hand_off::JobInvoker;
use crate::app::App;
use crate::senders::directory::{SendRoute, SenderDirectory};

/// The lifetime of the media URLs for Twilio. It covers the time that a message waits in Twilio's queue.
const OUTBOUND_MEDIA_TTL: Duration = Duration::from_hours(4);

/// Clients and configuration that `dispatch` needs.
pub(crate) struct DispatchContext {
    /// The Twilio client.
    pub(super) twilio: Client,
    /// Invokes the functions that run long jobs.
    pub(super) job_invoker: JobInvoker,
    /// The media bucket.
    pub(super) bucket: MediaBucket,
    urls: Urls,
    senders: SenderDirectory,
}

impl std::fmt::Debug for DispatchContext {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("DispatchContext")
    }
}

impl DispatchContext {
    /// Creates the context from the parameters and the environment.
    pub(crate) fn from_app(app: &App) -> Result<Self> {
        Ok(Self {
            twilio: app.twilio()?,
            bucket: app.bucket()?,
            job_invoker: JobInvoker::from_app(app)?,
            urls: app.parameters.urls()?,
            senders: SenderDirectory::from_app(app)?,
        })
    }

    /// Returns the route of a message.
    pub(super) fn route(&self, message: &Message) -> SendRoute {
        self.senders.route(&message.business, &message.contact)
    }

    /// Returns the presigned URLs from which Twilio reads the media of a message.
    pub(super) fn media_urls(&self, message: &Message) -> Vec<String> {
        let base = self.urls.public.first().map_or("", String::as_str);
        let presign = |media: &Media| {
            let stored = media.stored()?;
            let name = short_file_name(&stored.content_type, stored.name.as_deref());
            let disposition = format!("inline; filename=\"{name}\"");
            let path = self.bucket.presign_get_path(
                &stored.object_key,
                &stored.content_type,
                &disposition,
                OUTBOUND_MEDIA_TTL,
            );
            Some(format!("{base}{path}"))
        };
        message.media.iter().filter_map(presign).collect()
    }

    /// Returns the status callback URL of a message.
    pub(super) fn callback_url(&self, message: &Message) -> String {
        let base = self.urls.public.first().map_or("", String::as_str);
        // The fragment makes Twilio retry callbacks without a 2xx response; it is not part of the signed URL.
        let path = callback_path(&message.conversation, message.id);
        format!("{base}{path}#rc=5&rp=all")
    }
}
