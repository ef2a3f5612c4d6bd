//! Tests of the whole system: changed templates, persistence and start errors.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reqwest::{Client, Response};
use serde_json::{Value, json};
use shared::config::Parameter;
use shared::lambda::{
    ContentEncoding, Function, Handler, Response as Answer, Setup, Trigger, parameters,
};
use shared::secret::Secret;
use shared::store::AwsAccess;

use super::{System, SystemError};
use crate::options::Options;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Starts a system with a changed template.
async fn with_template(change: impl Fn(String) -> String, functions: &[Function]) -> System {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("template.yaml");
    let source = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    std::fs::write(&template, change(source)).unwrap();
    let mut options = Options::in_memory(root()).unwrap();
    options.template = Some(template);
    options.functions.extend_from_slice(functions);
    System::start(options).await.unwrap()
}

async fn start_error(change: impl Fn(&mut Options)) -> String {
    let mut options = Options::in_memory(root()).unwrap();
    change(&mut options);
    match System::start(options).await {
        Ok(_) => panic!("the system must not start"),
        Err(error) => error.to_string(),
    }
}

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

async fn post(system: &System, path: &str, body: &Value) -> Response {
    let request = client().post(format!("{}{path}", system.url())).json(body);
    request.header("origin", system.url()).send().await.unwrap()
}

/// Puts one item into `Table`, with all permissions.
async fn put(system: &System, sk: &str) {
    let item = json!({ "pk": { "S": "CONV#x" }, "sk": { "S": sk } });
    let body = json!({ "TableName": "partyline-Table", "Item": item });
    system.dynamodb().call("local-admin", "PutItem", body).await.unwrap();
}

/// Returns a function that records its events.
fn recording_function(name: &'static str) -> Function {
    Function {
        name,
        trigger: Trigger::Stream,
        build: |_| {
            let handler: Handler = Arc::new(|event, _| {
                RECEIVED_EVENTS.lock().unwrap().push(event);
                Box::pin(async { Ok(json!({ "batchItemFailures": [] })) })
            });
            Box::pin(async move { Ok(handler) })
        },
    }
}

/// A function that reads the senders' parameter and returns their number.
const COUNT_SENDERS: Function = Function {
    name: "count-senders",
    trigger: Trigger::Http { method: "GET", path: "/api/senders/count" },
    build: |setup| {
        let handler: Handler = Arc::new(move |_, _| {
            let setup = setup.clone();
            Box::pin(async move {
                let parameters =
                    parameters::load(&setup, &access(&setup), &[Parameter::Senders]).await;
                let count = json!({ "senders": parameters?.senders()?.len() });
                Ok(Answer::json(200, &count)?.into_event(ContentEncoding::Identity))
            })
        });
        Box::pin(async move { Ok(handler) })
    },
};

fn access(setup: &Setup) -> AwsAccess {
    let variable = |name| setup.environment.get(name).unwrap();
    AwsAccess {
        region: variable("AWS_REGION"),
        access_key: variable("AWS_ACCESS_KEY_ID"),
        secret_key: Secret::new(variable("AWS_SECRET_ACCESS_KEY")),
        session_token: setup.environment.get("AWS_SESSION_TOKEN").map(Secret::new),
    }
}

static RECEIVED_EVENTS: std::sync::Mutex<Vec<Value>> = std::sync::Mutex::new(Vec::new());

#[tokio::test]
async fn the_system_starts_responds_and_stops() {
    let system = System::start(Options::in_memory(root()).unwrap()).await.unwrap();
    let health = client().get(format!("{}/api/health", system.url())).send().await.unwrap();
    assert_eq!(health.status(), 200);
    assert_eq!(health.json::<Value>().await.unwrap()["status"], "ok");
    system.functions().warm_up().await.unwrap();
    system.run_schedule("sweep").await.unwrap();
    system.wait_until_idle().await;
    system.stop().await;
}

