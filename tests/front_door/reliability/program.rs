//! The real program: built, started in a folder of its own, killed.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::desk::{in_time, root};

/// The program, and the lines that it says.
pub(super) struct Program {
    /// The token of the sign-in link that it printed.
    pub(super) link: String,
    child: Child,
    _said: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts it in `folder` and waits until it says how to sign in.
    pub(super) async fn start(binary: &Path, folder: &Path, port: u16) -> Self {
        let mut command = Command::new(binary);
        command.current_dir(folder).args(["--port", &port.to_string()]);
        command.env_clear().kill_on_drop(true).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        in_time("the program to start", async {
            loop {
                let line = said.next_line().await.unwrap().expect("the program did not start");
                if let Some((_, link)) = line.split_once("#sign-in=") {
                    return Self { link: link.trim().to_owned(), child, _said: said };
                }
            }
        })
        .await
    }

    /// Kills it: no signal handler runs.
    pub(super) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// The program as this tree builds it.
pub(super) async fn binary() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let target = tests.ancestors().nth(3).unwrap().to_owned();
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(root()).args(["build", "--quiet", "--package", "partyline-local"]);
    let built = build.arg("--target-dir").arg(&target).status().await.unwrap();
    assert!(built.success());
    target.join("debug/partyline")
}

/// A folder with nothing but the template in it.
pub(super) fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(root().join("template.yaml"), folder.path().join("template.yaml")).unwrap();
    folder
}

/// A port that nobody listens on.
pub(super) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
