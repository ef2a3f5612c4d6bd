//! The settings: from the environment, from `.env`, or the published ones of `.env.example`.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use shared::twilio::product::ProductUrls;
use shared::username::Username;
use url::Url;

mod error;
mod parse;
mod senders;

pub use error::SettingsError;
pub use senders::Senders;

use parse::{parse_list, required};
use senders::CHANNELS;

/// The published settings, which are the defaults without a `.env`.
const PUBLISHED: &str = include_str!("../../../../.env.example");

/// The settings of a local system.
#[derive(Clone)]
pub struct Settings {
    /// `TWILIO_ACCOUNT_SID`.
    pub account_sid: String,
    /// `TWILIO_AUTH_TOKEN`.
    pub auth_token: String,
    /// `TWILIO_AUTH_TOKEN_PREVIOUS`: still accepted for webhooks after the token was changed.
    pub previous_auth_token: Option<String>,
    /// `TWILIO_SHARED_KEYS`: additional signing keys of webhooks, by ID.
    pub shared_keys: BTreeMap<String, String>,
    /// `OPT_OUT_WORDS`: the words by which contacts opt out where Twilio does not decide. `None` for the built-in list.
    pub opt_out_words: Option<Vec<String>>,
    /// Our senders.
    pub senders: Senders,
    /// `TWILIO_API_URL`: `https://api.twilio.com` for the real Twilio, or another URL with `{product}`.
    ///
    /// Without it, Twilio is simulated.
    pub twilio_api_url: Option<String>,
    /// `PUBLIC_URL`: the URL at which the real Twilio reaches this machine, without a slash at the end.
    pub public_url: Option<String>,
    /// `APP_USERNAME`: the name of the first admin.
    pub username: Username,
    /// `APP_PASSWORD`: the password of the first admin.
    pub password: String,
    /// `PARTYLINE_INSTALL_KEY`: 64 hexadecimal digits.
    pub install_key: String,
    /// `PORT`: the port to listen on.
    pub port: u16,
}

impl Settings {
    /// Returns the published settings, which are the defaults without a `.env`.
    pub fn published() -> Result<Self, SettingsError> {
        let published = published_values()?;
        Self::from_values(|name| published.get(name).cloned())
    }

    /// Loads the settings from `environment`, then the `.env` in `folder`, then the published ones.
    pub fn load(
        folder: &Path,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        let path = folder.join(".env");
        let file_values = match std::fs::File::open(&path) {
            Ok(file) => parse_env_lines(file).map_err(|_| SettingsError::File { path })?,
            Err(_) => HashMap::new(),
        };
        let published = published_values()?;
        let configured = |name: &str| environment(name).or_else(|| file_values.get(name).cloned());
        let is_real_account = configured("TWILIO_API_URL").is_some_and(|url| !url.is_empty());
        Self::from_values(|name| match configured(name) {
            // An empty value, or a missing one with a real account, means no such sender.
            Some(value)
                if value.is_empty() && CHANNELS.iter().any(|(channel, _)| *channel == name) =>
            {
                None
            }
            None if is_real_account && CHANNELS.iter().any(|(channel, _)| *channel == name) => None,
            value => {
                let layers = [value, file_values.get(name).cloned(), published.get(name).cloned()];
                layers.into_iter().flatten().find(|value| !value.is_empty())
            }
        })
    }

    fn from_values(value: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let required = |name: &'static str| required(&value, name);
        let port = required("PORT")?.parse();
        Ok(Self {
            account_sid: required("TWILIO_ACCOUNT_SID")?,
            auth_token: required("TWILIO_AUTH_TOKEN")?,
            previous_auth_token: value("TWILIO_AUTH_TOKEN_PREVIOUS"),
            shared_keys: parse_shared_keys(&value("TWILIO_SHARED_KEYS").unwrap_or_default())?,
            opt_out_words: value("OPT_OUT_WORDS").map(|words| parse_list(&words)),
            senders: Senders::from_values(&value)?,
            twilio_api_url: value("TWILIO_API_URL").map(check_twilio_url).transpose()?,
            public_url: value("PUBLIC_URL").map(|url| parse_base_url(&url)).transpose()?,
            username: Username::parse(&required("APP_USERNAME")?).ok_or(SettingsError::Value {
                name: "APP_USERNAME",
                message: "must have 1 to 64 letters, digits, dots, hyphens, underscores, @ or +",
            })?,
            password: required("APP_PASSWORD")?,
            install_key: required("PARTYLINE_INSTALL_KEY")?,
            port: port.map_err(|_| SettingsError::Value {
                name: "PORT",
                message: "must be a number between 0 and 65535",
            })?,
        })
    }

