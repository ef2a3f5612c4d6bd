//! The system as a whole: it obeys the template that it is given, and says plainly why it cannot start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reqwest::{Client, Response};
use serde_json::{Value, json};
use shared::config::Parameter;
use shared::lambda::{Encoding, Function, Handler, Response as Answer, Setup, Trigger, parameters};
use shared::secret::Secret;
use shared::store::AwsAccess;

use super::{System, SystemError};
use crate::options::Options;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A system whose template is the project's, changed.
async fn with_template(change: impl Fn(String) -> String, functions: &[Function]) -> System {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("template.yaml");
    let source = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    std::fs::write(&template, change(source)).unwrap();
    let mut options = Options::in_memory(root());
    options.template = Some(template);
    options.functions.extend_from_slice(functions);
    System::start(options).await.unwrap()
}

async fn refused(change: impl Fn(&mut Options)) -> String {
    let mut options = Options::in_memory(root());
    change(&mut options);
    match System::start(options).await {
        Ok(_) => panic!("it must not start"),
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

/// Puts one item into `Table`, as anyone with all rights would.
async fn put(system: &System, sk: &str) {
    let item = json!({ "pk": { "S": "CONV#x" }, "sk": { "S": sk } });
    let body = json!({ "TableName": "partyline-Table", "Item": item });
    system.dynamodb().call("local-admin", "PutItem", body).await.unwrap();
}

/// A function that keeps what it got where a test can read it.
fn noting(name: &'static str) -> Function {
    Function {
        name,
        trigger: Trigger::Stream,
        build: |_| {
            let handler: Handler = Arc::new(|event, _| {
                SEEN.lock().unwrap().push(event);
                Box::pin(async { Ok(json!({ "batchItemFailures": [] })) })
            });
            Box::pin(async move { Ok(handler) })
        },
    }
}

/// A function that says how many senders there are: it reads their parameter.
const COUNT_SENDERS: Function = Function {
    name: "count-senders",
    trigger: Trigger::Http { method: "GET", path: "/api/senders/count" },
    build: |setup| {
        let handler: Handler = Arc::new(move |_, _| {
            let setup = setup.clone();
            Box::pin(async move {
                let read = parameters::read(&setup, &access(&setup), &[Parameter::Senders]).await;
                let count = json!({ "senders": read?.senders()?.len() });
                Ok(Answer::json(200, &count)?.into_event(Encoding::Identity))
            })
        });
        Box::pin(async move { Ok(handler) })
    },
};

fn access(setup: &Setup) -> AwsAccess {
    let named = |name| setup.environment.get(name).unwrap();
    AwsAccess {
        region: named("AWS_REGION"),
        access_key: named("AWS_ACCESS_KEY_ID"),
        secret_key: Secret::new(named("AWS_SECRET_ACCESS_KEY")),
        session_token: setup.environment.get("AWS_SESSION_TOKEN").map(Secret::new),
    }
}

static SEEN: std::sync::Mutex<Vec<Value>> = std::sync::Mutex::new(Vec::new());

#[tokio::test]
async fn everything_starts_and_answers_and_ends() {
    let system = System::start(Options::in_memory(root())).await.unwrap();
    let health = client().get(format!("{}/api/health", system.url())).send().await.unwrap();
    assert_eq!(health.status(), 200);
    assert_eq!(health.json::<Value>().await.unwrap()["status"], "ok");
    system.functions().warm_up().await.unwrap();
    system.run_schedule("sweep").await.unwrap();
    system.settle().await;
    system.stop().await;
}

#[tokio::test]
async fn a_sign_in_link_signs_the_first_admin_in_once() {
    let system = System::start(Options::in_memory(root())).await.unwrap();
    let link = json!({ "link": system.sign_in_token().await.unwrap() });
    let answer = post(&system, "/api/session", &link).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.json::<Value>().await.unwrap()["user"]["role"], "admin");
    assert_eq!(post(&system, "/api/session", &link).await.status(), 401);
    let shown = system.sign_in_link().await.unwrap();
    assert!(shown.starts_with(&format!("{}/phones#sign-in=", system.url())));
    system.stop().await;
}

#[tokio::test]
async fn a_text_goes_all_the_way_to_the_desk_and_its_answer_back_to_the_phone() {
    let system = System::start(Options::in_memory(root())).await.unwrap();
    let twilio = system.twilio().unwrap();
    twilio.type_text("+14155550123", "+18555080989", "Hello?").unwrap();
    system.settle().await;
    let link = json!({ "link": system.sign_in_token().await.unwrap() });
    let session: Value = post(&system, "/api/session", &link).await.json().await.unwrap();
    let bearer = session["access_token"].as_str().unwrap();
    let url = format!("{}/api/conversations", system.url());
    let list = client().get(&url).bearer_auth(bearer).send().await.unwrap();
    let list: Value = list.json().await.unwrap();
    let conversation = &list["conversations"][0];
    assert_eq!(conversation["preview"]["body"], "Hello?");
    assert_eq!(conversation["unread_count"], 1);
    let url = format!("{url}/{}/messages", conversation["conversation_id"].as_str().unwrap());
    let answer = json!({ "body": "Yes.", "idempotency_key": "0123456789abcdef" });
    let sent = client().post(url).bearer_auth(bearer).json(&answer).send().await.unwrap();
    assert_eq!(sent.status(), 202, "{}", sent.text().await.unwrap());
    system.settle().await;
    let messages = twilio.messages().unwrap();
    assert_eq!(messages.last().unwrap().body, "Yes.");
    assert_eq!(system.permissions().refusals(), []);
    system.stop().await;
}

#[tokio::test]
async fn a_permission_that_the_template_no_longer_gives_is_gone() {
    let taken = |source: String| {
        let (before, sign_in) = source.split_once("\n  SignIn:").unwrap();
        let granted = "Action: dynamodb:DeleteItem, Resource: !GetAtt Connections.Arn";
        let other = "Action: dynamodb:DescribeTable, Resource: !GetAtt Connections.Arn";
        format!("{before}\n  SignIn:{}", sign_in.replacen(granted, other, 1))
    };
    let system = with_template(taken, &[]).await;
    let link = json!({ "link": system.sign_in_token().await.unwrap() });
    assert!(post(&system, "/api/session", &link).await.status().is_server_error());
    let denied = system.permissions().refusals();
    assert_eq!(
        (denied[0].caller.as_str(), denied[0].action.as_str()),
        ("sign-in", "dynamodb:DeleteItem")
    );
    system.stop().await;
}

#[tokio::test]
async fn a_route_is_there_and_its_function_may_what_it_is_granted_once_the_template_says_so() {
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
    let denied = routed.permissions().refusals();
    assert_eq!(
        (denied[0].caller.as_str(), denied[0].action.as_str()),
        ("count-senders", "ssm:GetParameters")
    );
    routed.stop().await;

    let granted = start(&format!("{route}{grant}")).await;
    let answer = ask(&granted).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.json::<Value>().await.unwrap()["senders"].as_u64().unwrap() > 0);
    assert_eq!(granted.permissions().refusals(), []);
    granted.stop().await;
}

