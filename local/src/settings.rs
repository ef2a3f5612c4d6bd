//! Names and secrets: from the environment, from `.env`, or else as published in `.env.example`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use url::Url;

/// The settings that hold without a `.env`. They are published.
const PUBLISHED: &str = include_str!("../../.env.example");

/// What stands in `.env`, or in the environment, or else is published.
#[derive(Clone)]
pub struct Settings {
    /// `TWILIO_ACCOUNT_SID`.
    pub account_sid: String,
    /// `TWILIO_AUTH_TOKEN`.
    pub auth_token: String,
    /// `TWILIO_AUTH_TOKEN_PREVIOUS`: still good for webhooks while the new one takes over.
    pub previous_auth_token: Option<String>,
    /// `TWILIO_NUMBER`, E.164.
    pub number: String,
    /// `TWILIO_API_URL`: the real Twilio, or another's; without it Twilio is simulated.
    pub twilio_api_url: Option<String>,
    /// `PUBLIC_URL`: where the real Twilio reaches this machine; without a slash at the end.
    pub public_url: Option<String>,
    /// `APP_USERNAME`, the first admin.
    pub username: String,
    /// `APP_PASSWORD`.
    pub password: String,
    /// `PARTYLINE_INSTALL_KEY`, 64 hexadecimal digits.
    pub install_key: String,
    /// `PORT`.
    pub port: u16,
}

/// Settings that cannot be used, in a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is there and cannot be read.
    #[error("{} is not a list of NAME=value lines; compare it with .env.example", path.display())]
    File {
        /// The file. The reason is not told: it would quote the line, and with it a secret.
        path: PathBuf,
    },
    /// A value makes no sense.
    #[error("{name} {wrong}")]
    Value {
        /// The variable.
        name: &'static str,
        /// What is wrong.
        wrong: &'static str,
    },
    /// A published secret would face the world.
    #[error(
        "{names} still stand as published in .env.example; set your own in .env before {for_what}"
    )]
    Published {
        /// The variables.
        names: String,
        /// What was asked for.
        for_what: &'static str,
    },
}

impl Settings {
    /// The published settings: what holds without a `.env`.
    pub fn published() -> Self {
        let published = lines(PUBLISHED.as_bytes()).unwrap_or_default();
        Self::of(|name| published.get(name).cloned()).unwrap_or_else(|_| Self::blank())
    }

    /// The settings of `environment`, else of the `.env` in `folder`, else the published ones.
    pub fn read(
        folder: &Path,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        let path = folder.join(".env");
        let own = match std::fs::File::open(&path) {
            Ok(file) => lines(file).map_err(|_| SettingsError::File { path })?,
            Err(_) => HashMap::new(),
        };
        let published = lines(PUBLISHED.as_bytes()).unwrap_or_default();
        Self::of(|name| {
            let layers = [environment(name), own.get(name).cloned(), published.get(name).cloned()];
            layers.into_iter().flatten().find(|value| !value.is_empty())
        })
    }

    fn of(value: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let need = |name: &'static str| {
            value(name).ok_or(SettingsError::Value { name, wrong: "is not set" })
        };
        let port = need("PORT")?.parse();
        Ok(Self {
            account_sid: need("TWILIO_ACCOUNT_SID")?,
            auth_token: need("TWILIO_AUTH_TOKEN")?,
            previous_auth_token: value("TWILIO_AUTH_TOKEN_PREVIOUS"),
            number: need("TWILIO_NUMBER")?,
            twilio_api_url: value("TWILIO_API_URL"),
            public_url: value("PUBLIC_URL").map(|url| base(&url)).transpose()?,
            username: need("APP_USERNAME")?,
            password: need("APP_PASSWORD")?,
            install_key: need("PARTYLINE_INSTALL_KEY")?,
            port: port.map_err(|_| SettingsError::Value {
                name: "PORT",
                wrong: "must be a number between 0 and 65535",
            })?,
        })
    }

    fn blank() -> Self {
        let nothing = String::new;
        Self {
            account_sid: nothing(),
            auth_token: nothing(),
            previous_auth_token: None,
            number: nothing(),
            twilio_api_url: None,
            public_url: None,
            username: nothing(),
            password: nothing(),
            install_key: nothing(),
            port: 0,
        }
    }

    /// Refuses published secrets where somebody else could use them: on the network, and with the real Twilio.
    pub fn check_secrets(&self, lan: bool) -> Result<(), SettingsError> {
        let for_what = match (lan, &self.twilio_api_url) {
            (true, _) => "starting with --lan",
            (_, Some(_)) => "talking to the real Twilio",
            _ => return Ok(()),
        };
        let published = Self::published();
        let secrets = [
            ("TWILIO_AUTH_TOKEN", self.auth_token == published.auth_token),
            ("APP_PASSWORD", self.password == published.password),
            ("PARTYLINE_INSTALL_KEY", self.install_key == published.install_key),
        ];
        let names: Vec<_> =
            secrets.into_iter().filter(|(_, same)| *same).map(|(name, _)| name).collect();
        if names.is_empty() {
            return Ok(());
        }
        Err(SettingsError::Published { names: names.join(", "), for_what })
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Settings").field("number", &self.number).finish_non_exhaustive()
    }
}

fn base(url: &str) -> Result<String, SettingsError> {
    let wrong = "must be a URL, https://partyline.example.com for example";
    let refused = |_| SettingsError::Value { name: "PUBLIC_URL", wrong };
    Url::parse(url).map_err(refused)?;
    Ok(url.trim_end_matches('/').to_owned())
}

fn lines(reader: impl std::io::Read) -> Result<HashMap<String, String>, dotenvy::Error> {
    dotenvy::from_read_iter(reader).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_env_file_the_published_settings_hold() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::read(folder.path(), |_| None).unwrap();
        assert_eq!(settings.account_sid, "AC00000000000000000000000000000000");
        assert_eq!(settings.number, "+18555080989");
        assert_eq!((settings.username.as_str(), settings.port), ("admin", 3000));
        assert_eq!(settings.twilio_api_url, None);
    }

    #[test]
    fn the_environment_beats_the_file_and_the_file_the_published() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "PORT=4000\nAPP_USERNAME=\"anna b\"\n").unwrap();
        let from = |name: &str| (name == "PORT").then(|| "5000".to_owned());
        let settings = Settings::read(folder.path(), from).unwrap();
        assert_eq!((settings.port, settings.username.as_str()), (5000, "anna b"));
        let wrong = |name: &str| (name == "PORT").then(|| "x".to_owned());
        let error = Settings::read(folder.path(), wrong).unwrap_err();
        assert_eq!(error.to_string(), "PORT must be a number between 0 and 65535");
    }

    #[test]
    fn published_secrets_stay_on_this_machine() {
        let mut settings = Settings::published();
        settings.check_secrets(false).unwrap();
        let error = settings.check_secrets(true).unwrap_err().to_string();
        assert!(error.starts_with("TWILIO_AUTH_TOKEN, APP_PASSWORD, PARTYLINE_INSTALL_KEY still"));
        settings.twilio_api_url = Some("https://api.twilio.com".to_owned());
        assert!(settings.check_secrets(false).is_err());
        settings.auth_token = "mine".to_owned();
        settings.password = "mine".to_owned();
        settings.install_key = "00".repeat(32);
        settings.check_secrets(true).unwrap();
    }
}
