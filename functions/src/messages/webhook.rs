//! What all of Twilio's webhooks have in common: proof of who calls, and quarantine for what cannot be filed.

use data_encoding::BASE64;
use shared::config::{TwilioAccount, Urls};
use shared::error::{Error, Result};
use shared::lambda::{Request, Response};
use shared::sentences::{self, Sentence};
use shared::store::Quarantined;
use shared::twilio::form::{self, FormError};
use shared::twilio::signature::{Content, SignatureError, SigningKeys, sha256_hex, verify};
use shared::twilio::webhook::Unreadable;

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
pub type Form = std::result::Result<Vec<(String, String)>, FormError>;

/// A request for quarantine: a stable word, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable word.
    pub word: &'static str,
    /// Sentence.
    pub sentence: Sentence,
}

impl Reason {
    /// A reason.
    pub fn new(word: &'static str, sentence: Sentence) -> Self {
        Self { word, sentence }
    }

    /// It says nothing that we can read.
    pub fn unreadable(Unreadable(sentence): Unreadable) -> Self {
        Self::new("unreadable", sentence)
    }

    /// It is no form that we can read.
    pub fn no_form(wrong: FormError) -> Self {
        Self::new(wrong.word(), wrong.sentence())
    }

    /// It is another account's.
    pub fn foreign_account() -> Self {
        Self::new("foreign_account", sentences::quarantine::foreign_account())
    }
}

/// A request as its signature covers it: one that has just come, or one that was kept.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The body as it was sent.
    pub body: &'a [u8],
    /// The path that Twilio was told.
    pub path: &'a str,
    query: &'a str,
    content_type: Option<&'a str>,
    signature: Option<&'a str>,
    settings: Option<&'a str>,
}

impl<'a> Signed<'a> {
    /// One that has just come, by the route `path`.
    pub fn of(request: &'a Request, path: &'a str) -> Self {
        Self {
            body: request.body(),
            path,
            query: request.raw_query(),
            content_type: request.header("content-type"),
            signature: request.header("x-twilio-signature"),
            settings: request.header("x-twilio-webhooks-signature-settings"),
        }
    }

    /// A part of a batch, alone.
    #[must_use]
    pub fn part(self, body: &'a [u8]) -> Self {
        Self { body, ..self }
    }

    /// One that was kept, with its whole body.
    pub fn kept(kept: &'a Quarantined, body: &'a [u8]) -> Self {
        Self {
            body,
            path: &kept.path,
            query: &kept.query,
            content_type: kept.content_type.as_deref(),
            signature: kept.signature.as_deref(),
            settings: kept.settings.as_deref(),
        }
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

    /// The form of a request that Twilio signed: `Err` is the answer to everybody else.
    pub async fn admit(&self, app: &App, sent: &Signed<'_>) -> std::result::Result<Form, Response> {
        match self.form(sent) {
            Ok(form) => Ok(form),
            Err(wrong) => Err(refusal(app, sent, wrong).await),
        }
    }

    /// Lets in a request with a JSON body that Twilio signed: `Err` is the answer to everybody else.
    pub async fn admit_json(
        &self,
        app: &App,
        sent: &Signed<'_>,
    ) -> std::result::Result<(), Response> {
        match self.json(sent) {
            Ok(()) => Ok(()),
            Err(wrong) => Err(refusal(app, sent, wrong).await),
        }
    }

    /// The form of a body that is signed over one of our public URLs.
    pub fn form(&self, sent: &Signed<'_>) -> std::result::Result<Form, SignatureError> {
        let form = form::parse(sent.body);
        // What cannot be decoded exactly was still signed: over its bytes, or over what a lossy decoder makes of them.
        let content = match &form {
            Ok(form) => Content::Form(form),
            Err(_) => Content::BrokenForm(sent.body),
        };
        self.check(sent, content).map(|()| form)
    }

    /// Whether a JSON body is signed over one of our public URLs.
    pub fn json(&self, sent: &Signed<'_>) -> std::result::Result<(), SignatureError> {
        self.check(sent, Content::Json(sent.body))
    }

    fn check(
        &self,
        sent: &Signed<'_>,
        content: Content<'_>,
    ) -> std::result::Result<(), SignatureError> {
        if sent.signature.is_none_or(str::is_empty) {
            return Err(SignatureError::Missing);
        }
        let mut outcome = Err(SignatureError::Wrong);
        for base in &self.urls.public {
            let url = match sent.query {
                "" => format!("{base}{}", sent.path),
                query => format!("{base}{}?{query}", sent.path),
            };
            outcome = verify(&self.keys, &url, sent.signature, sent.settings, content);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }
}

/// The answer to a request that is not known to be Twilio's. A wrong signature leaves a trace.
async fn refusal(app: &App, sent: &Signed<'_>, wrong: SignatureError) -> Response {
    let refused = |sentence| Response::from(&Error::NotAllowed(sentence));
    match wrong {
        SignatureError::Missing => refused(sentences::webhook::no_signature()),
        SignatureError::Wrong => {
            let reason = Reason::new("signature", sentences::quarantine::wrong_signature());
            match app.store.quarantine(&keep(app, sent, &reason, false)).await {
                Ok(()) => refused(sentences::webhook::wrong_signature()),
                Err(error) => Response::from(&error),
            }
        }
    }
}

/// Keeps a correctly signed request that cannot be filed; the answer is 2xx, so that Twilio does not repeat it.
pub async fn quarantine(app: &App, sent: &Signed<'_>, reason: &Reason) -> Result<Response> {
    app.store.quarantine(&keep(app, sent, reason, true)).await?;
    Ok(Response::twiml())
}

fn keep(app: &App, sent: &Signed<'_>, reason: &Reason, signed: bool) -> Quarantined {
    let body = sent.body;
    let now = app.clock.now();
    let hash = sha256_hex(body);
    let longest = if signed { KEPT } else { KEPT_UNSIGNED };
    let short = |text: &str| text.chars().take(2048).collect::<String>();
    let id = if signed {
        let name = sha256_hex(format!("{}\n{}\n{hash}", reason.word, sent.path).as_bytes());
        name.chars().take(32).collect()
    } else {
        let slot = u64::from_str_radix(hash.get(..8).unwrap_or("0"), 16).unwrap_or(0) % SLOTS;
        format!("slot-{slot:03}")
    };
    Quarantined {
        id,
        reason: reason.word.to_owned(),
        detail: reason.sentence.to_string(),
        sentence: Some(reason.sentence.view()),
        path: short(sent.path),
        content_type: sent.content_type.map(short),
        raw: BASE64.encode(body.get(..longest).unwrap_or(body)),
        length: u64::try_from(body.len()).unwrap_or(u64::MAX),
        hash,
        signed,
        signature: sent.signature.map(short),
        settings: sent.settings.map(short),
        query: short(sent.query),
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
