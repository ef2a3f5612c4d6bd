//! What a local system is started with: the command line, the settings of `.env`, and what tests choose.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Parser;
use reqwest::Url;
use shared::clock::ShiftClock;
use shared::fault::Faults;
use shared::ids::{Ids, RandomIds};
use shared::lambda::Function;

use crate::template::Grant;

/// The settings that hold without a `.env`. They are published.
const PUBLISHED: &str = include_str!("../../.env.example");

/// Runs the whole of Partyline on this machine: the desk, the phones, DynamoDB, the functions, and Twilio, simulated.
#[derive(Debug, Clone, Parser)]
#[command(name = "partyline", disable_version_flag = true)]
pub struct CommandLine {
    /// Keep nothing: the state lives in memory and ends with the program
    #[arg(long)]
    pub memory: bool,
    /// Listen on this port instead of PORT of the settings
    #[arg(long)]
    pub port: Option<u16>,
    /// Throw the kept state away first
    #[arg(long)]
    pub reset: bool,
    /// Let other machines of your network in, a real phone for example; needs secrets of your own in `.env`
    #[arg(long)]
    pub lan: bool,
    /// Send the functions' events to `cargo lambda watch` at this address instead of running them here
    #[arg(long, value_name = "URL")]
    pub invoke: Option<Url>,
}

/// What stands in `.env`, or in the environment, or else is published.
#[derive(Clone)]
pub struct Settings {
    /// `TWILIO_ACCOUNT_SID`.
    pub account_sid: String,
    /// `TWILIO_AUTH_TOKEN`.
    pub auth_token: String,
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
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: dotenvy::Error,
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
            Ok(file) => lines(file).map_err(|source| SettingsError::File { path, source })?,
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

/// Everything that a local system is started with.
#[derive(Clone)]
pub struct Options {
    /// The project's folder: `template.yaml`, `frontend/dist`.
    pub root: PathBuf,
    /// Another template than the project's.
    pub template: Option<PathBuf>,
    /// Where the state is kept; none keeps nothing.
    pub state: Option<PathBuf>,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// Whether other machines are let in.
    pub lan: bool,
    /// Secrets and names.
    pub settings: Settings,
    /// The handlers.
    pub functions: Vec<Function>,
    /// Time, for everything in the system.
    pub clock: ShiftClock,
    /// Randomness, for everything in the system.
    pub ids: Arc<dyn Ids>,
    /// The functions' fault points.
    pub faults: Faults,
    /// Where events are sent instead of running the functions here.
    pub invoke_url: Option<Url>,
    /// Grants that are taken away from their functions.
    pub removed: Vec<(String, Grant)>,
}

impl Options {
    /// A system in memory on a free port with the published settings: what a test starts from.
    pub fn in_memory(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            template: None,
            state: None,
            port: 0,
            lan: false,
            settings: Settings::published(),
            functions: functions::FUNCTIONS.to_vec(),
            clock: ShiftClock::new(),
            ids: Arc::new(RandomIds),
            faults: Faults::default(),
            invoke_url: None,
            removed: Vec::new(),
        }
    }

    /// What `line` and `settings` ask for, in the project's folder `root`.
    pub fn of(line: &CommandLine, root: PathBuf, settings: Settings) -> Self {
        let state = (!line.memory).then(|| root.join(".partyline"));
        Self {
            state,
            port: line.port.unwrap_or(settings.port),
            lan: line.lan,
            invoke_url: line.invoke.clone(),
            settings,
            ..Self::in_memory(root)
        }
    }
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

    #[test]
    fn the_command_line_is_understood() {
        let line = CommandLine::try_parse_from(["partyline", "--memory", "--port", "0", "--lan"]);
        let options = Options::of(&line.unwrap(), "/x".into(), Settings::published());
        assert_eq!((options.state, options.port, options.lan), (None, 0, true));
        let line = CommandLine::try_parse_from(["partyline"]).unwrap();
        let options = Options::of(&line, "/x".into(), Settings::published());
        assert_eq!((options.state, options.port), (Some("/x/.partyline".into()), 3000));
    }
}
