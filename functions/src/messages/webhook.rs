//! What both of Twilio's webhooks have in common: proof of who calls, and quarantine for what cannot be filed.

use data_encoding::BASE64;
use shared::config::{TwilioAccount, Urls};
use shared::error::{Error, Result};
use shared::lambda::{Request, Response};
use shared::store::Quarantined;
use shared::twilio::form;
use shared::twilio::signature::{Content, SignatureError, SigningKeys, verify};

use crate::app::App;

/// The longest body that is kept whole, bytes.
const KEPT: usize = 256 * 1024;

/// The longest body that is kept when nobody signed it.
const KEPT_UNSIGNED: usize = 2 * 1024;

/// How many wrongly signed requests are kept at all.
const SLOTS: u64 = 200;

/// What proves a webhook: the account, its signing keys, and where we are reached.
#[derive(Debug)]
pub struct Door {
    /// The account.
    pub account: TwilioAccount,
    keys: SigningKeys,
    urls: Urls,
}

/// A webhook's form, or why it is none.
pub type Form = std::result::Result<Vec<(String, String)>, form::FormError>;

/// A request for quarantine: a stable word, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable word.
    pub word: &'static str,
    /// Sentence.
    pub detail: String,
}

impl Reason {
    /// A reason.
    pub fn new(word: &'static str, detail: impl Into<String>) -> Self {
        Self { word, detail: detail.into() }
    }

    /// It is another account's.
    pub fn foreign_account() -> Self {
        Self::new("foreign_account", "It belongs to another Twilio account.")
    }
}

impl Door {
    /// From the parameters `twilio` and `urls`.
    pub fn open(app: &App) -> Result<Self> {
        let account = app.parameters.twilio()?;
        let keys = SigningKeys {
            auth_tokens: account.auth_tokens.clone(),
            shared_keys: account.shared_keys.clone(),
        };
        Ok(Self { account, keys, urls: app.parameters.urls()? })
    }

    /// The form of a request that Twilio signed for `path`: `Err` is the answer to everybody else.
    pub async fn admit(
        &self,
        app: &App,
        request: &Request,
        path: &str,
    ) -> std::result::Result<Form, Response> {
        let signature = request.header("x-twilio-signature");
        match self.check(request.body(), request.raw_query(), path, signature, settings(request)) {
            Ok(form) => Ok(form),
            Err(SignatureError::Missing) => Err(refused("The request carries no signature.")),
            Err(SignatureError::Wrong) => {
                let reason =
                    Reason::new("signature", "The signature is not Twilio's for this URL.");
                let kept = keep(app, request, &reason, false);
                match app.store.quarantine(&kept).await {
                    Ok(()) => Err(refused("The signature is wrong.")),
                    Err(error) => Err(Response::from(&error)),
                }
            }
        }
    }

    /// The form of a body that is signed over one of our public URLs for `path`.
    pub fn check(
        &self,
        body: &[u8],
        raw_query: &str,
        path: &str,
        signature: Option<&str>,
        settings: Option<&str>,
    ) -> std::result::Result<Form, SignatureError> {
        if signature.is_none_or(str::is_empty) {
            return Err(SignatureError::Missing);
        }
        let form = form::parse(body);
        // What cannot be decoded exactly was still signed: over its bytes, or over what a lossy decoder makes of them.
        let signed = match &form {
            Ok(form) => Content::Form(form),
            Err(_) => Content::BrokenForm(body),
        };
        let mut outcome = Err(SignatureError::Wrong);
        for base in &self.urls.public {
            let url = match raw_query {
                "" => format!("{base}{path}"),
                query => format!("{base}{path}?{query}"),
            };
            outcome = verify(&self.keys, &url, signature, settings, signed);
            if outcome.is_ok() {
                break;
            }
        }
        outcome.map(|()| form)
    }
}

/// The header that names another signing key or algorithm.
fn settings(request: &Request) -> Option<&str> {
    request.header("x-twilio-webhooks-signature-settings")
}

fn refused(detail: &str) -> Response {
    Response::from(&Error::NotAllowed(detail.to_owned()))
}

/// Keeps a correctly signed request that cannot be filed; the answer is 2xx, so that Twilio does not repeat it.
pub async fn quarantine(app: &App, request: &Request, reason: &Reason) -> Result<Response> {
    app.store.quarantine(&keep(app, request, reason, true)).await?;
    Ok(Response::twiml())
}

fn keep(app: &App, request: &Request, reason: &Reason, signed: bool) -> Quarantined {
    let body = request.body();
    let now = app.clock.now();
    let hash = shared::twilio::signature::sha256_hex(body);
    let longest = if signed { KEPT } else { KEPT_UNSIGNED };
    let id = if signed {
        let name =
            shared::twilio::signature::sha256_hex(format!("{}\n{hash}", reason.word).as_bytes());
        name.chars().take(32).collect()
    } else {
        let slot = u64::from_str_radix(hash.get(..8).unwrap_or("0"), 16).unwrap_or(0) % SLOTS;
        format!("slot-{slot:03}")
    };
    Quarantined {
        id,
        reason: reason.word.to_owned(),
        detail: reason.detail.clone(),
        raw: BASE64.encode(body.get(..longest).unwrap_or(body)),
        length: u64::try_from(body.len()).unwrap_or(u64::MAX),
        hash,
        signed,
        signature: request.header("x-twilio-signature").map(str::to_owned),
        query: request.raw_query().chars().take(2048).collect(),
        count: 0,
        created: now,
        updated: now,
    }
}

/// A kept body, if it was kept whole.
pub fn whole(kept: &Quarantined) -> Option<Vec<u8>> {
    let body = BASE64.decode(kept.raw.as_bytes()).ok()?;
    (u64::try_from(body.len()).ok() == Some(kept.length)).then_some(body)
}

/// A kept body as text, for people; what is not UTF-8 is shown as the replacement character.
pub fn readable(kept: &Quarantined) -> String {
    String::from_utf8_lossy(&BASE64.decode(kept.raw.as_bytes()).unwrap_or_default()).into_owned()
}
