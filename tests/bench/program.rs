//! The built program with its table on disk.

use std::path::Path;
use std::process::Stdio;

use aws_emulator::template::Template;
use local::{Options, System};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::report::project_root;

/// A running program.
pub struct Program {
    child: Child,
    folder: TempDir,
    /// The URL.
    pub url: String,
    /// The token of the printed sign-in link.
    pub sign_in_token: String,
}

impl Program {
    /// Starts the program of this checkout in a new folder below `target`, on a free port.
    pub async fn start() -> Self {
        Self::start_of(&project_root()).await
    }

    /// Starts the program of the checkout in `top`.
    pub async fn start_of(top: &Path) -> Self {
        let parent = project_root().join("target/bench");
        std::fs::create_dir_all(&parent).unwrap();
        let folder = tempfile::Builder::new().prefix("state-").tempdir_in(parent).unwrap();
        std::fs::copy(top.join("template.yaml"), folder.path().join("template.yaml")).unwrap();
        let mut child = Command::new(top.join("target/local/partyline"))
            .args(["--port", "0"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("target/local/partyline is not built");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut url, mut sign_in_token) = (String::new(), String::new());
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some(url_text) = line.split("running at ").nth(1) {
                url_text.clone_into(&mut url);
            }
            if let Some(token) = line.split("#sign-in=").nth(1) {
                token.clone_into(&mut sign_in_token);
            }
            if line.starts_with("Press Ctrl-C") {
                break;
            }
        }
        assert!(!sign_in_token.is_empty(), "it did not start");
        // The output must be read, or the program would block.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, folder, url, sign_in_token }
    }

    /// Returns `VmRSS` or `VmHWM` in megabytes, or a dash without `/proc`.
    pub fn memory(&self, field: &str) -> String {
        let path = format!("/proc/{}/status", self.child.id().unwrap_or(0));
        let status = std::fs::read_to_string(path).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(field));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        kilobytes
            .map_or("–".to_owned(), |kilobyte_count: u64| (kilobyte_count / 1024).to_string())
    }

    /// Returns the CPU time in seconds, user and system.
    pub fn cpu(&self) -> f64 {
        crate::report::cpu_seconds(self.child.id().unwrap_or(0))
    }

    /// Kills the program (`-9`) and returns the number of stored messages.
    pub async fn kill_and_count(mut self) -> usize {
        self.child.kill().await.unwrap();
        count_stored(self.folder.path()).await
    }

    /// Stops the program and deletes its folder.
    pub async fn stop(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Returns the number of messages in the table of a folder.
async fn count_stored(folder: &Path) -> usize {
    let options = Options {
        state: Some(folder.join(".partyline")),
        // Only the tables of the template are used here.
        template: Some(folder.join("template.yaml")),
        ..Options::in_memory(project_root()).unwrap()
    };
    let table = Template::load(&folder.join("template.yaml")).unwrap().tables.remove(0).name;
    let system = System::start(options).await.unwrap();
    let (mut count, mut start) = (0, Value::Null);
    loop {
        let mut body = json!({
            "TableName": table,
            "Select": "COUNT",
            "FilterExpression": "begins_with(sk, :message)",
            "ExpressionAttributeValues": { ":message": { "S": "MSG#" } },
        });
        if !start.is_null() {
            body["ExclusiveStartKey"] = start;
        }
        let response = system.dynamodb().call("local-admin", "Scan", body).await.unwrap();
        count += usize::try_from(response["Count"].as_u64().unwrap()).unwrap();
        start = response["LastEvaluatedKey"].clone();
        if start.is_null() {
            break;
        }
    }
    system.stop().await;
    count
}
