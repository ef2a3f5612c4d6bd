//! Compares the Lambda events of a running system with the sample events of `aws_lambda_events`.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use shared::lambda::{Function, Handler, Setup};

use crate::support::user::conversation_id;
use crate::support::{TestSystem, customer_number, wait_for};

const HTTP: &str = include_str!("../vectors/events/http-request.json");
const CONNECT: &str = include_str!("../vectors/events/socket-connect.json");
const ANY_SOCKET: &str = include_str!("../vectors/events/socket-any.json");
const DISCONNECT: &str = include_str!("../vectors/events/socket-disconnect.json");
const STREAM: &str = include_str!("../vectors/events/stream.json");
const SCHEDULE: &str = include_str!("../vectors/events/schedule.json");

/// Objects with arbitrary names, whose values have one type.
const MAP_FIELDS: [&str; 8] = [
    ".headers",
    ".multiValueHeaders",
    ".queryStringParameters",
    ".multiValueQueryStringParameters",
    ".pathParameters",
    ".Records[].dynamodb.Keys",
    ".Records[].dynamodb.NewImage",
    ".Records[].dynamodb.OldImage",
];

/// All Lambda events of the running system, with the names of the functions.
static RECORDED: Mutex<Vec<(&str, Value)>> = Mutex::new(Vec::new());

/// Returns the function with this name, changed to record its events.
macro_rules! recorder {
    ($name:literal) => {
        Function {
            build: |setup: Setup| {
                async move {
                    let inner = (functions::function_named($name).build)(setup).await?;
                    let handler: Handler = Arc::new(move |event, context| {
                        seen().push(($name, event.clone()));
                        inner(event, context)
                    });
                    Ok(handler)
                }
                .boxed()
            },
            ..functions::function_named($name)
        }
    };
}

