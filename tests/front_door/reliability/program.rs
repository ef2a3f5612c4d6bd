//! Builds, starts, calls, stops and kills the real program.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::support::{TestResponse, document, project_root, with_timeout};

/// The running program and its output.
pub(super) struct Program {
    /// The token of the printed sign-in link.
    pub(super) sign_in_token: String,
    child: Child,
    output_lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts the program in `folder` and waits for the sign-in link.
    pub(super) async fn start(binary: &Path, folder: &Path, port: u16) -> Self {
        Self::start_with(binary, folder, port, &[]).await
    }

    /// Starts the program with flags.
    pub(super) async fn start_with(
        binary: &Path,
        folder: &Path,
        port: u16,
        flags: &[&str],
    ) -> Self {
        let mut command = Command::new(binary);
        command.current_dir(folder).args(["--port", &port.to_string()]).args(flags);
        command.env_clear().kill_on_drop(true).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut output_lines = BufReader::new(child.stdout.take().unwrap()).lines();
        with_timeout("the program to start", async {
            loop {
                let line =
                    output_lines.next_line().await.unwrap().expect("the program did not start");
                if let Some((_, token)) = line.split_once("#sign-in=") {
                    return Self { sign_in_token: token.trim().to_owned(), child, output_lines };
                }
            }
        })
        .await
    }

    /// Sends Ctrl-C. Returns the exit status and the remaining output.
    pub(super) async fn interrupt(mut self) -> (ExitStatus, String) {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
        with_timeout("the program to end", async {
            let mut output = String::new();
            while let Some(line) = self.output_lines.next_line().await.unwrap() {
                output = output + &line + "\n";
            }
            (self.child.wait().await.unwrap(), output)
        })
        .await
    }

    /// Kills the program without running a signal handler.
    pub(super) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// A client of the program.
pub(super) struct ExternalClient {
    client: Client,
    url: String,
    access_token: String,
}

impl ExternalClient {
    /// Creates a client that has signed in by the printed link.
    pub(super) async fn sign_in(program: &Program, port: u16) -> Self {
        let client = Client::builder().no_proxy().build().unwrap();
        let url = format!("http://localhost:{port}");
        let mut external_client = Self { client, url, access_token: String::new() };
        let credentials = json!({ "link_token": program.sign_in_token });
        let session = external_client.call(Method::POST, "/api/session", &credentials).await;
        session["access_token"].as_str().unwrap().clone_into(&mut external_client.access_token);
        external_client
    }

    /// Calls a route and returns the body of a successful response. API responses are checked against the document.
    pub(super) async fn call(&self, method: Method, path: &str, body: &Value) -> Value {
        let request = self.client.request(method.clone(), format!("{}{path}", self.url));
        let request = request.header("origin", &self.url);
        let request = if self.access_token.is_empty() {
            request
        } else {
            request.bearer_auth(&self.access_token)
        };
        let request = if body.is_null() { request } else { request.json(body) };
        let response = TestResponse::from_reqwest(request.send().await.unwrap()).await;
        if path.starts_with("/api/") {
            document::check_response(&method, path, &response);
        }
        assert!((200..300).contains(&response.status), "{path}: {response:?}");
        response.body
    }

    /// Returns the open conversations.
    pub(super) async fn conversations(&self) -> Vec<Value> {
        let list = self.call(Method::GET, "/api/conversations", &Value::Null).await;
        list["conversations"].as_array().unwrap().clone()
    }

    /// Adds a phone and sends a text from it.
    pub(super) async fn type_on_phone(&self, phone: &str, to: &str, body: &str) {
        let phone_body = json!({ "number": phone });
        self.call(Method::POST, "/phones/api/phones", &phone_body).await;
        let messages_path = format!("/phones/api/phones/{phone}/messages");
        self.call(Method::POST, &messages_path, &json!({ "to": to, "body": body })).await;
    }
}

/// Builds the program with `PROGRAM` of the Makefile, which selects the same features as `make`.
pub(super) async fn build_binary() -> PathBuf {
    let test_binary = std::env::current_exe().unwrap();
    let target_folder = test_binary.ancestors().nth(3).unwrap().to_owned();
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(project_root()).args(["build", "--quiet", "--package", "partyline-local"]);
    build.args(["--bin", "partyline"]);
    let status = build.arg("--target-dir").arg(&target_folder).status().await.unwrap();
    assert!(status.success());
    target_folder.join("debug/partyline")
}

/// Returns a folder that contains only the template.
pub(super) fn new_work_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(project_root().join("template.yaml"), folder.path().join("template.yaml"))
        .unwrap();
    folder
}
