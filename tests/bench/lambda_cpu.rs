//! CPU of `receive-message` per request, in a process of its own, as in Lambda.

use local::{Options, System};
use serde_json::{Value, json};

use crate::function_process::FunctionProcess;
use crate::report::{ResultTable, load_average, project_root};
use crate::webhook::WebhookFactory;

const RUNS: usize = 3;
const WARM_UP: usize = 400;
const REQUESTS: usize = 3_000;

/// Sends webhooks of known contacts to the function, one after the other.
pub async fn measure() {
    let mut table = ResultTable::start(
        "lambda",
        "`BENCH=lambda make bench`: `receive-message` in a process of its own (one thread, as in Lambda; profile \
         `local`), signed webhooks of known contacts in sequence; CPU time of that process alone, from `/proc`.",
        &["run", "load before", "requests", "CPU per request ms"],
    );
    for run in 1..=RUNS {
        let load_before = load_average();
        let milliseconds = measure_run().await;
        let requests = REQUESTS.to_string();
        table.row(&[run.to_string(), load_before, requests, format!("{milliseconds:.3}")]);
    }
}

async fn measure_run() -> f64 {
    let system = System::start(Options::in_memory(project_root()).unwrap()).await.unwrap();
    let webhooks = WebhookFactory::new(system.url());
    let mut process = FunctionProcess::start(&system, "receive-message").await;
    for n in 0..WARM_UP {
        post(&mut process, &webhooks, n).await;
    }
    let cpu = process.cpu();
    for n in WARM_UP..WARM_UP + REQUESTS {
        post(&mut process, &webhooks, n).await;
    }
    let cpu = process.cpu() - cpu;
    process.stop().await;
    system.stop().await;
    cpu * 1e3 / f64::from(u32::try_from(REQUESTS).unwrap())
}

async fn post(process: &mut FunctionProcess, webhooks: &WebhookFactory, n: usize) {
    let event = to_event(&webhooks.text_request(n));
    let response = process.request(&event.to_string()).await;
    assert!(response.contains(r#""statusCode":200"#), "{response}");
}

/// Returns an HTTP request as API Gateway passes it to a function.
fn to_event(request: &[u8]) -> Value {
    let text = std::str::from_utf8(request).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let path = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers: serde_json::Map<String, Value> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let host = headers["host"].clone();
    json!({
        "version": "2.0", "routeKey": format!("POST {path}"), "rawPath": path, "rawQueryString": "",
        "headers": headers, "isBase64Encoded": false, "body": body,
        "requestContext": {
            "accountId": "000000000000", "apiId": "local", "domainName": host, "domainPrefix": "local",
            "requestId": "bench", "routeKey": format!("POST {path}"), "stage": "$default",
            "time": "01/Dec/2026:00:00:00 +0000", "timeEpoch": 0,
            "http": {
                "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1",
                "userAgent": "TwilioProxy/1.1",
            },
        },
    })
}
