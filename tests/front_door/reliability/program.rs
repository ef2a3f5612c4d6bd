//! The real program: built, started in a folder of its own, called, told to stop, killed.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::desk::{Answer, document, in_time, root};

/// The program, and the lines that it says.
pub(super) struct Program {
    /// The token of the sign-in link that it printed.
    pub(super) link: String,
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts it in `folder` and waits until it says how to sign in.
    pub(super) async fn start(binary: &Path, folder: &Path, port: u16) -> Self {
        Self::start_with(binary, folder, port, &[]).await
    }

    /// The same with these flags.
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
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        in_time("the program to start", async {
            loop {
                let line = said.next_line().await.unwrap().expect("the program did not start");
                if let Some((_, link)) = line.split_once("#sign-in=") {
                    return Self { link: link.trim().to_owned(), child, said };
                }
            }
        })
        .await
    }

    /// Ctrl-C: how it ended, and what it said then.
    pub(super) async fn interrupt(mut self) -> (ExitStatus, String) {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
        in_time("the program to end", async {
            let mut said = String::new();
            while let Some(line) = self.said.next_line().await.unwrap() {
                said = said + &line + "\n";
            }
            (self.child.wait().await.unwrap(), said)
        })
        .await
    }

    /// Kills it: no signal handler runs.
    pub(super) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Somebody who calls the program from outside.
pub(super) struct Visitor {
    client: Client,
    url: String,
    access: String,
}

impl Visitor {
    /// Somebody who has followed the program's link.
    pub(super) async fn of(program: &Program, port: u16) -> Self {
        let client = Client::builder().no_proxy().build().unwrap();
        let url = format!("http://localhost:{port}");
        let mut visitor = Self { client, url, access: String::new() };
        let link = json!({ "link": program.link });
        let session = visitor.call(Method::POST, "/api/session", &link).await;
        session["access_token"].as_str().unwrap().clone_into(&mut visitor.access);
        visitor
    }

    /// The body of a good answer, which is as the document says where it is the people's API.
    pub(super) async fn call(&self, method: Method, path: &str, body: &Value) -> Value {
        let call = self.client.request(method.clone(), format!("{}{path}", self.url));
        let call = call.header("origin", &self.url);
        let call = if self.access.is_empty() { call } else { call.bearer_auth(&self.access) };
        let call = if body.is_null() { call } else { call.json(body) };
        let answer = Answer::of(call.send().await.unwrap()).await;
        if path.starts_with("/api/") {
            document::check(&method, path, &answer);
        }
        assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
        answer.body
    }

    /// The conversations on the desk.
    pub(super) async fn conversations(&self) -> Vec<Value> {
        let list = self.call(Method::GET, "/api/conversations", &Value::Null).await;
        list["conversations"].as_array().unwrap().clone()
    }

    /// Types a text on a phone that is put on the bench for it.
    pub(super) async fn types(&self, phone: &str, to: &str, body: &str) {
        let bench = json!({ "number": phone });
        self.call(Method::POST, "/phones/api/phones", &bench).await;
        let screen = format!("/phones/api/phones/{phone}/messages");
        self.call(Method::POST, &screen, &json!({ "to": to, "body": body })).await;
    }
}

/// The program as this tree builds it, by `PROGRAM` of the Makefile: other targets would be built with other features.
pub(super) async fn binary() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let target = tests.ancestors().nth(3).unwrap().to_owned();
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(root()).args(["build", "--quiet", "--package", "partyline-local"]);
    build.args(["--bin", "partyline", "--example", "simulator"]);
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