#[tokio::test]
async fn a_sign_in_link_signs_the_first_admin_in_once() {
    let system = System::start(Options::in_memory(root()).unwrap()).await.unwrap();
    let link = json!({ "link_token": system.sign_in_token().await.unwrap() });
    let response = post(&system, "/api/session", &link).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.json::<Value>().await.unwrap()["user"]["role"], "admin");
    assert_eq!(post(&system, "/api/session", &link).await.status(), 401);
    let link_url = system.sign_in_link().await.unwrap();
    assert!(link_url.starts_with(&format!("{}/phones#sign-in=", system.url())));
    system.stop().await;
}

#[tokio::test]
async fn a_text_reaches_the_desk_and_its_reply_reaches_the_phone() {
    let system = System::start(Options::in_memory(root()).unwrap()).await.unwrap();
    let twilio = system.twilio().unwrap();
    twilio.type_text("+14155550123", "+18555080989", "Hello?").unwrap();
    system.wait_until_idle().await;
    let link = json!({ "link_token": system.sign_in_token().await.unwrap() });
    let session: Value = post(&system, "/api/session", &link).await.json().await.unwrap();
    let bearer = session["access_token"].as_str().unwrap();
    let url = format!("{}/api/conversations", system.url());
    let list = client().get(&url).bearer_auth(bearer).send().await.unwrap();
    let list: Value = list.json().await.unwrap();
    let conversation = &list["conversations"][0];
    assert_eq!(conversation["preview"]["body"], "Hello?");
    assert_eq!(conversation["unread_count"], 1);
    let url = format!("{url}/{}/messages", conversation["conversation_id"].as_str().unwrap());
    let message = json!({ "body": "Yes.", "idempotency_key": "0123456789abcdef" });
    let response = client().post(url).bearer_auth(bearer).json(&message).send().await.unwrap();
    assert_eq!(response.status(), 202, "{}", response.text().await.unwrap());
    system.wait_until_idle().await;
    let messages = twilio.messages().unwrap();
    assert_eq!(messages.last().unwrap().body, "Yes.");
    assert_eq!(system.permissions().denied_calls(), []);
    system.stop().await;
}

#[tokio::test]
async fn a_permission_removed_from_the_template_is_denied() {
    let change = |source: String| {
        let (before, sign_in) = source.split_once("\n  SignIn:").unwrap();
        let granted = "Action: dynamodb:DeleteItem, Resource: !GetAtt ConnectionsTable.Arn";
        let replacement = "Action: dynamodb:DescribeTable, Resource: !GetAtt ConnectionsTable.Arn";
        format!("{before}\n  SignIn:{}", sign_in.replacen(granted, replacement, 1))
    };
    let system = with_template(change, &[]).await;
    let link = json!({ "link_token": system.sign_in_token().await.unwrap() });
    assert!(post(&system, "/api/session", &link).await.status().is_server_error());
    let denied_calls = system.permissions().denied_calls();
    assert_eq!(
        (denied_calls[0].caller.as_str(), denied_calls[0].action.as_str()),
        ("sign-in", "dynamodb:DeleteItem")
    );
    system.stop().await;
}

#[tokio::test]
async fn a_route_and_a_grant_added_to_the_template_take_effect() {
    let start = |added: &str| {
        let added = format!("\n{added}\nOutputs:");
        with_template(move |source| source.replace("\nOutputs:", &added), &[COUNT_SENDERS])
    };
    let ask = async |system: &System| {
        client().get(format!("{}/api/senders/count", system.url())).send().await.unwrap()
    };
    let route = r"  CountSenders:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: count-senders } }
    Properties:
      Events:
        Request: { Type: HttpApi, Properties: { ApiId: !Ref HttpApi, Method: GET, Path: /api/senders/count } }
";
    let grant = r#"      Policies:
        - Statement:
            - { Effect: Allow, Action: ssm:GetParameters, Resource: !Sub "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${AWS::StackName}/senders" }
"#;

    let without = start("").await;
    assert_eq!(ask(&without).await.status(), 404);
    without.stop().await;

    let routed = start(route).await;
    assert!(ask(&routed).await.status().is_server_error());
    let denied_calls = routed.permissions().denied_calls();
    assert_eq!(
        (denied_calls[0].caller.as_str(), denied_calls[0].action.as_str()),
        ("count-senders", "ssm:GetParameters")
    );
    routed.stop().await;

    let granted = start(&format!("{route}{grant}")).await;
    let response = ask(&granted).await;
    assert_eq!(response.status(), 200);
    assert!(response.json::<Value>().await.unwrap()["senders"].as_u64().unwrap() > 0);
    assert_eq!(granted.permissions().denied_calls(), []);
    granted.stop().await;
}

