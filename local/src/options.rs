//! What a local system is started with: the command line, and what tests choose.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use reqwest::Url;
use shared::clock::ShiftClock;
use shared::fault::Faults;
use shared::ids::{Ids, RandomIds};
use shared::lambda::Function;

use crate::settings::Settings;
use crate::template::Grant;

/// Runs the whole of Partyline on this machine: the desk, the phones, DynamoDB, the functions, and Twilio, simulated.
#[derive(Debug, Clone, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that stands or does not")]
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
    /// Fill the desk with three days of a bicycle shop's texts; what is there already stays as it is
    #[arg(long)]
    pub demo: bool,
    /// Let other machines of your network in, a real phone for example; needs secrets of your own in `.env`
    #[arg(long)]
    pub lan: bool,
    /// Send the functions' events to `cargo lambda watch` at this address instead of running them here
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
            demo: false,
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
            demo: line.demo,
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
    fn the_command_line_is_understood() {
        let line = CommandLine::try_parse_from(["partyline", "--memory", "--port", "0", "--lan"]);
        let options = Options::of(&line.unwrap(), "/x".into(), Settings::published());
        assert_eq!((options.state, options.port, options.lan), (None, 0, true));
        let line = CommandLine::try_parse_from(["partyline"]).unwrap();
        let options = Options::of(&line, "/x".into(), Settings::published());
        assert_eq!((options.state, options.port), (Some("/x/.partyline".into()), 3000));
    }
}
