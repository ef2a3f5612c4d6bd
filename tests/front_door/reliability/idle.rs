//! The system without traffic: only a small read per minute.

use aws_emulator::template::TriggerSpec;
use serde_json::Value;

use super::fixture::{ANNA, ReliabilityFixture, minutes};
use crate::support::project_root;

/// Resource types that cost nothing while they are not used.
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
async fn an_idle_hour_only_queries_due_entries_and_writes_nothing() {
    let fixture = ReliabilityFixture::start().await;
    let anna = fixture.start_conversation(ANNA).await;
    fixture.receive_text(ANNA, "Hello");
    fixture.send(&anna, "Hello to you").await;
    fixture.wait_until_idle().await;
    let capacity = fixture.inner().dynamodb().capacity();
    capacity.reset();
    for _ in 0..60 {
        let sweep_result = fixture.sweep().await;
        assert_eq!(
            (&sweep_result["requeued"], &sweep_result["unknown"]),
            (&Value::from(0), &Value::from(0))
        );
    }
    for (key, units) in capacity.snapshot() {
        assert_eq!((&*key.caller, &*key.operation), ("sweep", "Query"), "{units:?}");
        assert_eq!((units.calls, units.write_units.to_bits()), (60, 0));
        assert!(units.read_units <= 60.0, "{units:?}");
    }
    fixture.stop().await;
}

#[tokio::test]
async fn a_completed_send_invokes_no_further_function() {
    let fixture = ReliabilityFixture::start().await;
    let anna = fixture.start_conversation(ANNA).await;
    let invocations_before = fixture.inner().functions().invocations();
    fixture.send(&anna, "Hello").await;
    fixture.wait_until_idle().await;
    fixture.advance_and_sweep(minutes(1)).await;
    // A send, a run of `dispatch`, three callbacks, runs of `push` without sockets, and two sweeps. If a claim or a
    // completion invoked `dispatch`, there would be an endless loop.
    let capacity = fixture.inner().dynamodb().capacity();
    let queue_queries = capacity
        .snapshot()
        .into_iter()
        .filter(|(key, _)| (&*key.caller, &*key.operation) == ("dispatch", "Query"));
    assert_eq!(queue_queries.map(|(_, consumed)| consumed.calls).sum::<u64>(), 2);
    assert!(fixture.inner().functions().invocations() - invocations_before < 20);
    fixture.stop().await;
}

#[tokio::test]
async fn every_resource_in_the_template_is_billed_per_use() {
    let fixture = ReliabilityFixture::start().await;
    let template = fixture.inner().template();
    let text = std::fs::read_to_string(project_root().join("template.yaml")).unwrap();
    let types = text.lines().filter_map(|line| line.strip_prefix("    Type: "));
    for kind in types.clone() {
        assert!(PAID_BY_USE.contains(&kind), "{kind} may cost something at idle");
    }
    let on_demand_tables = text.matches("BillingMode: PAY_PER_REQUEST").count();
    assert_eq!(on_demand_tables, template.tables.len());
    for paid_feature in ["VpcConfig", "ProvisionedConcurrency", "ProvisionedThroughput", "AWS::EC2"]
    {
        assert!(!text.contains(paid_feature), "{paid_feature} costs something at idle");
    }
    // Only the two event source mappings of the stream poll, which is free.
    let streams = template.functions.iter().flat_map(|function| &function.triggers);
    assert_eq!(streams.filter(|trigger| matches!(trigger, TriggerSpec::Stream(_))).count(), 2);
    fixture.stop().await;
}
