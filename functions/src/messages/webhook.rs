//! What all of Twilio's webhooks have in common: proof of who calls, and quarantine for what cannot be filed.

use data_encoding::BASE64;
use shared::config::{TwilioAccount, Urls};
use shared::error::{Error, Result};
use shared::lambda::{Request, Response};
use shared::localized::{self, LocalizedText};
use shared::store::QuarantineEntry;
use shared::twilio::form::{self, FormError};
use shared::twilio::signature::{SignatureError, SignedContent, SigningKeys, sha256_hex, verify};
use shared::twilio::webhook::InvalidWebhook;

use crate::app::App;

/// The longest body that is kept whole, bytes.
const MAX_STORED_BODY: usize = 256 * 1024;

/// The longest body that is kept when nobody signed it.
const MAX_STORED_UNSIGNED_BODY: usize = 2 * 1024;

/// How many wrongly signed requests are kept at all.
const UNSIGNED_SLOTS: u64 = 200;

/// What proves a webhook: the account, its signing keys, and where we are reached.
#[derive(Debug)]
pub struct WebhookVerifier {
    /// The account.
    pub account: TwilioAccount,
    keys: SigningKeys,
    urls: Urls,
}

/// A webhook's form, or why it is none.
pub type FormResult = std::result::Result<Vec<(String, String)>, FormError>;

/// A request for quarantine: a stable word, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineReason {
    /// Stable word.
    pub code: &'static str,
    /// Sentence.
    pub text: LocalizedText,
}

impl QuarantineReason {
    /// A reason.
    pub fn new(code: &'static str, text: LocalizedText) -> Self {
        Self { code: code, text: text }
    }

    /// It says nothing that we can read.
    pub fn invalid_webhook(InvalidWebhook(text): InvalidWebhook) -> Self {
        Self::new("unreadable", text)
    }

    /// It is no form that we can read.
    pub fn invalid_form(error: FormError) -> Self {
        Self::new(error.code(), error.localized_text())
    }

    /// It is another account's.
    pub fn foreign_account() -> Self {
        Self::new("foreign_account", localized::quarantine::foreign_account())
    }
}

/// A request as its signature covers it: one that has just come, or one that was kept.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// The body as it was sent.
    pub body: &'a [u8],
    /// The path that Twilio was told.
    pub path: &'a str,
    query: &'a str,
    content_type: Option<&'a str>,
    signature: Option<&'a str>,
    signature_settings: Option<&'a str>,
}

impl<'a> SignedRequest<'a> {
    /// One that has just come, by the route `path`.
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

    /// A part of a batch, alone.
    #[must_use]
    pub fn with_body(self, body: &'a [u8]) -> Self {
        Self { body, ..self }
    }

    /// One that was kept, with its whole body.
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

impl WebhookVerifier {
    /// From the parameters `twilio` and `urls`.
    pub fn from_app(app: &App) -> Result<Self> {
        let account = app.parameters.twilio()?;
        let keys = SigningKeys {
            auth_tokens: account.auth_tokens.clone(),
            shared_keys: account.shared_keys.clone(),
        };
        Ok(Self { account, keys, urls: app.parameters.urls()? })
    }

    /// The form of a request that Twilio signed: `Err` is the answer to everybody else.
    pub async fn verify_form(
        &self,
        app: &App,
        signed_request: &SignedRequest<'_>,
    ) -> std::result::Result<FormResult, Response> {
        match self.check_form(signed_request) {
            Ok(form) => Ok(form),
            Err(error) => Err(rejection(app, signed_request, error).await),
        }
    }

    /// Lets in a request with a JSON body that Twilio signed: `Err` is the answer to everybody else.
    pub async fn verify_json(
        &self,
        app: &App,
        signed_request: &SignedRequest<'_>,
    ) -> std::result::Result<(), Response> {
        match self.check_json(signed_request) {
            Ok(()) => Ok(()),
            Err(error) => Err(rejection(app, signed_request, error).await),
        }
    }

    /// The form of a body that is signed over one of our public URLs.
    pub fn check_form(
        &self,
        signed_request: &SignedRequest<'_>,
    ) -> std::result::Result<FormResult, SignatureError> {
        let form = form::parse(signed_request.body);
        // What cannot be decoded exactly was still signed: over its bytes, or over what a lossy decoder makes of them.
        let content = match &form {
            Ok(form) => SignedContent::Form(form),
            Err(_) => SignedContent::BrokenForm(signed_request.body),
        };
        self.check_signature(signed_request, content).map(|()| form)
    }

    /// Whether a JSON body is signed over one of our public URLs.
    pub fn check_json(
        &self,
        signed_request: &SignedRequest<'_>,
    ) -> std::result::Result<(), SignatureError> {
        self.check_signature(signed_request, SignedContent::Json(signed_request.body))
    }

    fn check_signature(
        &self,
        signed_request: &SignedRequest<'_>,
        content: SignedContent<'_>,
    ) -> std::result::Result<(), SignatureError> {
        if signed_request.signature.is_none_or(str::is_empty) {
            return Err(SignatureError::Missing);
        }
        let mut outcome = Err(SignatureError::Invalid);
        for base in &self.urls.public {
            let url = match signed_request.query {
                "" => format!("{base}{}", signed_request.path),
                query => format!("{base}{}?{query}", signed_request.path),
            };
            outcome = verify(
                &self.keys,
                &url,
                signed_request.signature,
                signed_request.signature_settings,
                content,
            );
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }
}

/// The answer to a request that is not known to be Twilio's. A wrong signature leaves a trace.
async fn rejection(
    app: &App,
    signed_request: &SignedRequest<'_>,
    error: SignatureError,
) -> Response {
    let rejected = |text| Response::from(&Error::Forbidden(text));
    match error {
        SignatureError::Missing => rejected(localized::webhook::no_signature()),
        SignatureError::Invalid => {
            let reason =
                QuarantineReason::new("signature", localized::quarantine::wrong_signature());
            match app
                .store
                .put_quarantine_entry(&new_quarantine_entry(app, signed_request, &reason, false))
                .await
            {
                Ok(()) => rejected(localized::webhook::wrong_signature()),
                Err(error) => Response::from(&error),
            }
        }
    }
}

/// Keeps a correctly signed request that cannot be filed; the answer is 2xx, so that Twilio does not repeat it.
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

fn new_quarantine_entry(
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

/// A kept body, if it was kept whole.
pub fn full_body(entry: &QuarantineEntry) -> Option<Vec<u8>> {
    let body = BASE64.decode(entry.body_base64.as_bytes()).ok()?;
    (u64::try_from(body.len()).ok() == Some(entry.length)).then_some(body)
}

/// A kept body as text, for people; what is not UTF-8 is shown as the replacement character.
pub fn body_text(entry: &QuarantineEntry) -> String {
    String::from_utf8_lossy(&BASE64.decode(entry.body_base64.as_bytes()).unwrap_or_default())
        .into_owned()
}
