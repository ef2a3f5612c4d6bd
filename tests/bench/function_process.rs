//! One function in a process of its own, as in Lambda: one thread, events in sequence.

use std::process::Stdio;
use std::sync::Arc;

use jiff::Timestamp;
use local::System;
use shared::clock::SystemClock;
use shared::fault::FaultPoints;
use shared::ids::RandomIds;
use shared::lambda::{Environment, InvocationContext, Setup};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines, stdin};
use tokio::process::{Child, ChildStdout, Command};

/// A function in a separate process.
pub struct FunctionProcess {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl FunctionProcess {
    /// Starts the function with the environment that `system` prints for `cargo lambda watch`.
    pub async fn start(system: &System, function: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["function", function])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut process = Self { child, lines };
        let environment = serde_json::to_string(system.remote_environment()).unwrap();
        assert_eq!(process.request(&environment).await, "ready");
        process
    }

    /// Writes a line to the process and returns its response.
    pub async fn request(&mut self, line: &str) -> String {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(format!("{line}\n").as_bytes()).await.unwrap();
        self.lines.next_line().await.unwrap().unwrap()
    }

    /// Returns a memory field in kilobytes.
    pub fn memory(&self, field: &str) -> f64 {
        let path = format!("/proc/{}/status", self.child.id().unwrap());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find(|line| line.starts_with(field)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Returns the CPU time in seconds, user and system.
    pub fn cpu(&self) -> f64 {
        crate::report::cpu_seconds(self.child.id().unwrap())
    }

    /// Ends the process.
    pub async fn stop(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Runs a function on standard input and output.
///
/// The first line is the environment. Each further line is an event, whose response is written as one line.
pub async fn run(name: &str) {
    let function = functions::FUNCTIONS.iter().find(|candidate| candidate.name == name).unwrap();
    let mut lines = BufReader::new(stdin()).lines();
    let variables = lines.next_line().await.unwrap().unwrap();
    let setup = Setup {
        environment: Environment::from_map(serde_json::from_str(&variables).unwrap()),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        faults: FaultPoints::default(),
    };
    let handler = (function.build)(setup).await.unwrap();
    println!("ready");
    while let Some(event) = lines.next_line().await.unwrap() {
        let context = InvocationContext { request_id: String::new(), deadline: Timestamp::MAX };
        println!("{}", handler(serde_json::from_str(&event).unwrap(), context).await.unwrap());
    }
}
