//! The command-line flags of the program, and how it stops.
//!
//! `--lan` listens on the whole network, which a test must not do. Only its rejection is tested here; the module `lan`
//! tests it in a separate network.

use std::path::Path;
use std::process::Output;

use clap::CommandFactory as _;
use local::CommandLine;
use tokio::process::Command;

use super::fixture::ANNA;
use super::program::{ExternalClient, Program, build_binary, new_work_folder};
use crate::support::port::free_port;
use crate::support::{BUSINESS_NUMBER, wait_for, with_timeout};

/// Runs the program until it ends.
async fn run_program(folder: &Path, flags: &[&str]) -> Output {
    let mut command = Command::new(build_binary().await);
    command.current_dir(folder).args(flags).env_clear().kill_on_drop(true);
    with_timeout("the program to end", command.output()).await.unwrap()
}

#[tokio::test]
async fn help_lists_every_flag_and_an_unknown_flag_is_rejected() {
    let folder = new_work_folder();
    let help = run_program(folder.path(), &["--help"]).await;
    assert!(help.status.success());
    let help_text = String::from_utf8(help.stdout).unwrap();
    let command = CommandLine::command();
    let flags: Vec<_> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
    assert_eq!(flags.len(), 6);
    for flag in flags {
        assert!(help_text.contains(&format!("--{flag}")), "{help_text}");
    }
    let unknown_flag = run_program(folder.path(), &["--resett"]).await;
    assert_eq!(unknown_flag.status.code(), Some(2));
    assert!(String::from_utf8(unknown_flag.stderr).unwrap().contains("--resett"));
}

#[tokio::test]
async fn ctrl_c_stops_cleanly_state_is_restored_and_reset_deletes_it() {
    let (binary, folder, port) = (build_binary().await, new_work_folder(), free_port());
    let first = Program::start(&binary, folder.path(), port).await;
    let client = ExternalClient::sign_in(&first, port).await;
    client.type_on_phone(ANNA, BUSINESS_NUMBER, "Keep this").await;
    wait_for("the text to be on the desk", || async {
        client.conversations().await.first().cloned()
    })
    .await;
    let (exit_status, output) = first.interrupt().await;
    assert_eq!(exit_status.code(), Some(0), "{output}");
    assert!(output.contains("Stopping"), "{output}");

    let second = Program::start(&binary, folder.path(), port).await;
    let restored = ExternalClient::sign_in(&second, port).await.conversations().await;
    assert_eq!(restored[0]["preview"]["body"], "Keep this");
    assert_eq!(second.interrupt().await.0.code(), Some(0));

    let third = Program::start_with(&binary, folder.path(), port, &["--reset"]).await;
    assert!(ExternalClient::sign_in(&third, port).await.conversations().await.is_empty());
    assert_eq!(third.interrupt().await.0.code(), Some(0));
}

#[tokio::test]
async fn demo_loads_conversations_and_memory_saves_no_state() {
    let (folder, port) = (new_work_folder(), free_port());
    let flags = ["--demo", "--memory"];
    let program = Program::start_with(&build_binary().await, folder.path(), port, &flags).await;
    let conversations = ExternalClient::sign_in(&program, port).await.conversations().await;
    assert!(conversations.len() >= 10, "{} conversations", conversations.len());
    assert!(conversations.iter().any(|conversation| conversation["unread_count"] != 0));
    assert_eq!(program.interrupt().await.0.code(), Some(0));
    assert!(!folder.path().join(".partyline").exists());
}

#[tokio::test]
async fn lan_is_rejected_with_the_published_secrets_and_names_them() {
    let folder = new_work_folder();
    let rejected = run_program(folder.path(), &["--lan", "--memory", "--port", "0"]).await;
    assert_eq!(rejected.status.code(), Some(1));
    let output = String::from_utf8(rejected.stdout).unwrap();
    for name in ["TWILIO_AUTH_TOKEN", "APP_PASSWORD", "PARTYLINE_INSTALL_KEY", ".env", "--lan"] {
        assert!(output.contains(name), "{output}");
    }
    assert!(!output.contains("running at"), "{output}");
}
