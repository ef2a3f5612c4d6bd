//! Quarantines webhook requests that cannot be processed.

use data_encoding::BASE64;
use shared::error::Result;
use shared::lambda::Response;
use shared::localized::{self, LocalizedText};
use shared::store::QuarantineEntry;
use shared::twilio::form::FormError;
use shared::twilio::signature::sha256_hex;
use shared::twilio::webhook::InvalidWebhook;

use super::signed_request::SignedRequest;
use crate::app::App;

/// The maximum stored body of a signed request, in bytes.
const MAX_STORED_BODY: usize = 256 * 1024;

/// The maximum stored body of a request with an invalid signature, in bytes.
const MAX_STORED_UNSIGNED_BODY: usize = 2 * 1024;

/// The number of stored requests with an invalid signature. A further one overwrites the request in its slot.
const UNSIGNED_SLOTS: u64 = 200;

/// The reason why a request is quarantined: a stable code and a localized text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineReason {
    /// The stable code.
    pub code: &'static str,
    /// The localized text.
    pub text: LocalizedText,
}

impl QuarantineReason {
    /// Asks to read the parameters again before a request is quarantined whose number may be new.
    ///
    /// # Errors
    /// `OutdatedConfiguration` if the number may have been configured since the parameters were read.
    pub fn require_current_parameters(&self, app: &App) -> Result<()> {
        match self.code {
            "unknown_number" | "unknown_service" => app.require_current_parameters(),
            _ => Ok(()),
        }
    }

    /// Creates a reason.
    pub fn new(code: &'static str, text: LocalizedText) -> Self {
        Self { code, text }
    }

    /// Returns the reason for a webhook with missing or invalid parameters.
    pub fn invalid_webhook(InvalidWebhook(text): InvalidWebhook) -> Self {
        Self::new("unreadable", text)
    }

    /// Returns the reason for an invalid form body.
    pub fn invalid_form(error: FormError) -> Self {
        Self::new(error.code(), error.localized_text())
    }

    /// Returns the reason for a report on an unknown message.
    pub fn unknown_message() -> Self {
        Self::new("unknown_message", localized::quarantine::unknown_message())
    }

    /// Returns the reason for a webhook of another Twilio account.
    pub fn foreign_account() -> Self {
        Self::new("foreign_account", localized::quarantine::foreign_account())
    }
}

/// Quarantines a correctly signed request. Returns a 2xx response, so that Twilio does not repeat it.
pub async fn quarantine_request(
    app: &App,
    signed_request: &SignedRequest<'_>,
    reason: &QuarantineReason,
) -> Result<Response> {
    app.store
        .put_quarantine_entry(&new_quarantine_entry(app, signed_request, reason, true))
        .await?;
    Ok(Response::twiml())
}

/// Returns the quarantine entry of a request, with the body truncated to the stored maximum.
pub(super) fn new_quarantine_entry(
    app: &App,
    signed_request: &SignedRequest<'_>,
    reason: &QuarantineReason,
    signed: bool,
) -> QuarantineEntry {
    let body = signed_request.body;
    let now = app.clock.now();
    let hash = sha256_hex(body);
    let max_len = if signed { MAX_STORED_BODY } else { MAX_STORED_UNSIGNED_BODY };
    let truncate = |text: &str| text.chars().take(2048).collect::<String>();
    let id = if signed {
        let digest =
            sha256_hex(format!("{}\n{}\n{hash}", reason.code, signed_request.path).as_bytes());
        digest.chars().take(32).collect()
    } else {
        let slot =
            u64::from_str_radix(hash.get(..8).unwrap_or("0"), 16).unwrap_or(0) % UNSIGNED_SLOTS;
        format!("slot-{slot:03}")
    };
    QuarantineEntry {
        id,
        reason: reason.code.to_owned(),
        detail: reason.text.to_string(),
        localized_detail: Some(reason.text.view()),
        path: truncate(signed_request.path),
        content_type: signed_request.content_type.map(truncate),
        body_base64: BASE64.encode(body.get(..max_len).unwrap_or(body)),
        length: u64::try_from(body.len()).unwrap_or(u64::MAX),
        hash,
        signed,
        signature: signed_request.signature.map(truncate),
        signature_settings: signed_request.signature_settings.map(truncate),
        query: truncate(signed_request.query),
        count: 0,
        created_at: now,
        updated_at: now,
    }
}

/// Returns the body of an entry; `None` if it was truncated.
pub fn full_body(entry: &QuarantineEntry) -> Option<Vec<u8>> {
    let body = BASE64.decode(entry.body_base64.as_bytes()).ok()?;
    (u64::try_from(body.len()).ok() == Some(entry.length)).then_some(body)
}

/// Returns the beginning of an entry's body as text, at most `max` bytes of the body. Invalid UTF-8 is replaced.
pub fn body_text(entry: &QuarantineEntry, max: usize) -> String {
    let body = BASE64.decode(entry.body_base64.as_bytes()).unwrap_or_default();
    let end = body.len().min(max);
    String::from_utf8_lossy(body.get(..end).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(stored: &[u8], length: usize) -> QuarantineEntry {
        let time = "2026-03-01T12:00:00Z";
        serde_json::from_value(json!({
            "id": "1", "reason": "unreadable", "detail": "", "path": "/twilio/messages", "body_base64": BASE64.encode(stored),
            "length": length, "hash": "", "signed": true, "query": "", "count": 1, "created_at": time, "updated_at": time,
        }))
        .unwrap()
    }

    #[test]
    fn only_a_body_that_was_stored_whole_can_be_released() {
        assert_eq!(full_body(&entry(b"Body=Hello", 10)), Some(b"Body=Hello".to_vec()));
        assert_eq!(full_body(&entry(b"", 0)), Some(Vec::new()));
        assert_eq!(full_body(&entry(b"Body=Hello", 11)), None);
        let invalid = QuarantineEntry { body_base64: "?".to_owned(), ..entry(b"", 0) };
        assert_eq!(full_body(&invalid), None);
    }

    #[test]
    fn a_truncated_or_invalid_body_is_still_shown() {
        assert_eq!(body_text(&entry(b"Body=Hello", 99), 100), "Body=Hello");
        assert_eq!(body_text(&entry(b"Body=Hello", 99), 4), "Body");
        assert_eq!(body_text(&entry(b"a\xff", 2), 100), "a\u{fffd}");
    }
}
