//! What the functions of a running system are handed, held against the events that `aws_lambda_events` publishes.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use shared::lambda::{Function, Handler, Setup};

use crate::desk::person::id;
use crate::desk::{Desk, customer, until};

const HTTP: &str = include_str!("../vectors/events/http-request.json");
const CONNECT: &str = include_str!("../vectors/events/socket-connect.json");
const ANY_SOCKET: &str = include_str!("../vectors/events/socket-any.json");
const DISCONNECT: &str = include_str!("../vectors/events/socket-disconnect.json");
const STREAM: &str = include_str!("../vectors/events/stream.json");
const SCHEDULE: &str = include_str!("../vectors/events/schedule.json");

/// Objects whose names are anybody's: their values have one type.
const FREE: [&str; 8] = [
    ".headers",
    ".multiValueHeaders",
    ".queryStringParameters",
    ".multiValueQueryStringParameters",
    ".pathParameters",
    ".Records[].dynamodb.Keys",
    ".Records[].dynamodb.NewImage",
    ".Records[].dynamodb.OldImage",
];

/// Every event that a function was handed, with its name.
static SEEN: Mutex<Vec<(&str, Value)>> = Mutex::new(Vec::new());

/// The function of this name, its events noted.
macro_rules! noted {
    ($name:literal) => {
        Function {
            build: |setup: Setup| {
                async move {
                    let inner = (functions::named($name).build)(setup).await?;
                    let handler: Handler = Arc::new(move |event, context| {
                        seen().push(($name, event.clone()));
                        inner(event, context)
                    });
                    Ok(handler)
                }
                .boxed()
            },
            ..functions::named($name)
        }
    };
}

fn seen() -> std::sync::MutexGuard<'static, Vec<(&'static str, Value)>> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first event of a function that `fits`.
fn handed(function: &str, fits: impl Fn(&Value) -> bool) -> Option<Value> {
    let seen = seen();
    let mut events = seen.iter().filter(|(name, _)| *name == function).map(|(_, event)| event);
    events.find(|event| fits(event)).cloned()
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

/// Where ours is not as theirs: names that only one has, and values of another type.
fn differences(path: &str, theirs: &Value, ours: &Value) -> Vec<String> {
    if kind(theirs) != kind(ours) {
        return vec![format!("{path} is {} and theirs {}", kind(ours), kind(theirs))];
    }
    match (theirs, ours) {
        (Value::Array(theirs), Value::Array(ours)) => {
            let Some(their) = theirs.first() else { return Vec::new() };
            let path = format!("{path}[]");
            ours.iter().flat_map(|our| differences(&path, their, our)).collect()
        }
        (Value::Object(theirs), Value::Object(ours)) if FREE.contains(&path) => {
            let their = theirs.values().next().unwrap();
            let other = ours.iter().filter(|(_, our)| kind(our) != kind(their));
            other.map(|(name, _)| format!("{path}.{name} has another type")).collect()
        }
        (Value::Object(theirs), Value::Object(ours)) => {
            let missing = theirs.keys().filter(|name| !ours.contains_key(*name));
            let mut found: Vec<String> =
                missing.map(|name| format!("{path}.{name} is theirs alone")).collect();
            for (name, our) in ours {
                match theirs.get(name) {
                    Some(their) => {
                        found.extend(differences(&format!("{path}.{name}"), their, our));
                    }
                    None => found.push(format!("{path}.{name} is ours alone")),
                }
            }
            found
        }
        _ => Vec::new(),
    }
}

/// Ours differs from the published event in what is said and in nothing else.
#[track_caller]
fn differs(published: &str, ours: &Value, known: &[&str]) {
    let theirs: Value = serde_json::from_str(published).unwrap();
    let mut found = differences("", &theirs, ours);
    found.sort_unstable();
    found.dedup();
    assert_eq!(found, known, "{ours:#}");
}

async fn noted_desk() -> Desk {
    let noted = [
        noted!("check-message"),
        noted!("connect"),
        noted!("receive-frame"),
        noted!("disconnect"),
        noted!("push"),
        noted!("sweep"),
    ];
    Desk::with(|options| {
        for function in &mut options.functions {
            if let Some(own) = noted.iter().find(|own| own.name == function.name) {
                *function = *own;
            }
        }
    })
    .await
}

#[tokio::test]
async fn what_the_functions_are_handed_has_the_shape_that_aws_publishes() {
    let desk = noted_desk().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.text(&number, "Hi").await;
    desk.text(&number, "Anybody there?").await;
    let thread = id(&anna.list("").await["conversations"][0]).to_owned();
    let path = format!("/api/conversations/{thread}/messages/check?a=1&a=2");
    let call = anna.call(Method::POST, &path).header("cookie", "one=1; two=2");
    call.json(&json!({ "body": "Hello" })).send_unchecked().await;
    let mut socket = anna.socket().await;
    socket.watch(&desk, &thread).await;
    socket.close().await;
    desk.system().run_schedule("sweep").await.unwrap();
    desk.settle().await;
    let gone = || async { handed("disconnect", |_| true) };
    let gone = until("the socket's end to be told", gone).await;

    let request = handed("check-message", |_| true).unwrap();
    // Neither authorizers, client certificates nor stage variables are in the template.
    let not_ours = [
        ".requestContext.authentication is theirs alone",
        ".requestContext.authorizer is theirs alone",
        ".stageVariables is theirs alone",
    ];
    differs(HTTP, &request, &not_ours);

    // No route asks for an API key; what a browser calls itself is told.
    let of_identity = [
        ".requestContext.identity.apiKey is theirs alone",
        ".requestContext.identity.apiKeyId is theirs alone",
    ];
    differs(CONNECT, &handed("connect", |_| true).unwrap(), &of_identity);
    differs(DISCONNECT, &gone, &[]);

    // No message is published: it has what a connect has but headers, and two names of the full list.
    let frame = handed("receive-frame", |_| true).unwrap();
    let any: Value = serde_json::from_str(ANY_SOCKET).unwrap();
    assert_eq!((kind(&any["body"]), kind(&frame["body"])), ("string", "string"));
    assert!(any["requestContext"].get("messageId").is_some());
    let mut message = of_identity.to_vec();
    message.extend([
        ".body is ours alone",
        ".headers is theirs alone",
        ".multiValueHeaders is theirs alone",
        ".requestContext.messageId is ours alone",
    ]);
    message.sort_unstable();
    differs(CONNECT, &frame, &message);

    // A batch holds what came together: the records of one kind are looked at.
    let records = |name: &str| {
        let named = |record: &Value| record["eventName"] == name;
        let has = |event: &Value| event["Records"].as_array().unwrap().iter().any(named);
        let mut event = handed("push", has).unwrap();
        event["Records"].as_array_mut().unwrap().retain(named);
        event
    };
    // Only the table itself, which lets what is over go, says who it is.
    let nobody = ".Records[].userIdentity is theirs alone";
    differs(STREAM, &records("INSERT"), &[nobody]);
    let both = [".Records[].dynamodb.OldImage is ours alone", nobody];
    differs(STREAM, &records("MODIFY"), &both);

    // The scheduler writes its detail as a text; rules of events, which are published, do not.
    let of_scheduler = [".detail is string and theirs object"];
    differs(SCHEDULE, &handed("sweep", |_| true).unwrap(), &of_scheduler);
    desk.close().await;
}
