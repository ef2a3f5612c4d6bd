//! What a local system is started with: the command line, and what tests choose.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use reqwest::Url;
use shared::clock::OffsetClock;
use shared::fault::FaultPoints;
use shared::ids::{Ids, RandomIds};
use shared::lambda::Function;

use crate::settings::Settings;
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
    /// Let other machines of your network in, a real phone for example; needs secrets of your own in `.env`
    #[arg(long)]
    pub lan: bool,
    /// Invoke the functions at this URL (`cargo lambda watch`) instead of running them here
    #[arg(long, value_name = "URL")]
    pub invoke: Option<Url>,
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
    /// Whether the desk is filled with the demo's conversations.
    pub demo: bool,
    /// Whether other machines are let in.
    pub lan: bool,
    /// Secrets and names.
    pub settings: Settings,
    /// The handlers.
    pub functions: Vec<Function>,
    /// Time, for everything in the system.
    pub clock: OffsetClock,
    /// Randomness, for everything in the system.
    pub ids: Arc<dyn Ids>,
    /// The functions' fault points.
    pub faults: FaultPoints,
    /// Where events are sent instead of running the functions here.
    pub invoke_url: Option<Url>,
    /// Grants that are taken away from their functions.
    pub removed_grants: Vec<(String, Grant)>,
}

impl Options {
    /// A system in memory on a free port with the published settings: what a test starts from.
    pub fn in_memory(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            template: None,
            state: None,
            port: 0,
            demo: false,
            lan: false,
            settings: Settings::published(),
            functions: functions::FUNCTIONS.to_vec(),
            clock: OffsetClock::new(),
            ids: Arc::new(RandomIds),
            faults: FaultPoints::default(),
            invoke_url: None,
            removed_grants: Vec::new(),
        }
    }

    /// What `line` and `settings` ask for, in the project's folder `root`.
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
            settings,
            ..Self::in_memory(root)
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
        let options =
            Options::from_command_line(&command_line.unwrap(), "/x".into(), Settings::published());
        assert_eq!((options.state, options.port, options.lan), (None, 0, true));
        let command_line = CommandLine::try_parse_from(["partyline"]).unwrap();
        let options = Options::from_command_line(&command_line, "/x".into(), Settings::published());
        assert_eq!((options.state, options.port), (Some("/x/.partyline".into()), 3000));
    }
}