#[tokio::test]
async fn a_reader_of_the_stream_and_its_filter_are_obeyed() {
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
    let system = with_template(add, &[noting("note-records")]).await;
    put(&system, "OTHER").await;
    put(&system, "NOTE").await;
    system.settle().await;
    let seen = std::mem::take(&mut *SEEN.lock().unwrap());
    let records: Vec<_> = seen.iter().flat_map(|e| e["Records"].as_array().unwrap()).collect();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["dynamodb"]["Keys"]["sk"]["S"], "NOTE");
    system.stop().await;
}

#[tokio::test]
async fn what_was_kept_is_there_at_the_next_start_and_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let options = || Options { state: Some(state.clone()), ..Options::in_memory(root()) };
    let system = System::start(options()).await.unwrap();
    let twilio = system.twilio().unwrap();
    twilio.type_text("+14155550123", "+18555080989", "Hello?").unwrap();
    system.settle().await;
    assert!(system.functions().invocations() > 0);
    system.stop().await;
    let system = System::start(options()).await.unwrap();
    system.settle().await;
    assert_eq!(system.functions().invocations(), 0);
    let count = json!({
        "TableName": "partyline-Table", "IndexName": "list",
        "KeyConditionExpression": "list_pk = :p",
        "ExpressionAttributeValues": { ":p": { "S": "INBOX#main#open#unread" } },
    });
    let found = system.dynamodb().call("local-admin", "Query", count).await.unwrap();
    assert_eq!(found["Count"], 1);
    system.stop().await;
}

#[tokio::test]
async fn a_busy_port_is_named_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let message = refused(|options| options.port = port).await;
    assert!(message.starts_with(&format!("port {port} is in use; stop what listens there")));
}

#[tokio::test]
async fn published_secrets_are_refused_on_the_network() {
    let message = refused(|options| options.lan = true).await;
    assert!(message.contains("PARTYLINE_INSTALL_KEY still stand as published"), "{message}");
}

#[tokio::test]
async fn an_install_key_that_is_none_is_refused() {
    let message = refused(|options| options.settings.install_key = "abc".to_owned()).await;
    assert!(message.contains("64 hexadecimal digits"), "{message}");
}

#[tokio::test]
async fn a_damaged_folder_is_refused_until_it_is_reset() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let options = || Options { state: Some(state.clone()), ..Options::in_memory(root()) };
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
