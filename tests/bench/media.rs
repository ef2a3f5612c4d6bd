//! Files: what the function that moves them holds of them, and how soon a browser has their first byte.
//!
//! The function runs in a process of its own, as in Lambda: built from the same table, told the same event, its peers (the
//! tables, the bucket, the simulated Twilio) in this one.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Instant;

use functions::changes::handing::Handed;
use jiff::Timestamp;
use local::twilio::{MediaFault, Rule, Typed};
use local::{Options, System};
use reqwest::Client;
use serde_json::{Value, json};
use shared::clock::SystemClock;
use shared::conversation::ConversationId;
use shared::fault::Faults;
use shared::ids::{RandomIds, Ulid};
use shared::lambda::{Context, Environment, Setup};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines, stdin};
use tokio::process::{Child, ChildStdout, Command};

use crate::readers::Person;
use crate::report::{Table, Times, load, milliseconds, top};

const SIZES: [usize; 3] = [1 << 20, 5 << 20, 16 << 20];
const RUNS: usize = 3;
const READS: usize = 100;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// Each size, each in three fresh processes.
pub async fn measure() {
    let mut table = Table::begin(
        "media",
        "`BENCH=media make bench`: `fetch-media` in a process of its own (one thread, as in Lambda; profile `local`) moves a \
         picture from the simulated Twilio to the local bucket. Memory is the kernel's (`VmRSS` before the event, \
         `VmHWM` after it). First byte: `get-media`, then GET of its address until the first byte is there, 100 \
         times, one after the other.",
        &[
            "file MB",
            "run",
            "load before",
            "before MB",
            "peak MB",
            "more MB",
            "moved in ms",
            "first byte p50/p99 ms",
        ],
    );
    for size in SIZES {
        for run in 1..=RUNS {
            table.row(&one(size, run).await);
        }
    }
}

async fn one(size: usize, run: usize) -> Vec<String> {
    let before = load();
    let system = System::start(Options::in_memory(top())).await.unwrap();
    let handed = waiting(&system, size).await;
    let mut mover = Mover::start(&system).await;
    let idle = mover.memory("VmRSS");
    let began = Instant::now();
    let answer = mover.told(&serde_json::to_string(&handed).unwrap()).await;
    assert_eq!(answer, r#"{"pending":0}"#);
    let moved = began.elapsed();
    let peak = mover.memory("VmHWM");
    mover.child.kill().await.unwrap();
    let times = first_bytes(&system).await;
    system.stop().await;
    vec![
        (size >> 20).to_string(),
        run.to_string(),
        before,
        format!("{:.1}", idle / 1024.0),
        format!("{:.1}", peak / 1024.0),
        format!("{:.1}", (peak - idle) / 1024.0),
        milliseconds(moved),
        format!("{}/{}", times.at(500), times.at(990)),
    ]
}

/// A message whose picture is still to be fetched, and the claim of its job.
async fn waiting(system: &System, size: usize) -> Handed {
    let twilio = system.twilio().unwrap();
    // Fetched at once by the function in this process, it would be there already.
    twilio.script().on_media(Rule::next(MediaFault::Answer { status: 503 }));
    let mut picture = PNG.to_vec();
    picture.resize(size, 0x5a);
    let media = vec![twilio.keep_media("image/png", Some("large.png"), &picture).unwrap()];
    let (from, to) = ("+12065550123".to_owned(), system.settings().number.clone());
    twilio.send_from_phone(Typed { from, to, media, ..Typed::default() }).unwrap();
    twilio.settled().await;
    system.settle().await;
    let body = json!({
        "TableName": system.dynamodb().tables()[0].name,
        "FilterExpression": "begins_with(sk, :job)",
        "ExpressionAttributeValues": { ":job": { "S": "JOB#" } },
    });
    let found = system.dynamodb().call("local-admin", "Scan", body).await.unwrap();
    let part = |name: &str| {
        let text = found["Items"][0][name]["S"].as_str().unwrap();
        text.split_once('#').unwrap().1.to_owned()
    };
    let conversation: ConversationId = serde_json::from_value(part("pk").into()).unwrap();
    let id = Ulid::from_string(&part("sk")).unwrap();
    let job = system.store().job(&conversation, id).await.unwrap().unwrap();
    let job = system.store().claim(&job).await.unwrap().unwrap();
    Handed { conversation, job: job.id, step: job.step }
}

/// The function in a process of its own.
struct Mover {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Mover {
    async fn start(system: &System) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("mover")
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut mover = Self { child, lines };
        let environment = serde_json::to_string(system.outside_environment()).unwrap();
        assert_eq!(mover.told(&environment).await, "ready");
        mover
    }

    /// Its answer to a line.
    async fn told(&mut self, line: &str) -> String {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(format!("{line}\n").as_bytes()).await.unwrap();
        self.lines.next_line().await.unwrap().unwrap()
    }

    /// Kilobytes.
    fn memory(&self, field: &str) -> f64 {
        let path = format!("/proc/{}/status", self.child.id().unwrap());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find(|line| line.starts_with(field)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

/// Runs `fetch-media`: its environment from the first line of the input, an event from each other of the input, its answer as a line of the output.
pub async fn mover() {
    let function = functions::FUNCTIONS.iter().find(|one| one.name == "fetch-media").unwrap();
    let mut lines = BufReader::new(stdin()).lines();
    let variables = lines.next_line().await.unwrap().unwrap();
    let setup = Setup {
        environment: Environment::of(serde_json::from_str(&variables).unwrap()),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        faults: Faults::default(),
    };
    let handler = (function.build)(setup).await.unwrap();
    println!("ready");
    while let Some(event) = lines.next_line().await.unwrap() {
        let context = Context { request_id: String::new(), deadline: Timestamp::MAX };
        println!("{}", handler(serde_json::from_str(&event).unwrap(), context).await.unwrap());
    }
}

async fn first_bytes(system: &System) -> Times {
    let link = system.sign_in_token().await.unwrap();
    let person = Person::sign_in(system.url(), &link).await;
    let client = Client::builder().no_proxy().build().unwrap();
    let list: Value = person.get("/api/conversations").await;
    let id = list["conversations"][0]["conversation_id"].as_str().unwrap();
    let messages = person.get(&format!("/api/conversations/{id}/messages")).await;
    let message = messages["messages"][0]["message_id"].as_str().unwrap();
    let path = format!("/api/conversations/{id}/messages/{message}/media/0");
    let mut times = Vec::new();
    for _ in 0..READS {
        let began = Instant::now();
        let link = person.get(&path).await;
        let url = format!("{}{}", system.url(), link["url"].as_str().unwrap());
        let mut answer = client.get(url).send().await.unwrap().error_for_status().unwrap();
        assert!(answer.chunk().await.unwrap().is_some());
        times.push(began.elapsed());
    }
    Times::of(times)
}
