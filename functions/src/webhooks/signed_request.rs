//! The signed parts of a webhook request.

use shared::lambda::Request;
use shared::store::QuarantineEntry;

/// The parts of a request that its signature covers.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// The body as it was received.
    pub body: &'a [u8],
    /// The path that the signature covers.
    pub path: &'a str,
    /// The query as it was received.
    pub(super) query: &'a str,
    /// The `Content-Type` header.
    pub(super) content_type: Option<&'a str>,
    /// The `X-Twilio-Signature` header.
    pub(super) signature: Option<&'a str>,
    /// The `X-Twilio-Webhooks-Signature-Settings` header.
    pub(super) signature_settings: Option<&'a str>,
}

impl<'a> SignedRequest<'a> {
    /// Returns the signed parts of a request received at `path`.
    pub fn from_request(request: &'a Request, path: &'a str) -> Self {
        Self {
            body: request.body(),
            path,
            query: request.raw_query(),
            content_type: request.header("content-type"),
            signature: request.header("x-twilio-signature"),
            signature_settings: request.header("x-twilio-webhooks-signature-settings"),
        }
    }

    /// Returns the request with another body: one event of a batch.
    #[must_use]
    pub fn with_body(self, body: &'a [u8]) -> Self {
        Self { body, ..self }
    }

    /// Returns the signed parts of a quarantined request with its full body.
    pub fn from_entry(entry: &'a QuarantineEntry, body: &'a [u8]) -> Self {
        Self {
            body,
            path: &entry.path,
            query: &entry.query,
            content_type: entry.content_type.as_deref(),
            signature: entry.signature.as_deref(),
            signature_settings: entry.signature_settings.as_deref(),
        }
    }
}
