//! Concurrent requests on one item.

use aws_sdk_dynamodb::types::{Get, TransactGetItem};
use futures_util::future::join_all;

use super::super::{Effect, Gate, RequestFault};
use super::{client, counter_update, n, new_item, put, reasons, revision, s, start};

#[tokio::test(flavor = "multi_thread")]
async fn of_64_overlapping_transactions_the_first_commits_and_the_others_conflict() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "receive-message");
    let gate = Gate::new();
    dynamodb.faults().arm(RequestFault::once(Effect::Wait(gate.clone())));
    let transaction = |number: usize| {
        let item = new_item(&format!("SID#{number}"), "SID");
        let write = client.transact_write_items().transact_items(item);
        write.transact_items(counter_update("CONV#1", &number.to_string())).send()
    };
    let first = tokio::spawn(transaction(0));
    gate.wait_for_request().await;
    for result in join_all((1..64).map(transaction)).await {
        let reasons = reasons(result.unwrap_err().into_service_error());
        let codes: Vec<_> = reasons.iter().map(|reason| reason.code().unwrap()).collect();
        assert_eq!(codes, ["None", "TransactionConflict"]);
    }
    gate.open();
    first.await.unwrap().unwrap();
    assert_eq!(revision(&client, "CONV#1").await.as_deref(), Some("1"));
    assert_eq!(client.scan().table_name("Table").send().await.unwrap().count, 2);
    dynamodb.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retried_transactions_all_commit_after_conflicts() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "receive-message");
    let tasks = (0..32).map(|number: usize| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut conflicts = 0;
            loop {
                let item = new_item(&format!("SID#{number}"), "SID");
                let write = client.transact_write_items().transact_items(item);
                match write.transact_items(counter_update("CONV#1", "1")).send().await {
                    Ok(_) => return conflicts,
                    Err(error) => {
                        let error = error.into_service_error();
                        assert!(error.is_transaction_canceled_exception(), "{error:?}");
                        conflicts += 1;
                    }
                }
            }
        })
    });
    let conflicts: usize = join_all(tasks).await.into_iter().map(Result::unwrap).sum();
    assert!(conflicts > 0, "32 callers at one item must meet");
    assert_eq!(revision(&client, "CONV#1").await.as_deref(), Some("32"));
    dynamodb.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_write_conflicts_with_a_transaction_only_on_the_same_item() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "receive-message");
    let gate = Gate::new();
    dynamodb.faults().arm(RequestFault::once(Effect::Wait(gate.clone())));
    let write = client.transact_write_items().transact_items(counter_update("CONV#1", "1"));
    let transaction = tokio::spawn(write.send());
    gate.wait_for_request().await;
    let update = client.update_item().table_name("Table").key("pk", s("CONV#1"));
    let update = update.key("sk", s("META")).update_expression("ADD rev :one");
    let result = update.expression_attribute_values(":one", n(1)).send().await;
    assert!(result.unwrap_err().into_service_error().is_transaction_conflict_exception());
    put(&client, "CONV#1", "MSG#1", 1).await;
    gate.open();
    transaction.await.unwrap().unwrap();
    dynamodb.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_writes_to_one_item_queue_and_a_transaction_on_it_is_canceled() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "record-delivery");
    let gate = Gate::new();
    dynamodb.faults().arm(RequestFault::once(Effect::Wait(gate.clone())));
    let other_client = client.clone();
    let first = tokio::spawn(async move { put(&other_client, "CONV#1", "META", 1).await });
    gate.wait_for_request().await;
    put(&client, "CONV#1", "META", 2).await;
    let write = client.transact_write_items().transact_items(counter_update("CONV#1", "1"));
    let error = write.send().await.unwrap_err().into_service_error();
    assert!(error.is_transaction_canceled_exception(), "{error:?}");
    let get = Get::builder().table_name("Table").key("pk", s("CONV#1")).key("sk", s("META"));
    let get = TransactGetItem::builder().get(get.build().unwrap()).build();
    let read = client.transact_get_items().transact_items(get).send().await;
    assert!(read.unwrap_err().into_service_error().is_transaction_canceled_exception());
    gate.open();
    first.await.unwrap();
    let write = client.transact_write_items().transact_items(counter_update("CONV#1", "1"));
    write.send().await.unwrap();
    dynamodb.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_conflicts_with_a_transaction_is_returned_unprocessed() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "delete-conversation");
    let gate = Gate::new();
    dynamodb.faults().arm(RequestFault::once(Effect::Wait(gate.clone())));
    let write = client.transact_write_items().transact_items(counter_update("CONV#1", "1"));
    let transaction = tokio::spawn(write.send());
    gate.wait_for_request().await;
    let body = serde_json::json!({ "RequestItems": { "Table": [
        { "DeleteRequest": { "Key": { "pk": { "S": "CONV#1" }, "sk": { "S": "META" } } } },
    ] } });
    let response = dynamodb.call("any", "BatchWriteItem", body.clone()).await.unwrap();
    assert_eq!(response["UnprocessedItems"], body["RequestItems"]);
    gate.open();
    transaction.await.unwrap().unwrap();
    dynamodb.stop().await;
}
