//! Asynchronous invocation by signed requests.

use std::sync::atomic::{AtomicU32, Ordering};

use shared::clock::OffsetClock;
use shared::fault::FaultPoints;
use shared::ids::RandomIds;
use shared::lambda::{Function, Handler, HandlerError, Trigger};
use tokio::net::TcpListener;

use super::*;
use crate::lambda::{Endpoints, FunctionHostOptions};
use crate::server::Server;
use crate::signed_request::SignedRequest;

/// Returns the template with a function that `dispatch` may invoke.
fn template() -> Template {
    let source = include_str!("../../../../template.yaml");
    let function = "  CountRuns:\n    Type: AWS::Serverless::Function\n    Metadata: \
                    { BuildProperties: { Binary: count-runs } }\n    Properties: {}\n";
    let grant = "            - { Effect: Allow, Action: lambda:InvokeFunction, Resource: !GetAtt CountRuns.Arn }\n";
    let (before, dispatch) = source.split_once("\n  Dispatch:").unwrap();
    let statement = "        - Statement:\n";
    let dispatch = dispatch.replacen(statement, &format!("{statement}{grant}"), 1);
    let source = format!("{before}\n  Dispatch:{dispatch}");
    Template::parse(&source.replace("\nOutputs:", &format!("\n{function}\nOutputs:"))).unwrap()
}

/// The number of its runs.
///
/// It fails as often as its event says.
static RUNS: AtomicU32 = AtomicU32::new(0);

const COUNT_RUNS: Function = Function {
    name: "count-runs",
    trigger: Trigger::Invocation,
    build: |_| {
        let handler: Handler = Arc::new(|event, _| {
            let run = u64::from(RUNS.fetch_add(1, Ordering::SeqCst));
            Box::pin(async move {
                let fails = run < event["fails"].as_u64().unwrap();
                if fails { Err(HandlerError::from("as instructed")) } else { Ok(Value::Null) }
            })
        });
        Box::pin(async move { Ok(handler) })
    },
};

async fn invoke_as(server: &Server, caller: &str, fails: u64) -> Result<u16, String> {
    let request = SignedRequest {
        server: server.address(),
        service: "lambda",
        caller,
        path: "/2015-03-31/functions/partyline-CountRuns/invocations",
        headers: &[("x-amz-invocation-type", "Event")],
        body: json!({ "fails": fails }),
    };
    let (status, body) = request.send().await;
    if (200..300).contains(&status) { Ok(status) } else { Err(body.to_string()) }
}

#[tokio::test]
async fn an_event_is_accepted_at_once_and_tried_three_times_by_the_clock() {
    let (template, clock) = (template(), OffsetClock::new());
    let permissions = Arc::new(Permissions::from_template(&template, &[]));
    let functions = FunctionHost::new(FunctionHostOptions {
        template: &template,
        table: &[COUNT_RUNS],
        endpoints: &Endpoints::default(),
        clock: Arc::new(clock.clone()),
        ids: Arc::new(RandomIds),
        faults: FaultPoints::default(),
        invoke_url: None,
    });
    let functions = Arc::new(functions.unwrap());
    let time = Arc::new(clock.clone());
    let invocations = AsyncInvocations::new(&template, functions, permissions, time);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::start(listener, invocations.router()).unwrap();

    let error = invoke_as(&server, "push", 0).await.unwrap_err();
    assert!(error.contains("not authorized to perform: lambda:InvokeFunction"), "{error}");
    assert_eq!(RUNS.load(Ordering::SeqCst), 0);

    assert_eq!(invoke_as(&server, "dispatch", 2).await.unwrap(), 202);
    for runs in 1..=3 {
        invocations.wait_until_idle().await;
        assert_eq!(RUNS.load(Ordering::SeqCst), runs);
        clock.advance(Duration::from_mins(2));
    }
    // The third attempt succeeded. An event that always fails has no fourth attempt.
    RUNS.store(0, Ordering::SeqCst);
    invoke_as(&server, "dispatch", 99).await.unwrap();
    for _ in 0..5 {
        invocations.wait_until_idle().await;
        clock.advance(Duration::from_mins(2));
    }
    assert_eq!(RUNS.load(Ordering::SeqCst), 3);
    server.stop(&clock).await;
}
