//! Configuration, read once: names from the environment, secrets from one `GetParameters`.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::address::Address;
use crate::error::{Error, Result};
use crate::inbox_name::InboxName;
use crate::secret::Secret;
use crate::sid::{AccountSid, MessagingServiceSid};
use crate::username::Username;

/// A parameter under the stack's prefix. What belongs together is one JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Parameter {
    /// `twilio`: account and its secrets.
    Twilio,
    /// `senders`: our numbers.
    Senders,
    /// `urls`: where we are reached from outside.
    Urls,
    /// `install`: the install key, 32 random bytes in hex, which conversation ids and cursors are made with.
    Install,
    /// `session`: the private key of access tokens, a base64 Ed25519 seed.
    Session,
    /// `public-key`: the public key of access tokens, base64.
    PublicKey,
    /// `admin`: the first admin.
    Admin,
}

impl Parameter {
    /// The last part of the parameter's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::Senders => "senders",
            Self::Urls => "urls",
            Self::Install => "install",
            Self::Session => "session",
            Self::PublicKey => "public-key",
            Self::Admin => "admin",
        }
    }
}

/// The Twilio account.
#[derive(Debug, Clone, Deserialize)]
pub struct TwilioAccount {
    /// Whose webhooks we accept.
    pub account_sid: AccountSid,
    /// Auth tokens that may sign webhooks: one, or two during a rotation, the newer first.
    pub auth_tokens: Vec<Secret>,
    /// `SharedKey` signing keys by name.
    #[serde(default)]
    pub shared_keys: HashMap<String, Secret>,
    /// API key for calls, if calls are not made with the auth token.
    #[serde(default)]
    pub api_key_sid: Option<String>,
    /// Its secret.
    #[serde(default)]
    pub api_key_secret: Option<Secret>,
}

/// One of our senders: a number, a WhatsApp sender, a page, an RCS agent.
#[derive(Debug, Clone, Deserialize)]
pub struct Sender {
    /// What Twilio calls it.
    pub address: Address,
    /// What people call it.
    pub name: String,
    /// The inbox of its conversations.
    #[serde(default = "InboxName::main")]
    pub inbox: InboxName,
    /// The Messaging Service that it sends through.
    #[serde(default)]
    pub messaging_service_sid: Option<MessagingServiceSid>,
    /// The regions (`US`, `DE`) that it may write to; without a list, those of our own senders.
    #[serde(default)]
    pub countries: Option<Vec<String>>,
}

/// Where we are reached from outside, without a slash at the end.
#[derive(Debug, Clone, Deserialize)]
pub struct Urls {
    /// Public base URLs; the first is given to Twilio, webhooks may be signed over any.
    pub public: Vec<String>,
    /// The WebSocket API.
    pub socket: String,
}

/// The first admin, who can sign in before anybody is in the table.
#[derive(Debug, Clone, Deserialize)]
pub struct FirstAdmin {
    /// Sign-in name.
    pub username: Username,
    /// Password.
    pub password: Secret,
}

/// The parameters that a function asked for.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    prefix: String,
    values: HashMap<&'static str, String>,
}

impl Parameters {
    /// Parameters by the last part of their names.
    pub fn new(prefix: &str, values: HashMap<&'static str, String>) -> Self {
        Self { prefix: prefix.to_owned(), values }
    }

    fn required(&self, parameter: Parameter) -> Result<&str> {
        self.values.get(parameter.name()).map(String::as_str).ok_or_else(|| {
            Error::configuration(&self.path(parameter), "is missing in the parameter store")
        })
    }

    fn path(&self, parameter: Parameter) -> String {
        format!("{}/{}", self.prefix, parameter.name())
    }

    fn json<T: DeserializeOwned>(&self, parameter: Parameter) -> Result<T> {
        // serde_json's message may quote the value: only its place is told.
        serde_json::from_str(self.required(parameter)?).map_err(|error| {
            let reason = format!("is not the expected JSON (column {})", error.column());
            Error::configuration(&self.path(parameter), reason)
        })
    }

    /// The Twilio account.
    pub fn twilio(&self) -> Result<TwilioAccount> {
        let account: TwilioAccount = self.json(Parameter::Twilio)?;
        let mut secrets = account.auth_tokens.iter().chain(account.shared_keys.values());
        // Anybody can sign with an empty secret.
        if account.auth_tokens.is_empty() || secrets.any(|secret| secret.expose().is_empty()) {
            let variable = self.path(Parameter::Twilio);
            return Err(Error::configuration(&variable, "has no auth token, or an empty secret"));
        }
        Ok(account)
    }

    /// Our numbers.
    pub fn senders(&self) -> Result<Vec<Sender>> {
        self.json(Parameter::Senders)
    }

    /// Where we are reached.
    pub fn urls(&self) -> Result<Urls> {
        let urls: Urls = self.json(Parameter::Urls)?;
        if urls.public.is_empty() {
            let variable = self.path(Parameter::Urls);
            return Err(Error::configuration(&variable, "has no public URL"));
        }
        Ok(urls)
    }

    /// The install key.
    pub fn install_key(&self) -> Result<InstallKey> {
        data_encoding::HEXLOWER_PERMISSIVE
            .decode(self.required(Parameter::Install)?.as_bytes())
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .map(InstallKey)
            .ok_or_else(|| {
                let variable = self.path(Parameter::Install);
                Error::configuration(&variable, "is not 32 bytes in hex")
            })
    }

    /// The private key of access tokens.
    pub fn session_seed(&self) -> Result<Secret> {
        self.required(Parameter::Session).map(Secret::new)
    }

    /// The public key of access tokens.
    pub fn public_key(&self) -> Result<&str> {
        self.required(Parameter::PublicKey)
    }

    /// The first admin.
    pub fn first_admin(&self) -> Result<FirstAdmin> {
        self.json(Parameter::Admin)
    }
}

/// The key that conversation ids and cursors are made with. Never shown, never changed.
#[derive(Clone)]
pub struct InstallKey(pub(crate) [u8; 32]);

impl InstallKey {
    /// A key from its bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// HMAC-SHA-256 of `parts`, kept apart by their lengths, for the purpose named first.
    pub fn mac(&self, purpose: &str, parts: &[&str]) -> [u8; 32] {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &self.0);
        let mut hmac = aws_lc_rs::hmac::Context::with_key(&key);
        for part in std::iter::once(&purpose).chain(parts) {
            hmac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hmac.update(part.as_bytes());
        }
        let mut mac = [0; 32];
        mac.copy_from_slice(hmac.sign().as_ref());
        mac
    }
}

impl std::fmt::Debug for InstallKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("InstallKey")
    }
}
