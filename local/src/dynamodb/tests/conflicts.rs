//! Requests that meet on an item.

use aws_sdk_dynamodb::types::{Get, TransactGetItem};
use futures_util::future::join_all;

use super::super::{Effect, Fault, Gate};
use super::{client, counted, n, new_item, put, reasons, revision, s, start};

#[tokio::test(flavor = "multi_thread")]
async fn of_sixty_four_overlapping_transactions_the_first_commits_and_the_others_see_a_conflict() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "receive-message");
    let gate = Gate::new();
    dynamodb.faults().arm(Fault::once(Effect::Wait(gate.clone())));
    let transaction = |number: usize| {
        let own = new_item(&format!("SID#{number}"), "SID");
        let write = client.transact_write_items().transact_items(own);
        write.transact_items(counted("CONV#1", &number.to_string())).send()
    };
    let first = tokio::spawn(transaction(0));
    gate.arrived().await;
    for refused in join_all((1..64).map(transaction)).await {
        let reasons = reasons(refused.unwrap_err().into_service_error());
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
async fn transactions_that_are_tried_again_after_a_conflict_are_all_counted() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "receive-message");
    let tasks = (0..32).map(|number: usize| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut conflicts = 0;
            loop {
                let own = new_item(&format!("SID#{number}"), "SID");
                let write = client.transact_write_items().transact_items(own);
                match write.transact_items(counted("CONV#1", "1")).send().await {
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
async fn a_plain_write_to_an_item_in_a_transaction_is_refused_and_one_beside_it_is_not() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "receive-message");
    let gate = Gate::new();
    dynamodb.faults().arm(Fault::once(Effect::Wait(gate.clone())));
    let write = client.transact_write_items().transact_items(counted("CONV#1", "1"));
    let transaction = tokio::spawn(write.send());
    gate.arrived().await;
    let update = client.update_item().table_name("Table").key("pk", s("CONV#1"));
    let update = update.key("sk", s("META")).update_expression("ADD rev :one");
    let refused = update.expression_attribute_values(":one", n(1)).send().await;
    assert!(refused.unwrap_err().into_service_error().is_transaction_conflict_exception());
    put(&client, "CONV#1", "MSG#1", 1).await;
    gate.open();
    transaction.await.unwrap().unwrap();
    dynamodb.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_plain_writes_to_one_item_queue_and_a_transaction_over_them_is_cancelled() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "record-delivery");
    let gate = Gate::new();
    dynamodb.faults().arm(Fault::once(Effect::Wait(gate.clone())));
    let waiting = client.clone();
    let first = tokio::spawn(async move { put(&waiting, "CONV#1", "META", 1).await });
    gate.arrived().await;
    put(&client, "CONV#1", "META", 2).await;
    let write = client.transact_write_items().transact_items(counted("CONV#1", "1"));
    let error = write.send().await.unwrap_err().into_service_error();
    assert!(error.is_transaction_canceled_exception(), "{error:?}");
    let get = Get::builder().table_name("Table").key("pk", s("CONV#1")).key("sk", s("META"));
    let get = TransactGetItem::builder().get(get.build().unwrap()).build();
    let read = client.transact_get_items().transact_items(get).send().await;
    assert!(read.unwrap_err().into_service_error().is_transaction_canceled_exception());
    gate.open();
    first.await.unwrap();
    let write = client.transact_write_items().transact_items(counted("CONV#1", "1"));
    write.send().await.unwrap();
    dynamodb.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_meets_a_transaction_comes_back_unprocessed() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "delete-conversation");
    let gate = Gate::new();
    dynamodb.faults().arm(Fault::once(Effect::Wait(gate.clone())));
    let write = client.transact_write_items().transact_items(counted("CONV#1", "1"));
    let transaction = tokio::spawn(write.send());
    gate.arrived().await;
    let body = serde_json::json!({ "RequestItems": { "Table": [
        { "DeleteRequest": { "Key": { "pk": { "S": "CONV#1" }, "sk": { "S": "META" } } } },
    ] } });
    let answer = dynamodb.call("any", "BatchWriteItem", body.clone()).await.unwrap();
    assert_eq!(answer["UnprocessedItems"], body["RequestItems"]);
    gate.open();
    transaction.await.unwrap().unwrap();
    dynamodb.stop().await;
}
