//! Measures the transaction of an inbound message on the local DynamoDB with two stream mappings.
//!
//! The transaction writes the dedup record, the message, and the conversation with its list entry, through the AWS SDK.
//! Prints transactions per second, p50 and p99 in milliseconds, write units, and the time until a stream function gets
//! the message, at 1, 8 and 64 callers.
//!
//! `cargo run --release -p aws-emulator --example measure_transactions`

use std::collections::HashMap;
use std::error::Error;
use std::io::Write as _;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_emulator::dynamodb::{DynamoDb, DynamoOptions};
use aws_emulator::streams::{Invoke, Streams};
use aws_emulator::template::{FunctionSpec, IndexSpec, StreamSpec, TableSpec};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use serde_json::{Value, json};
use shared::clock::SystemClock;

const LOAD_DURATION: Duration = Duration::from_secs(4);
static STARTED_AT: LazyLock<Instant> = LazyLock::new(Instant::now);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    for callers in [1, 8, 64] {
        let folder = tempfile::Builder::new().prefix("measure-").tempdir_in(".")?;
        let dynamodb = DynamoDb::start(DynamoOptions {
            tables: &[table()],
            folder: Some(folder.path().to_owned()),
            permissions: Arc::new(|_: &str, _: &str, _: &str| true),
            clock: Arc::new(SystemClock),
        })
        .await?;
        let ages = Arc::new(Mutex::new(Vec::new()));
        let invoke = record_ages(Arc::clone(&ages));
        let specs =
            vec![mapping("push", 100, 2, Vec::new()), mapping("dispatch", 10, 4, outbox_filters())];
        let streams = Streams::start(&dynamodb, specs, invoke, Arc::new(SystemClock)).await?;
        let times = load(&dynamodb, callers).await?;
        let count = u32::try_from(times.len())?;
        let began = Instant::now();
        streams.wait_until_idle().await;
        let settle_time = began.elapsed();
        let ages = std::mem::take(&mut *ages.lock().unwrap_or_else(PoisonError::into_inner));
        let units = dynamodb.capacity().for_caller("receive-message");
        writeln!(
            std::io::stdout(),
            "callers {callers:>2}: n {count:>5}, {:>5.0}/s, {}; {:.2} write units each; \
             {} in a function's hands, {}; settled {:.1} ms after",
            f64::from(count) / LOAD_DURATION.as_secs_f64(),
            percentiles(times),
            units.write_units / f64::from(count),
            ages.len(),
            percentiles(ages),
            settle_time.as_secs_f64() * 1e3,
        )?;
        streams.stop().await;
        dynamodb.stop().await;
    }
    Ok(())
}

/// Formats p50 and p99.
fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: usize| {
        times.get(times.len() * share / 100).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    format!("p50 {:.2} ms, p99 {:.2} ms", at(50), at(99))
}

/// Returns a function that records the age of each message when it receives it.
fn record_ages(ages: Arc<Mutex<Vec<Duration>>>) -> Invoke {
    Arc::new(move |_, event| {
        let ages = Arc::clone(&ages);
        Box::pin(async move {
            let now = STARTED_AT.elapsed();
            for record in event.get("Records").and_then(Value::as_array).into_iter().flatten() {
                let sent = record.pointer("/dynamodb/NewImage/sent/N").and_then(Value::as_str);
                if let Some(sent) = sent.and_then(|sent| sent.parse().ok()) {
                    let age = now.saturating_sub(Duration::from_micros(sent));
                    ages.lock().unwrap_or_else(PoisonError::into_inner).push(age);
                }
            }
            Ok(json!({ "batchItemFailures": [] }))
        })
    })
}

fn outbox_filters() -> Vec<Value> {
    vec![json!({ "dynamodb": { "NewImage": { "outbox_state": { "S": ["ready"] } } } })]
}

