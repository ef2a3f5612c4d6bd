//! Permissions: requests without a grant are denied, in AWS's words.

use std::sync::Arc;

use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::types::{ConditionCheck, TransactWriteItem};
use shared::clock::SystemClock;

use super::super::{DynamoDb, DynamoOptions};
use super::{client, n, new_item, s, table};

const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/Table";

/// Starts a table on which the function `granted` may perform exactly these actions.
async fn start_with_grants(actions: &'static [(&'static str, &'static str)]) -> DynamoDb {
    let permissions = Arc::new(move |caller: &str, action: &str, resource: &str| {
        caller == "granted" && actions.contains(&(action, resource))
    });
    let clock = Arc::new(SystemClock);
    DynamoDb::start(DynamoOptions { tables: &[table()], folder: None, permissions, clock })
        .await
        .unwrap()
}

#[tokio::test]
async fn an_action_that_is_not_granted_is_denied_with_caller_action_and_resource() {
    let dynamodb = start_with_grants(&[("dynamodb:GetItem", TABLE)]).await;
    let granted = client(&dynamodb, "granted");
    let get = || granted.get_item().table_name("Table").key("pk", s("a")).key("sk", s("b"));
    get().send().await.unwrap();
    let put = granted.put_item().table_name("Table").item("pk", s("a")).item("sk", s("b"));
    let error = put.send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    assert_eq!(
        error.message().unwrap(),
        "User: arn:aws:sts::000000000000:assumed-role/granted/granted is not authorized to perform: \
         dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/Table because no \
         identity-based policy allows the dynamodb:PutItem action"
    );
    let request = client(&dynamodb, "other").get_item().table_name("Table");
    let error = request.key("pk", s("a")).key("sk", s("b")).send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    dynamodb.stop().await;
}

#[tokio::test]
async fn each_transaction_item_needs_its_own_permission_or_nothing_is_written() {
    let dynamodb =
        start_with_grants(&[("dynamodb:PutItem", TABLE), ("dynamodb:Scan", TABLE)]).await;
    let granted = client(&dynamodb, "granted");
    let check = ConditionCheck::builder().table_name("Table").key("pk", s("a")).key("sk", s("b"));
    let check = check.condition_expression("attribute_not_exists(pk)").build().unwrap();
    let check = TransactWriteItem::builder().condition_check(check).build();
    let write = granted.transact_write_items().transact_items(new_item("x", "y"));
    let error = write.transact_items(check).send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    assert!(error.message().unwrap().contains("dynamodb:ConditionCheckItem"));
    assert_eq!(granted.scan().table_name("Table").send().await.unwrap().count, 0);
    let write = granted.transact_write_items().transact_items(new_item("x", "y"));
    write.send().await.unwrap();
    dynamodb.stop().await;
}

#[tokio::test]
async fn an_index_query_needs_permission_on_the_index_and_a_table_query_on_the_table() {
    const INDEX: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/Table/index/list";
    let dynamodb = start_with_grants(&[("dynamodb:Query", INDEX)]).await;
    let granted = client(&dynamodb, "granted");
    let query = |condition: &str| {
        let query = granted.query().table_name("Table").key_condition_expression(condition);
        query.expression_attribute_values(":key", s("a"))
    };
    query("list_pk = :key").index_name("list").send().await.unwrap();
    let error = query("pk = :key").send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    dynamodb.stop().await;
}

#[tokio::test]
async fn batches_need_batch_actions_and_transactional_reads_need_get_item() {
    let dynamodb = start_with_grants(&[("dynamodb:BatchGetItem", TABLE)]).await;
    let keys = serde_json::json!({ "pk": { "S": "a" }, "sk": { "S": "b" } });
    let batch = serde_json::json!({ "RequestItems": { "Table": { "Keys": [keys] } } });
    dynamodb.call("granted", "BatchGetItem", batch).await.unwrap();
    let get =
        serde_json::json!({ "TransactItems": [{ "Get": { "TableName": "Table", "Key": keys } }] });
    let error = dynamodb.call("granted", "TransactGetItems", get).await.unwrap_err();
    assert!(error["Message"].as_str().unwrap().contains("dynamodb:GetItem"));
    dynamodb.stop().await;
}

#[tokio::test]
async fn access_to_an_unknown_table_is_denied_before_it_is_reported_missing() {
    let dynamodb = start_with_grants(&[]).await;
    let granted = client(&dynamodb, "granted");
    let update = granted.update_item().table_name("Other").key("pk", s("a"));
    let update = update.update_expression("ADD n :n").expression_attribute_values(":n", n(1));
    let error = update.send().await.unwrap_err();
    assert!(error.message().unwrap().contains(":table/Other"));
    dynamodb.stop().await;
}
