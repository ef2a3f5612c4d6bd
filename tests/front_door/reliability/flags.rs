//! The program's flags, given to the program itself, and how it ends.
//!
//! `--lan` listens to the whole network, which a test must not do here: only its refusal is tried, before anything listens.
//! What it opens is tried on a network of its own (`lan`).

use std::path::Path;
use std::process::Output;

use clap::CommandFactory as _;
use local::CommandLine;
use tokio::process::Command;

use super::program::{Program, Visitor, binary, folder};
use super::stage::ANNA;
use crate::desk::port::free_port;
use crate::desk::{OURS, in_time, until};

/// Runs it to its end.
async fn run(folder: &Path, flags: &[&str]) -> Output {
    let mut command = Command::new(binary().await);
    command.current_dir(folder).args(flags).env_clear().kill_on_drop(true);
    in_time("the program to end", command.output()).await.unwrap()
}

#[tokio::test]
async fn help_names_every_flag_and_a_flag_that_is_none_is_refused() {
    let folder = folder();
    let help = run(folder.path(), &["--help"]).await;
    assert!(help.status.success());
    let told = String::from_utf8(help.stdout).unwrap();
    let command = CommandLine::command();
    let flags: Vec<_> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
    assert_eq!(flags.len(), 6);
    for flag in flags {
        assert!(told.contains(&format!("--{flag}")), "{told}");
    }
    let odd = run(folder.path(), &["--resett"]).await;
    assert_eq!(odd.status.code(), Some(2));
    assert!(String::from_utf8(odd.stderr).unwrap().contains("--resett"));
}

#[tokio::test]
async fn ctrl_c_ends_it_cleanly_what_was_kept_is_there_again_and_reset_throws_it_away() {
    let (binary, folder, port) = (binary().await, folder(), free_port());
    let first = Program::start(&binary, folder.path(), port).await;
    let visitor = Visitor::of(&first, port).await;
    visitor.types(ANNA, OURS, "Keep this").await;
    until("the text to be on the desk", || async {
        visitor.conversations().await.first().cloned()
    })
    .await;
    let (ended, said) = first.interrupt().await;
    assert_eq!(ended.code(), Some(0), "{said}");
    assert!(said.contains("Stopping"), "{said}");

    let second = Program::start(&binary, folder.path(), port).await;
    let kept = Visitor::of(&second, port).await.conversations().await;
    assert_eq!(kept[0]["preview"]["body"], "Keep this");
    assert_eq!(second.interrupt().await.0.code(), Some(0));

    let third = Program::start_with(&binary, folder.path(), port, &["--reset"]).await;
    assert!(Visitor::of(&third, port).await.conversations().await.is_empty());
    assert_eq!(third.interrupt().await.0.code(), Some(0));
}

#[tokio::test]
async fn demo_fills_the_desk_and_memory_leaves_nothing_behind() {
    let (folder, port) = (folder(), free_port());
    let flags = ["--demo", "--memory"];
    let program = Program::start_with(&binary().await, folder.path(), port, &flags).await;
    let told = Visitor::of(&program, port).await.conversations().await;
    assert!(told.len() >= 10, "{} conversations", told.len());
    assert!(told.iter().any(|conversation| conversation["unread_count"] != 0));
    assert_eq!(program.interrupt().await.0.code(), Some(0));
    assert!(!folder.path().join(".partyline").exists());
}

#[tokio::test]
async fn lan_is_refused_with_the_published_secrets_and_names_them() {
    let folder = folder();
    let refused = run(folder.path(), &["--lan", "--memory", "--port", "0"]).await;
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stdout).unwrap();
    for name in ["TWILIO_AUTH_TOKEN", "APP_PASSWORD", "PARTYLINE_INSTALL_KEY", ".env", "--lan"] {
        assert!(said.contains(name), "{said}");
    }
    assert!(!said.contains("running at"), "{said}");
}
