//! Media: the memory of `fetch-media`, and the time to the first byte of a download.
//!
//! The function runs in a separate process, as in Lambda. The tables, the bucket and the simulator are in this process.

use std::time::Instant;

use functions::job::JobRef;
use local::{Options, System};
use reqwest::Client;
use serde_json::{Value, json};
use shared::ids::EntryId;
use shared::outbox::OutboxHome;
use twilio_simulator::{FaultRule, MediaFault, PhoneInput};

use crate::function_process::FunctionProcess;
use crate::readers::BenchUser;
use crate::report::{ResultTable, Times, format_milliseconds, load_average, project_root};

const SIZES: [usize; 3] = [1 << 20, 5 << 20, 16 << 20];
const RUNS: usize = 3;
const FIRST_BYTE_READS: usize = 100;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// Runs each size three times, each time in a new process.
pub async fn measure() {
    let mut table = ResultTable::start(
        "media",
        "`BENCH=media make bench`: `fetch-media` in a process of its own (one thread, as in Lambda; profile `local`) \
         copies an image from the simulated Twilio to the local bucket. Memory is the kernel's (`VmRSS` before the \
         event, `VmHWM` after it). First byte: `get-media`, then GET of its URL until the first byte arrives, 100 \
         times in sequence.",
        &[
            "file MB",
            "run",
            "load before",
            "before MB",
            "peak MB",
            "increase MB",
            "copied in ms",
            "first byte p50/p99 ms",
        ],
    );
    for size in SIZES {
        for run in 1..=RUNS {
            table.row(&measure_run(size, run).await);
        }
    }
}

async fn measure_run(size: usize, run: usize) -> Vec<String> {
    let load_before = load_average();
    let system = System::start(Options::in_memory(project_root()).unwrap()).await.unwrap();
    let job_ref = create_pending_job(&system, size).await;
    let mut process = FunctionProcess::start(&system, "fetch-media").await;
    let idle_memory = process.memory("VmRSS");
    let started_at = Instant::now();
    let response = process.request(&serde_json::to_string(&job_ref).unwrap()).await;
    assert_eq!(response, r#"{"pending":0}"#);
    let elapsed = started_at.elapsed();
    let peak_memory = process.memory("VmHWM");
    process.stop().await;
    let times = measure_first_bytes(&system).await;
    system.stop().await;
    vec![
        (size >> 20).to_string(),
        run.to_string(),
        load_before,
        format!("{:.1}", idle_memory / 1024.0),
        format!("{:.1}", peak_memory / 1024.0),
        format!("{:.1}", (peak_memory - idle_memory) / 1024.0),
        format_milliseconds(elapsed),
        format!("{}/{}", times.per_mille(500), times.per_mille(990)),
    ]
}

/// Stores a message with a pending image, and the claim of its job.
async fn create_pending_job(system: &System, size: usize) -> JobRef {
    let twilio = system.twilio().unwrap();
    // The function in this process would fetch it immediately.
    twilio.script().on_media(FaultRule::next(MediaFault::Respond { status: 503 }));
    let mut image = PNG.to_vec();
    image.resize(size, 0x5a);
    let media = vec![twilio.store_media("image/png", Some("large.png"), &image).unwrap()];
    let (from, to) = ("+12065550123".to_owned(), system.settings().senders.number.clone());
    twilio.send_from_phone(PhoneInput { from, to, media, ..PhoneInput::default() }).unwrap();
    twilio.wait_until_idle().await;
    system.wait_until_idle().await;
    let body = json!({
        "TableName": system.dynamodb().tables()[0].name,
        "FilterExpression": "begins_with(sk, :job)",
        "ExpressionAttributeValues": { ":job": { "S": "JOB#" } },
    });
    let jobs = system.dynamodb().call("local-admin", "Scan", body).await.unwrap();
    let field = |name: &str| jobs["Items"][0][name]["S"].as_str().unwrap();
    let home = OutboxHome::parse(field("pk")).unwrap();
    let id = EntryId::parse(field("sk").strip_prefix("JOB#").unwrap()).unwrap();
    let job = system.store().get_job(&home, id).await.unwrap().unwrap();
    let job = system.store().claim(&job).await.unwrap().unwrap();
    JobRef { home, job_id: job.id, version: job.version }
}

async fn measure_first_bytes(system: &System) -> Times {
    let sign_in_token = system.sign_in_token().await.unwrap();
    let user = BenchUser::sign_in(system.url(), &sign_in_token).await;
    let client = Client::builder().no_proxy().build().unwrap();
    let list: Value = user.get("/api/conversations").await;
    let id = list["conversations"][0]["conversation_id"].as_str().unwrap();
    let messages = user.get(&format!("/api/conversations/{id}/messages")).await;
    let message = messages["messages"][0]["message_id"].as_str().unwrap();
    let path = format!("/api/conversations/{id}/messages/{message}/media/0");
    let mut times = Vec::new();
    for _ in 0..FIRST_BYTE_READS {
        let started_at = Instant::now();
        let download = user.get(&path).await;
        let url = format!("{}{}", system.url(), download["url"].as_str().unwrap());
        let mut response = client.get(url).send().await.unwrap().error_for_status().unwrap();
        assert!(response.chunk().await.unwrap().is_some());
        times.push(started_at.elapsed());
    }
    Times::new(times)
}
