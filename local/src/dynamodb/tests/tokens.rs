//! A transaction sent twice under one token, and what a failed condition shows.

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};

use super::super::{Effect, Fault};
use super::{client, counted, put, reasons, revision, s, start};

#[tokio::test]
async fn a_transaction_whose_answer_was_lost_is_done_once_under_its_token() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "receive-message");
    let send = |place: &str| {
        let write = client.transact_write_items().transact_items(counted("CONV#1", place));
        write.client_request_token("one").send()
    };
    dynamodb.faults().arm(Fault::once(Effect::LoseAnswer));
    assert!(send("1").await.unwrap_err().into_service_error().is_internal_server_error());
    send("1").await.unwrap();
    assert_eq!(revision(&client, "CONV#1").await.as_deref(), Some("1"));
    let other = send("2").await.unwrap_err().into_service_error();
    assert!(other.is_idempotent_parameter_mismatch_exception());
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_failed_condition_in_a_transaction_shows_the_item_that_is_there() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "receive-message");
    put(&client, "SID#1", "SID", 7).await;
    let pointer = Put::builder().table_name("Table").item("pk", s("SID#1")).item("sk", s("SID"));
    let pointer = pointer
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .unwrap();
    let pointer = TransactWriteItem::builder().put(pointer).build();
    let write = client.transact_write_items().transact_items(counted("CONV#1", "1"));
    let error = write.transact_items(pointer).send().await.unwrap_err().into_service_error();
    let [none, failed] = reasons(error).try_into().unwrap();
    assert_eq!(none.code(), Some("None"));
    assert_eq!(failed.code(), Some("ConditionalCheckFailed"));
    assert_eq!(failed.item().unwrap()["value"].as_n().unwrap(), "7");
    assert_eq!(revision(&client, "CONV#1").await, None);
    dynamodb.stop().await;
}