fn seen() -> std::sync::MutexGuard<'static, Vec<(&'static str, Value)>> {
    RECORDED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the first event of a function that matches.
fn find_event(function: &str, predicate: impl Fn(&Value) -> bool) -> Option<Value> {
    let recorded = seen();
    let mut events = recorded.iter().filter(|(name, _)| *name == function).map(|(_, event)| event);
    events.find(|event| predicate(event)).cloned()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "fraction",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Returns the differences between two events: names that only one has, and values of different types.
fn differences(path: &str, theirs: &Value, ours: &Value) -> Vec<String> {
    if kind(theirs) != kind(ours) {
        return vec![format!("{path} is {} and theirs {}", kind(ours), kind(theirs))];
    }
    match (theirs, ours) {
        (Value::Array(theirs), Value::Array(ours)) => {
            let Some(their_item) = theirs.first() else { return Vec::new() };
            let path = format!("{path}[]");
            ours.iter().flat_map(|our_item| differences(&path, their_item, our_item)).collect()
        }
        (Value::Object(theirs), Value::Object(ours)) if MAP_FIELDS.contains(&path) => {
            let their_value = theirs.values().next().unwrap();
            let mismatched =
                ours.iter().filter(|(_, our_value)| kind(our_value) != kind(their_value));
            mismatched.map(|(name, _)| format!("{path}.{name} has another type")).collect()
        }
        (Value::Object(theirs), Value::Object(ours)) => {
            let missing_names = theirs.keys().filter(|name| !ours.contains_key(*name));
            let mut field_differences: Vec<String> =
                missing_names.map(|name| format!("{path}.{name} is theirs alone")).collect();
            for (name, our_value) in ours {
                match theirs.get(name) {
                    Some(their_value) => {
                        field_differences.extend(differences(
                            &format!("{path}.{name}"),
                            their_value,
                            our_value,
                        ));
                    }
                    None => field_differences.push(format!("{path}.{name} is ours alone")),
                }
            }
            field_differences
        }
        _ => Vec::new(),
    }
}

/// Asserts that our event differs from the published one only in `known_differences`.
#[track_caller]
fn expect_differences(published: &str, ours: &Value, known_differences: &[&str]) {
    let theirs: Value = serde_json::from_str(published).unwrap();
    let mut found_differences = differences("", &theirs, ours);
    found_differences.sort_unstable();
    found_differences.dedup();
    assert_eq!(found_differences, known_differences, "{ours:#}");
}

async fn start_recording() -> TestSystem {
    let recorders = [
        recorder!("check-message"),
        recorder!("connect"),
        recorder!("receive-frame"),
        recorder!("disconnect"),
        recorder!("push"),
        recorder!("sweep"),
    ];
    TestSystem::start_with(|options| {
        for function in &mut options.functions {
            if let Some(recorder) = recorders.iter().find(|recorder| recorder.name == function.name)
            {
                *function = *recorder;
            }
        }
    })
    .await
}

#[tokio::test]
async fn lambda_events_have_the_shape_that_aws_publishes() {
    let system = start_recording().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.receive_text(&number, "Hi").await;
    system.receive_text(&number, "Is this on?").await;
    let thread = conversation_id(&anna.list_conversations("").await["conversations"][0]).to_owned();
    let path = format!("/api/conversations/{thread}/messages/check?a=1&a=2");
    let request = anna.call(Method::POST, &path).header("cookie", "one=1; two=2");
    request.json(&json!({ "body": "Hello" })).send_unchecked().await;
    let mut socket = anna.open_socket().await;
    socket.watch(&system, &thread).await;
    socket.close().await;
    system.inner().run_schedule("sweep").await.unwrap();
    system.wait_until_idle().await;
    let disconnect_event = || async { find_event("disconnect", |_| true) };
    let disconnect_event = wait_for("the socket's end to be told", disconnect_event).await;

    let http_event = find_event("check-message", |_| true).unwrap();
    // The template has no authorizers, client certificates or stage variables.
    let known_http_differences = [
        ".requestContext.authentication is theirs alone",
        ".requestContext.authorizer is theirs alone",
        ".stageVariables is theirs alone",
    ];
    expect_differences(HTTP, &http_event, &known_http_differences);

    // No route requires an API key. Our event has the user agent.
    let known_connect_differences = [
        ".requestContext.identity.apiKey is theirs alone",
        ".requestContext.identity.apiKeyId is theirs alone",
    ];
    expect_differences(
        CONNECT,
        &find_event("connect", |_| true).unwrap(),
        &known_connect_differences,
    );
    expect_differences(DISCONNECT, &disconnect_event, &[]);

    // AWS publishes no message event. Ours is compared with a connect event without headers, plus two names of the
    // full list.
    let frame = find_event("receive-frame", |_| true).unwrap();
    let any_socket_event: Value = serde_json::from_str(ANY_SOCKET).unwrap();
    assert_eq!((kind(&any_socket_event["body"]), kind(&frame["body"])), ("string", "string"));
    assert!(any_socket_event["requestContext"].get("messageId").is_some());
    let mut known_frame_differences = known_connect_differences.to_vec();
    known_frame_differences.extend([
        ".body is ours alone",
        ".headers is theirs alone",
        ".multiValueHeaders is theirs alone",
        ".requestContext.messageId is ours alone",
    ]);
    known_frame_differences.sort_unstable();
    expect_differences(CONNECT, &frame, &known_frame_differences);

    // A batch can contain records of several kinds, so records of one kind are compared.
    let records = |name: &str| {
        let has_name = |record: &Value| record["eventName"] == name;
        let has_record = |event: &Value| event["Records"].as_array().unwrap().iter().any(has_name);
        let mut event = find_event("push", has_record).unwrap();
        event["Records"].as_array_mut().unwrap().retain(has_name);
        event
    };
    // Only expiry by TTL sets `userIdentity`.
    let no_user_identity = ".Records[].userIdentity is theirs alone";
    expect_differences(STREAM, &records("INSERT"), &[no_user_identity]);
    let known_modify_differences = [".Records[].dynamodb.OldImage is ours alone", no_user_identity];
    expect_differences(STREAM, &records("MODIFY"), &known_modify_differences);

    // EventBridge Scheduler sends `detail` as text, unlike the published event of an EventBridge rule.
    let known_schedule_differences = [".detail is string and theirs object"];
    expect_differences(
        SCHEDULE,
        &find_event("sweep", |_| true).unwrap(),
        &known_schedule_differences,
    );
    system.stop().await;
}
