//! Configuration in the parameter store, which each function loads once with `GetParameters`.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::address::Address;
use crate::consent::keywords::OptOutWords;
use crate::error::{Error, Result};
use crate::inbox_name::InboxName;
use crate::secret::Secret;
use crate::sid::{AccountSid, MessagingServiceSid};
use crate::username::Username;

/// A parameter under the stack's prefix. Related values are in one JSON document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Parameter {
    /// `twilio`: the Twilio account and its secrets.
    Twilio,
    /// `senders`: our senders.
    Senders,
    /// `urls`: the public URLs.
    Urls,
    /// `install`: the install key, 32 random bytes in hex. Conversation IDs and cursors are derived from it.
    Install,
    /// `session`: the private key of access tokens, a base64 Ed25519 seed.
    Session,
    /// `public-key`: the public key of access tokens, base64.
    PublicKey,
    /// `admin`: the first admin.
    Admin,
}

impl Parameter {
    /// Returns the last part of the parameter's name.
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
    /// The account whose webhooks are accepted.
    pub account_sid: AccountSid,
    /// Auth tokens that sign webhooks: one, or two during a rotation with the newer first.
    pub auth_tokens: Vec<Secret>,
    /// `SharedKey` signing keys by name.
    #[serde(default)]
    pub shared_keys: HashMap<String, Secret>,
    /// The API key for REST requests. Without one, the auth token is used.
    #[serde(default)]
    pub api_key_sid: Option<String>,
    /// The secret of the API key.
    #[serde(default)]
    pub api_key_secret: Option<Secret>,
    /// The words by which contacts opt out where Twilio does not decide. Default: the built-in list.
    #[serde(default)]
    pub opt_out_words: Option<OptOutWords>,
}

/// One of our senders: a number, WhatsApp sender, Messenger page or RCS agent.
#[derive(Debug, Clone, Deserialize)]
pub struct Sender {
    /// The sender's address.
    pub address: Address,
    /// The sender's display name.
    pub name: String,
    /// The inbox of its conversations.
    #[serde(default = "InboxName::main")]
    pub inbox: InboxName,
    /// The Messaging Service through which it sends.
    #[serde(default)]
    pub messaging_service_sid: Option<MessagingServiceSid>,
    /// The countries (`US`, `DE`) in which it may start conversations. Default: the countries of our own senders.
    #[serde(default)]
    pub countries: Option<Vec<String>>,
}

/// The public URLs, without a trailing slash.
#[derive(Debug, Clone, Deserialize)]
pub struct Urls {
    /// Public base URLs. Twilio gets the first one; webhooks may be signed for any of them.
    pub public: Vec<String>,
    /// The URL of the WebSocket API.
    pub socket: String,
}

/// The first admin, who can sign in before there are users in the table.
#[derive(Debug, Clone, Deserialize)]
pub struct FirstAdmin {
    /// The sign-in name.
    pub username: Username,
    /// The password.
    pub password: Secret,
}

/// The parameters that a function loaded.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    prefix: String,
    values: HashMap<&'static str, String>,
}

impl Parameters {
    /// Creates parameters from their values by the last part of the name.
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
        // The message of `serde_json` can contain the value, so only the position is reported.
        serde_json::from_str(self.required(parameter)?).map_err(|error| {
            let reason = format!("is not the expected JSON (column {})", error.column());
            Error::configuration(&self.path(parameter), reason)
        })
    }

    /// Returns the Twilio account. Fails if it has no auth token or an empty secret.
    pub fn twilio(&self) -> Result<TwilioAccount> {
        let account: TwilioAccount = self.json(Parameter::Twilio)?;
        let mut secrets = account.auth_tokens.iter().chain(account.shared_keys.values());
        // With an empty secret, anyone could sign webhooks.
        if account.auth_tokens.is_empty() || secrets.any(|secret| secret.expose().is_empty()) {
            let variable = self.path(Parameter::Twilio);
            return Err(Error::configuration(&variable, "has no auth token, or an empty secret"));
        }
        Ok(account)
    }

    /// Returns our senders.
    pub fn senders(&self) -> Result<Vec<Sender>> {
        let senders: Vec<Sender> = self.json(Parameter::Senders)?;
        if senders.iter().all(|sender| sender.address.can_be_sender()) {
            return Ok(senders);
        }
        let variable = self.path(Parameter::Senders);
        Err(Error::configuration(
            &variable,
            "has an address that is not a sender in Twilio's format",
        ))
    }

    /// Returns the public URLs. Fails if the list is empty.
    pub fn urls(&self) -> Result<Urls> {
        let urls: Urls = self.json(Parameter::Urls)?;
        if urls.public.is_empty() {
            let variable = self.path(Parameter::Urls);
            return Err(Error::configuration(&variable, "has no public URL"));
        }
        Ok(urls)
    }

    /// Returns the install key.
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

    /// Returns the private key of access tokens.
    pub fn session_seed(&self) -> Result<Secret> {
        self.required(Parameter::Session).map(Secret::new)
    }

    /// Returns the public key of access tokens.
    pub fn public_key(&self) -> Result<&str> {
        self.required(Parameter::PublicKey)
    }

    /// Returns the first admin.
    pub fn first_admin(&self) -> Result<FirstAdmin> {
        self.json(Parameter::Admin)
    }
}

/// The key from which conversation IDs and cursors are derived. It must never change.
#[derive(Clone)]
pub struct InstallKey(pub(crate) [u8; 32]);

impl InstallKey {
    /// Creates a key from its bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the HMAC-SHA-256 of `purpose` and `parts`, each prefixed with its length.
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
