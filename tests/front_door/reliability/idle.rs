//! Nothing at idle: when nobody writes, a small read a minute is all that happens.

use local::template::TriggerSpec;
use serde_json::Value;

use super::stage::{ANNA, Stage, minutes};
use crate::desk::root;

/// What costs nothing while it is not used.
const PAID_BY_USE: [&str; 7] = [
    "AWS::DynamoDB::Table",
    "AWS::IAM::Role",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::Serverless::Function",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::WebSocketApi",
];

#[tokio::test]
async fn an_idle_hour_reads_the_list_of_what_is_due_and_writes_nothing() {
    let stage = Stage::open().await;
    let anna = stage.conversation(ANNA).await;
    stage.text(ANNA, "Hello");
    stage.send(&anna, "Hello to you").await;
    stage.settle().await;
    let capacity = stage.system().dynamodb().capacity();
    capacity.reset();
    for _ in 0..60 {
        let swept = stage.sweep().await;
        assert_eq!((&swept["woken"], &swept["unknown"]), (&Value::from(0), &Value::from(0)));
    }
    for (consumer, consumed) in capacity.consumed() {
        assert_eq!((&*consumer.caller, &*consumer.operation), ("sweep", "Query"), "{consumed:?}");
        assert_eq!((consumed.calls, consumed.write_units.to_bits()), (60, 0));
        assert!(consumed.read_units <= 60.0, "{consumed:?}");
    }
    stage.close().await;
}

#[tokio::test]
async fn what_settles_wakes_nobody_again() {
    let stage = Stage::open().await;
    let anna = stage.conversation(ANNA).await;
    let sent = stage.system().functions().invocations();
    stage.send(&anna, "Hello").await;
    stage.settle().await;
    stage.pass(minutes(1)).await;
    // A click, a run of dispatch, three callbacks, what is told of it to nobody, two sweeps. Were a claim or a settling
    // to wake dispatch, there would be no end to it.
    let capacity = stage.system().dynamodb().capacity();
    let lanes = capacity
        .consumed()
        .into_iter()
        .filter(|(consumer, _)| (&*consumer.caller, &*consumer.operation) == ("dispatch", "Query"));
    assert_eq!(lanes.map(|(_, consumed)| consumed.calls).sum::<u64>(), 2);
    assert!(stage.system().functions().invocations() - sent < 20);
    stage.close().await;
}

#[tokio::test]
async fn everything_in_the_template_is_paid_by_use_alone() {
    let stage = Stage::open().await;
    let template = stage.system().template();
    let text = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let types = text.lines().filter_map(|line| line.strip_prefix("    Type: "));
    for kind in types.clone() {
        assert!(PAID_BY_USE.contains(&kind), "{kind} may cost something at idle");
    }
    let by_request = text.matches("BillingMode: PAY_PER_REQUEST").count();
    assert_eq!(by_request, template.tables.len());
    for paid in ["VpcConfig", "ProvisionedConcurrency", "ProvisionedThroughput", "AWS::EC2"] {
        assert!(!text.contains(paid), "{paid} costs something at idle");
    }
    // Nothing polls but the two readers of the stream, which cost nothing.
    let streams = template.functions.iter().flat_map(|function| &function.triggers);
    assert_eq!(streams.filter(|trigger| matches!(trigger, TriggerSpec::Stream(_))).count(), 2);
    stage.close().await;
}