    /// Returns what to set at the real Twilio, or `None` if Twilio is simulated.
    pub fn twilio_setup_hint(&self) -> Option<String> {
        self.twilio_api_url.as_ref()?;
        Some(match &self.public_url {
            Some(url) => format!(
                "Set these URLs at Twilio:\n    Incoming messages (POST)    {url}/twilio/messages#rc=5&rp=all\n    \
                 Event Streams sink          {url}/twilio/events"
            ),
            None => "Set PUBLIC_URL to a URL at which Twilio can reach this machine, for example a tunnel. \
                     Until then no messages arrive."
                .to_owned(),
        })
    }

    /// Rejects published secrets with `--lan` and with the real Twilio.
    pub fn check_secrets(&self, lan: bool) -> Result<(), SettingsError> {
        let purpose = match (lan, &self.twilio_api_url) {
            (true, _) => "starting with --lan",
            (_, Some(_)) => "using the real Twilio",
            _ => return Ok(()),
        };
        let published = Self::published()?;
        let secrets = [
            ("TWILIO_AUTH_TOKEN", self.auth_token == published.auth_token),
            ("APP_PASSWORD", self.password == published.password),
            ("PARTYLINE_INSTALL_KEY", self.install_key == published.install_key),
        ];
        let names: Vec<_> = secrets
            .into_iter()
            .filter(|(_, is_published)| *is_published)
            .map(|(name, _)| name)
            .collect();
        if names.is_empty() {
            return Ok(());
        }
        Err(SettingsError::Published { names: names.join(", "), purpose })
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Settings").field("number", &self.senders.number).finish_non_exhaustive()
    }
}

/// Parses keys by ID: `webhooks_sharedkey_…=secret`.
fn parse_shared_keys(text: &str) -> Result<BTreeMap<String, String>, SettingsError> {
    let parse_entry = |entry: String| {
        let (id, secret) = entry.split_once('=')?;
        let is_complete = !id.is_empty() && !secret.is_empty();
        is_complete.then(|| (id.to_owned(), secret.to_owned()))
    };
    let message = "must be a list of id=secret pairs; see .env.example";
    let keys = parse_list(text).into_iter().map(parse_entry).collect::<Option<_>>();
    keys.ok_or(SettingsError::Value { name: "TWILIO_SHARED_KEYS", message })
}

fn check_twilio_url(url: String) -> Result<String, SettingsError> {
    match ProductUrls::parse(&url) {
        Some(_) => Ok(url),
        None => {
            Err(SettingsError::Value { name: "TWILIO_API_URL", message: ProductUrls::EXPECTED })
        }
    }
}

fn parse_base_url(url: &str) -> Result<String, SettingsError> {
    let message = "must be a URL, for example https://partyline.example.com";
    let to_error = |_| SettingsError::Value { name: "PUBLIC_URL", message };
    Url::parse(url).map_err(to_error)?;
    Ok(url.trim_end_matches('/').to_owned())
}

fn published_values() -> Result<HashMap<String, String>, SettingsError> {
    parse_env_lines(PUBLISHED.as_bytes())
        .map_err(|_| SettingsError::File { path: ".env.example".into() })
}