fn mapping(
    name: &str,
    batch_size: usize,
    parallelization_factor: usize,
    filters: Vec<Value>,
) -> (FunctionSpec, StreamSpec) {
    let spec = StreamSpec {
        table: "Table".to_owned(),
        batch_size,
        window: Duration::ZERO,
        parallelization_factor,
        from_start: true,
        bisect: true,
        retries: Some(2),
        record_age: Some(Duration::from_mins(1)),
        partial_failures: true,
        filters,
        on_failure: None,
    };
    let function = FunctionSpec {
        logical_id: name.to_owned(),
        name: name.to_owned(),
        environment: std::collections::BTreeMap::new(),
        timeout: Duration::from_secs(30),
        memory_mb: 128,
        grants: Vec::new(),
        triggers: Vec::new(),
    };
    (function, spec)
}

async fn load(
    dynamodb: &DynamoDb,
    callers: usize,
) -> Result<Vec<Duration>, Box<dyn Error + Send + Sync>> {
    let client = client(dynamodb.url());
    let mut tasks = Vec::new();
    for caller in 0..callers {
        let client = client.clone();
        tasks.push(tokio::spawn(async move {
            let started = Instant::now();
            let mut times = Vec::new();
            while started.elapsed() < LOAD_DURATION {
                let call_started = Instant::now();
                inbound(&client, caller, times.len()).await?;
                times.push(call_started.elapsed());
            }
            Ok::<_, aws_sdk_dynamodb::Error>(times)
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    Ok(times)
}

async fn inbound(client: &Client, caller: usize, n: usize) -> Result<(), aws_sdk_dynamodb::Error> {
    let text = |value: String| AttributeValue::S(value);
    let dedup_record = Put::builder()
        .table_name("Table")
        .item("pk", text(format!("SID#SM{caller:04}{n:028}")))
        .item("sk", text("SID".to_owned()))
        .item("message_id", text(format!("MSG#{n:026}")))
        .condition_expression("attribute_not_exists(pk)")
        .build()?;
    let message = Put::builder()
        .table_name("Table")
        .item("pk", text(format!("CONV#{caller:026}")))
        .item("sk", text(format!("MSG#{n:026}")))
        .item("body", text("x".repeat(160)))
        .item("statuses", AttributeValue::M(HashMap::new()))
        .item("direction", text("inbound".to_owned()))
        .item("sent", AttributeValue::N(STARTED_AT.elapsed().as_micros().to_string()))
        .build()?;
    let conversation = Update::builder()
        .table_name("Table")
        .key("pk", text(format!("CONV#{caller:026}")))
        .key("sk", text("META".to_owned()))
        .update_expression("SET list_pk = :pk, list_sk = :sk, last_ulid = :last, preview = :preview ADD rev :one, unread :one")
        .expression_attribute_values(":pk", text("INBOX#main#open#unread".to_owned()))
        .expression_attribute_values(":sk", text(format!("{n:013}#{caller:026}")))
        .expression_attribute_values(":last", text(format!("{n:026}")))
        .expression_attribute_values(":preview", text("x".repeat(160)))
        .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
        .build()?;
    client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(dedup_record).build())
        .transact_items(TransactWriteItem::builder().put(message).build())
        .transact_items(TransactWriteItem::builder().update(conversation).build())
        .send()
        .await?;
    Ok(())
}

fn client(url: &str) -> Client {
    Client::from_conf(
        aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("receive-message", "any", None, None, "local"))
            .endpoint_url(url)
            .build(),
    )
}

fn table() -> TableSpec {
    TableSpec {
        logical_id: "Table".to_owned(),
        name: "Table".to_owned(),
        arn: "arn:aws:dynamodb:us-east-1:000000000000:table/Table".to_owned(),
        hash_key: "pk".to_owned(),
        range_key: Some("sk".to_owned()),
        indexes: vec![IndexSpec {
            name: "list".to_owned(),
            hash_key: "list_pk".to_owned(),
            range_key: Some("list_sk".to_owned()),
            projection: "KEYS_ONLY".to_owned(),
        }],
        stream: true,
        ttl_attribute: Some("expires_at".to_owned()),
    }
}
