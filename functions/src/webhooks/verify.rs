//! Verifies the signature of Twilio's webhooks.

use shared::config::{TwilioAccount, Urls};
use shared::error::{Error, Result};
use shared::lambda::Response;
use shared::localized;
use shared::twilio::form::{self, FormError};
use shared::twilio::signature::{SignatureError, SignedContent, SigningKeys, verify};

use super::quarantine::{QuarantineReason, new_quarantine_entry};
use super::signed_request::SignedRequest;
use crate::app::App;

/// Verifies webhooks with the account's signing keys and our public URLs.
#[derive(Debug)]
pub struct WebhookVerifier {
    /// The Twilio account.
    pub account: TwilioAccount,
    keys: SigningKeys,
    urls: Urls,
}

/// A webhook's form parameters, or why they are invalid.
pub type FormResult = std::result::Result<Vec<(String, String)>, FormError>;

impl WebhookVerifier {
    /// Creates the verifier from the parameters `twilio` and `urls`.
    pub fn from_app(app: &App) -> Result<Self> {
        let account = app.parameters.twilio()?;
        let keys = SigningKeys {
            auth_tokens: account.auth_tokens.clone(),
            shared_keys: account.shared_keys.clone(),
        };
        Ok(Self { account, keys, urls: app.parameters.urls()? })
    }

    /// Returns the form of a request that Twilio signed. The inner `Err` is the response to any other request.
    ///
    /// # Errors
    /// `OutdatedConfiguration` if the signature is invalid and the auth token may have changed.
    pub async fn verify_form(
        &self,
        app: &App,
        signed_request: &SignedRequest<'_>,
    ) -> Result<std::result::Result<FormResult, Response>> {
        match self.check_form(signed_request) {
            Ok(form) => Ok(Ok(form)),
            Err(error) => rejection(app, signed_request, error).await.map(Err),
        }
    }

    /// Accepts a JSON request that Twilio signed. The inner `Err` is the response to any other request.
    ///
    /// # Errors
    /// `OutdatedConfiguration` if the signature is invalid and the auth token may have changed.
    pub async fn verify_json(
        &self,
        app: &App,
        signed_request: &SignedRequest<'_>,
    ) -> Result<std::result::Result<(), Response>> {
        match self.check_json(signed_request) {
            Ok(()) => Ok(Ok(())),
            Err(error) => rejection(app, signed_request, error).await.map(Err),
        }
    }

    /// Returns the form of a body that is signed for one of our public URLs.
    pub fn check_form(
        &self,
        signed_request: &SignedRequest<'_>,
    ) -> std::result::Result<FormResult, SignatureError> {
        let form = form::parse(signed_request.body);
        // Twilio also signs a form that is not valid UTF-8: over its bytes, or over the lossily decoded text.
        let content = match &form {
            Ok(form) => SignedContent::Form(form),
            Err(_) => SignedContent::BrokenForm(signed_request.body),
        };
        self.check_signature(signed_request, content).map(|()| form)
    }

    /// Checks that a JSON body is signed for one of our public URLs.
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

/// Returns the response to a request without a valid signature. Quarantines one with an invalid signature.
async fn rejection(
    app: &App,
    signed_request: &SignedRequest<'_>,
    error: SignatureError,
) -> Result<Response> {
    let rejected = |text| Response::from(&Error::Forbidden(text));
    Ok(match error {
        SignatureError::Missing => rejected(localized::webhook::no_signature()),
        SignatureError::Invalid => {
            app.require_current_parameters()?;
            let reason =
                QuarantineReason::new("signature", localized::quarantine::wrong_signature());
            match app
                .store
                .put_quarantine_entry(&new_quarantine_entry(app, signed_request, &reason, false))
                .await
            {
                Ok(()) => rejected(localized::webhook::wrong_signature()),
                Err(error) => return Err(error),
            }
        }
    })
}
