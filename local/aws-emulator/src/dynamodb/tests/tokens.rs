//! Repeated transactions with one token, and failed conditions.

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};

use super::super::{Effect, RequestFault};
use super::{client, counter_update, put, reasons, revision, s, start};

#[tokio::test]
async fn a_transaction_with_a_lost_response_runs_once_per_token() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "receive-message");
    let send = |sort_key: &str| {
        let write =
            client.transact_write_items().transact_items(counter_update("CONV#1", sort_key));
        write.client_request_token("one").send()
    };
    dynamodb.faults().arm(RequestFault::once(Effect::DropResponse));
    assert!(send("1").await.unwrap_err().into_service_error().is_internal_server_error());
    send("1").await.unwrap();
    assert_eq!(revision(&client, "CONV#1").await.as_deref(), Some("1"));
    let error = send("2").await.unwrap_err().into_service_error();
    assert!(error.is_idempotent_parameter_mismatch_exception());
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_failed_condition_returns_the_existing_item() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "receive-message");
    put(&client, "SID#1", "SID", 7).await;
    let dedup_record =
        Put::builder().table_name("Table").item("pk", s("SID#1")).item("sk", s("SID"));
    let dedup_record = dedup_record
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .unwrap();
    let dedup_record = TransactWriteItem::builder().put(dedup_record).build();
    let write = client.transact_write_items().transact_items(counter_update("CONV#1", "1"));
    let error = write.transact_items(dedup_record).send().await.unwrap_err().into_service_error();
    let [first, failed] = reasons(error).try_into().unwrap();
    assert_eq!(first.code(), Some("None"));
    assert_eq!(failed.code(), Some("ConditionalCheckFailed"));
    assert_eq!(failed.item().unwrap()["value"].as_n().unwrap(), "7");
    assert_eq!(revision(&client, "CONV#1").await, None);
    dynamodb.stop().await;
}
