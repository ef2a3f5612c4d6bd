//! Runs Partyline on this machine until Ctrl-C.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;
use local::{CommandLine, Options, Settings, System, SystemError};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Functions, gateway and tables allocate much in one process: glibc's allocator takes a seventh of the CPU. SQLite uses
/// this one too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(log_filter()).with(log).init();
    match run(&command_line).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_line(&format!("Partyline failed to start: {error}."));
            let mut cause = std::error::Error::source(&error);
            while let Some(reason) = cause {
                print_line(&format!("  Caused by: {reason}"));
                cause = reason.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// Returns the log filter: `RUST_LOG` if set, otherwise warnings and the local system's own lines.
#[expect(clippy::disallowed_methods, reason = "the log begins before the settings are read")]
fn log_filter() -> Targets {
    let requested = std::env::var("RUST_LOG").ok().and_then(|targets| targets.parse().ok());
    requested.unwrap_or_else(|| {
        let local_crates = ["aws_emulator", "local", "twilio_simulator"];
        let own_lines = local_crates.map(|name| (name, LevelFilter::INFO));
        Targets::new().with_default(LevelFilter::WARN).with_targets(own_lines)
    })
}

async fn run(command_line: &CommandLine) -> Result<(), SystemError> {
    let root = project_dir();
    #[expect(clippy::disallowed_methods, reason = "the only place that reads the environment")]
    let settings = Settings::load(&root, |name| std::env::var(name).ok())?;
    let options = Options::from_command_line(command_line, root, settings);
    let state = options.state.clone();
    if let (true, Some(folder)) = (command_line.reset, &state) {
        System::reset(folder)?;
    }
    let system = System::start(options).await?;
    system.warm_up().await?;
    if command_line.invoke.is_some() {
        print_environment(&system);
    }
    print_startup_info(&system, state.as_deref()).await?;
    wait_for_shutdown().await;
    print_line("\nStopping…");
    tokio::select! {
        () = system.stop() => {}
        // A second signal exits at once. Everything that was acknowledged is stored.
        () = wait_for_shutdown() => {}
    }
    Ok(())
}

/// Prints the environment for `cargo lambda watch`.
///
/// Its ports change with every start.
fn print_environment(system: &System) {
    print_line(
        "\nFunctions run in another process. Start it with this environment (`--env-file`):\n",
    );
    for (name, value) in system.remote_environment() {
        print_line(&format!("{name}={value}"));
    }
}

/// Waits for Ctrl-C or SIGTERM.
async fn wait_for_shutdown() {
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
    // Without a SIGTERM handler, only Ctrl-C stops the program.
    drop(tokio::signal::ctrl_c().await);
}

/// Returns the nearest ancestor folder that contains the template.
fn project_dir() -> PathBuf {
    let current_dir = std::env::current_dir().unwrap_or_default();
    let root = current_dir.ancestors().find(|folder| folder.join("template.yaml").is_file());
    root.unwrap_or(&current_dir).to_owned()
}

async fn print_startup_info(system: &System, state: Option<&Path>) -> Result<(), SystemError> {
    let state_location = state.map_or_else(
        || "in memory, discarded on exit".to_owned(),
        |folder| folder.display().to_string(),
    );
    let setup_hint = system.settings().twilio_setup_hint();
    let setup_hint = setup_hint.map(|lines| format!("\n\n  {lines}")).unwrap_or_default();
    let twilio_line = system.twilio().map(|twilio| {
        let url = twilio.url();
        format!("\n  Simulated Twilio API         {url}")
    });
    let phone_link = system.phone_link();
    let access_line = phone_link.map(|link| format!("\n  Phone link (single use)      {link}"));
    print_line(&format!(
        "
Partyline is running at {url}

  Desk and phones (signed in)  {link}
  Phones                       {url}/phones{guests}{simulated}
  State                        {state_location}{setup_hint}

Press Ctrl-C to stop.",
        url = system.url(),
        guests = access_line.unwrap_or_default(),
        simulated = twilio_line.unwrap_or_default(),
        link = system.sign_in_link().await?,
    ));
    Ok(())
}

/// Prints one line on standard output.
fn print_line(text: &str) {
    // A closed terminal is no reason to stop.
    drop(writeln!(std::io::stdout(), "{text}"));
}