#[tokio::test]
async fn a_stream_mapping_added_to_the_template_uses_its_filter() {
    let added = r#"  NoteRecords:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: note-records } }
    Properties:
      Events:
        Records:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Table.StreamArn
            StartingPosition: TRIM_HORIZON
            FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"Keys":{"sk":{"S":["NOTE"]}}}}' }] }
"#;
    let add = |source: String| source.replace("\nOutputs:", &format!("\n{added}\nOutputs:"));
    let system = with_template(add, &[recording_function("note-records")]).await;
    put(&system, "OTHER").await;
    put(&system, "NOTE").await;
    system.wait_until_idle().await;
    let events = std::mem::take(&mut *RECEIVED_EVENTS.lock().unwrap());
    let records: Vec<_> = events.iter().flat_map(|e| e["Records"].as_array().unwrap()).collect();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["dynamodb"]["Keys"]["sk"]["S"], "NOTE");
    system.stop().await;
}

#[tokio::test]
async fn saved_state_survives_a_restart_and_records_are_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let options = || Options { state: Some(state.clone()), ..Options::in_memory(root()).unwrap() };
    let system = System::start(options()).await.unwrap();
    let twilio = system.twilio().unwrap();
    twilio.type_text("+14155550123", "+18555080989", "Hello?").unwrap();
    system.wait_until_idle().await;
    assert!(system.functions().invocations() > 0);
    system.stop().await;
    let system = System::start(options()).await.unwrap();
    system.wait_until_idle().await;
    assert_eq!(system.functions().invocations(), 0);
    let count = json!({
        "TableName": "partyline-Table", "IndexName": "list",
        "KeyConditionExpression": "list_pk = :p",
        "ExpressionAttributeValues": { ":p": { "S": "INBOX#main#open#unread" } },
    });
    let result = system.dynamodb().call("local-admin", "Query", count).await.unwrap();
    assert_eq!(result["Count"], 1);
    system.stop().await;
}

#[tokio::test]
async fn a_port_in_use_is_reported_with_advice() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let message = start_error(|options| options.port = port).await;
    assert!(message.starts_with(&format!("port {port} is in use; stop the program that uses it")));
}

#[tokio::test]
async fn published_secrets_are_rejected_with_lan() {
    let message = start_error(|options| options.lan = true).await;
    assert!(message.contains("PARTYLINE_INSTALL_KEY in .env before"), "{message}");
}

#[tokio::test]
async fn an_invalid_install_key_is_rejected() {
    let message = start_error(|options| options.settings.install_key = "abc".to_owned()).await;
    assert!(message.contains("64 hexadecimal digits"), "{message}");
}

#[tokio::test]
async fn a_damaged_folder_is_rejected_until_reset() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let options = || Options { state: Some(state.clone()), ..Options::in_memory(root()).unwrap() };
    let system = System::start(options()).await.unwrap();
    assert!(matches!(System::reset(&state), Err(SystemError::State(_))));
    put(&system, "NOTE").await;
    system.stop().await;
    std::fs::write(state.join("table.db"), "this is no database, and long enough").unwrap();
    let error = System::start(options()).await.err().unwrap().to_string();
    assert!(error.contains("--reset"), "{error}");
    System::reset(&state).unwrap();
    System::start(options()).await.unwrap().stop().await;
}
