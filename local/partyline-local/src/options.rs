//! The options of a local system, from the command line and from tests.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use reqwest::Url;
use shared::clock::OffsetClock;
use shared::fault::FaultPoints;
use shared::ids::{Ids, RandomIds};
use shared::lambda::Function;

use crate::settings::{Settings, SettingsError};
use aws_emulator::template::Grant;

/// Runs Partyline on this machine: desk, phones, functions, DynamoDB and a simulated Twilio
#[derive(Debug, Clone, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent command-line flag")]
#[command(name = "partyline", disable_version_flag = true)]
pub struct CommandLine {
    /// Keep state in memory only
    #[arg(long)]
    pub memory: bool,
    /// Port to listen on (overrides PORT)
    #[arg(long)]
    pub port: Option<u16>,
    /// Delete saved state before starting
    #[arg(long)]
    pub reset: bool,
    /// Load demo conversations (three days of a bicycle shop); keeps existing data
    #[arg(long)]
    pub demo: bool,
    /// Allow access from other machines on your network; requires your own secrets in `.env`
    #[arg(long)]
    pub lan: bool,
    /// Invoke the functions at this URL (`cargo lambda watch`) instead of running them here
    #[arg(long, value_name = "URL")]
    pub invoke: Option<Url>,
}

/// The options of a local system.
#[derive(Clone)]
pub struct Options {
    /// The project's folder with `template.yaml` and `frontend/dist`.
    pub root: PathBuf,
    /// A template instead of the project's.
    pub template: Option<PathBuf>,
    /// The folder of the state.
    ///
    /// Without it, state is in memory only.
    pub state: Option<PathBuf>,
    /// The port. 0 selects a free one.
    pub port: u16,
    /// Whether to load the demo.
    pub demo: bool,
    /// Whether other machines on the network have access.
    pub lan: bool,
    /// The secrets and names.
    pub settings: Settings,
    /// The handlers.
    pub functions: Vec<Function>,
    /// The clock of the whole system.
    pub clock: OffsetClock,
    /// The source of IDs and random numbers of the whole system.
    pub ids: Arc<dyn Ids>,
    /// The functions' fault points.
    pub faults: FaultPoints,
    /// The URL to which events are sent instead of running the functions here.
    pub invoke_url: Option<Url>,
    /// Grants that are removed from their functions.
    pub removed_grants: Vec<(String, Grant)>,
}

impl Options {
    /// Returns the options of tests: in memory, on a free port, with the published settings.
    pub fn in_memory(root: impl Into<PathBuf>) -> Result<Self, SettingsError> {
        Ok(Self::new(root.into(), Settings::published()?))
    }

    fn new(root: PathBuf, settings: Settings) -> Self {
        Self {
            root,
            template: None,
            state: None,
            port: 0,
            demo: false,
            lan: false,
            settings,
            functions: functions::FUNCTIONS.to_vec(),
            clock: OffsetClock::new(),
            ids: Arc::new(RandomIds),
            faults: FaultPoints::default(),
            invoke_url: None,
            removed_grants: Vec::new(),
        }
    }

    /// Returns the options that the command line and the settings require, in the project's folder `root`.
    pub fn from_command_line(
        command_line: &CommandLine,
        root: PathBuf,
        settings: Settings,
    ) -> Self {
        let state = (!command_line.memory).then(|| root.join(".partyline"));
        Self {
            state,
            port: command_line.port.unwrap_or(settings.port),
            demo: command_line.demo,
            lan: command_line.lan,
            invoke_url: command_line.invoke.clone(),
            ..Self::new(root, settings)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_line_options_are_parsed() {
        let command_line =
            CommandLine::try_parse_from(["partyline", "--memory", "--port", "0", "--lan"]);
        let options = Options::from_command_line(
            &command_line.unwrap(),
            "/x".into(),
            Settings::published().unwrap(),
        );
        assert_eq!((options.state, options.port, options.lan), (None, 0, true));
        let command_line = CommandLine::try_parse_from(["partyline"]).unwrap();
        let options =
            Options::from_command_line(&command_line, "/x".into(), Settings::published().unwrap());
        assert_eq!((options.state, options.port), (Some("/x/.partyline".into()), 3000));
    }
}