fn parse_env_lines(reader: impl std::io::Read) -> Result<HashMap<String, String>, dotenvy::Error> {
    dotenvy::from_read_iter(reader).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_env_file_the_published_settings_apply() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::load(folder.path(), |_| None).unwrap();
        assert_eq!(settings.account_sid, "AC00000000000000000000000000000000");
        assert_eq!(settings.senders.number, "+18555080989");
        assert_eq!((settings.username.as_str(), settings.port), ("admin", 3000));
        assert_eq!(settings.twilio_api_url, None);
    }

    #[test]
    fn the_environment_overrides_the_file_and_the_file_overrides_the_published() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "PORT=4000\nAPP_USERNAME=\"Anna.B\"\n").unwrap();
        let from = |name: &str| (name == "PORT").then(|| "5000".to_owned());
        let settings = Settings::load(folder.path(), from).unwrap();
        assert_eq!((settings.port, settings.username.as_str()), (5000, "anna.b"));
        let environment = |name: &str| (name == "PORT").then(|| "x".to_owned());
        let error = Settings::load(folder.path(), environment).unwrap_err();
        assert_eq!(error.to_string(), "PORT must be a number between 0 and 65535");
        let environment = |name: &str| (name == "APP_USERNAME").then(|| "anna b".to_owned());
        let error = Settings::load(folder.path(), environment).unwrap_err().to_string();
        assert!(error.starts_with("APP_USERNAME must have 1 to 64 letters"), "{error}");
    }

    #[test]
    fn each_channel_has_a_default_sender_unless_disabled_or_the_account_is_real() {
        let folder = tempfile::tempdir().unwrap();
        let load = |pairs: &'static [(&'static str, &'static str)]| {
            let environment =
                |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
            Settings::load(folder.path(), environment)
        };
        let published = [
            "+18555080989",
            "whatsapp:+18555080990",
            "messenger:110000000000001",
            "rcs:partyline_demo_agent",
        ];
        assert_eq!(load(&[]).unwrap().senders.addresses(), published);
        let settings = load(&[
            ("WHATSAPP_ID", "+12065550100, whatsapp:+12065550101"),
            ("FACEBOOK_MESSENGER_ID", ""),
            ("RCS_SENDER_ID", ""),
            ("TWILIO_NUMBERS", "+12065550102"),
        ]);
        let senders = settings.unwrap().senders.addresses();
        assert_eq!(senders[1], "+12065550102");
        assert_eq!(senders[2..], ["whatsapp:+12065550100", "whatsapp:+12065550101"]);
        let with_account = load(&[("TWILIO_API_URL", "https://api.twilio.com")]).unwrap();
        assert_eq!(with_account.senders.addresses(), ["+18555080989"]);
        let error = load(&[("TWILIO_API_URL", "https://twilio.com")]).unwrap_err().to_string();
        assert!(error.starts_with("TWILIO_API_URL must be https://api.twilio.com"), "{error}");
        let error = load(&[("WHATSAPP_ID", "whatsapp:+1")]).unwrap_err().to_string();
        assert!(error.starts_with("WHATSAPP_ID must be a sender"), "{error}");
    }

    #[test]
    fn shared_keys_have_an_id_and_a_secret() {
        let keys = parse_shared_keys("webhooks_sharedkey_1=one, webhooks_sharedkey_2=t=o").unwrap();
        assert_eq!(keys["webhooks_sharedkey_1"], "one");
        assert_eq!(keys["webhooks_sharedkey_2"], "t=o");
        for entry in ["webhooks_sharedkey_1", "=one", "webhooks_sharedkey_1="] {
            let error = parse_shared_keys(entry).unwrap_err().to_string();
            assert!(error.starts_with("TWILIO_SHARED_KEYS must be a list"), "{entry}: {error}");
        }
    }

    #[test]
    fn with_the_real_twilio_the_setup_hint_names_the_webhook_urls() {
        let mut settings = Settings::published().unwrap();
        assert_eq!(settings.twilio_setup_hint(), None);
        settings.twilio_api_url = Some("https://api.twilio.com".to_owned());
        assert!(settings.twilio_setup_hint().unwrap().contains("Set PUBLIC_URL"));
        settings.public_url = Some("https://desk.example.com".to_owned());
        let hint = settings.twilio_setup_hint().unwrap();
        for address in ["/twilio/messages#rc=5&rp=all", "/twilio/events"] {
            assert!(hint.contains(&format!("https://desk.example.com{address}")), "{hint}");
        }
    }

    #[test]
    fn published_secrets_are_rejected_on_the_network() {
        let mut settings = Settings::published().unwrap();
        settings.check_secrets(false).unwrap();
        let error = settings.check_secrets(true).unwrap_err().to_string();
        assert!(error.contains("TWILIO_AUTH_TOKEN, APP_PASSWORD, PARTYLINE_INSTALL_KEY in .env"));
        settings.twilio_api_url = Some("https://api.twilio.com".to_owned());
        assert!(settings.check_secrets(false).is_err());
        settings.auth_token = "mine".to_owned();
        settings.password = "mine".to_owned();
        settings.install_key = "00".repeat(32);
        settings.check_secrets(true).unwrap();
    }
}
