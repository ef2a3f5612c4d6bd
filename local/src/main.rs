//! Runs Partyline on this machine until Ctrl-C.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;
use local::{CommandLine, Options, Settings, System, SystemError};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

#[tokio::main]
async fn main() -> ExitCode {
    let line = CommandLine::parse();
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(log_filter()).with(log).init();
    match run(&line).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("Partyline did not start: {error}."));
            let mut cause = std::error::Error::source(&error);
            while let Some(reason) = cause {
                say(&format!("  because {reason}"));
                cause = reason.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// Returns what is logged: what `RUST_LOG` names, otherwise warnings and the local system's own lines.
#[expect(clippy::disallowed_methods, reason = "the log begins before the settings are read")]
fn log_filter() -> Targets {
    let wanted = std::env::var("RUST_LOG").ok().and_then(|targets| targets.parse().ok());
    wanted.unwrap_or_else(|| {
        Targets::new().with_default(LevelFilter::WARN).with_target("local", LevelFilter::INFO)
    })
}

async fn run(line: &CommandLine) -> Result<(), SystemError> {
    let root = project_folder();
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks for it")]
    let settings = Settings::read(&root, |name| std::env::var(name).ok())?;
    let options = Options::of(line, root, settings);
    let state = options.state.clone();
    if let (true, Some(folder)) = (line.reset, &state) {
        System::reset(folder)?;
    }
    let system = System::start(options).await?;
    system.warm_up().await?;
    if line.invoke.is_some() {
        tell_environment(&system);
    }
    announce(&system, state.as_deref()).await?;
    told_to_stop().await;
    say("\nStopping …");
    tokio::select! {
        () = system.stop() => {}
        // Told twice: what was kept is kept, nothing more is waited for.
        () = told_to_stop() => {}
    }
    Ok(())
}

/// Prints what the functions need in `cargo lambda watch`; the ports change with every start.
fn tell_environment(system: &System) {
    say("\nThe functions are expected elsewhere. Give them this environment (--env-file):\n");
    for (name, value) in system.outside_environment() {
        say(&format!("{name}={value}"));
    }
}

/// Waits for Ctrl-C, or for a `kill` without a number.
async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminated.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    // Without a signal handler there is nothing to wait for but the end.
    drop(tokio::signal::ctrl_c().await);
}

/// The nearest folder upwards that holds the template.
fn project_folder() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let found = here.ancestors().find(|folder| folder.join("template.yaml").is_file());
    found.unwrap_or(&here).to_owned()
}

async fn announce(system: &System, state: Option<&Path>) -> Result<(), SystemError> {
    let kept = state.map_or_else(
        || "nowhere; it ends with the program".to_owned(),
        |folder| folder.display().to_string(),
    );
    let at_twilio = system.settings().at_twilio();
    let at_twilio = at_twilio.map(|lines| format!("\n\n  {lines}")).unwrap_or_default();
    let simulated = system.twilio().map(|twilio| {
        let url = twilio.url();
        format!("\n  Twilio's API, simulated      {url}")
    });
    let guests = system.phone_link();
    let guests = guests.map(|link| format!("\n  A real phone, once           {link}"));
    say(&format!(
        "
Partyline is running at {url}

  Desk and phones, signed in   {link}
  Phones                       {url}/phones{guests}{simulated}
  State is kept in             {kept}{at_twilio}

Ctrl-C ends it.",
        url = system.url(),
        guests = guests.unwrap_or_default(),
        simulated = simulated.unwrap_or_default(),
        link = system.sign_in_link().await?,
    ));
    Ok(())
}

/// Prints one line for the person at the terminal.
fn say(text: &str) {
    // A closed terminal is no reason to stop.
    drop(writeln!(std::io::stdout(), "{text}"));
}
