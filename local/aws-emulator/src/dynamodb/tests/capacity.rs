//! The consumed capacity of operations.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;

use super::super::{CapacityUnits, Effect, RequestFault};
use super::{client, counter_update, n, new_item, put, s, start};

#[tokio::test]
async fn three_items_and_a_moved_index_entry_cost_eight_write_units() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "receive-message");
    let inbound = |number: usize| {
        let transaction = client
            .transact_write_items()
            .transact_items(new_item(&format!("SID#{number}"), "SID"))
            .transact_items(new_item("CONV#1", &format!("MSG#{number}")));
        transaction.transact_items(counter_update("CONV#1", &number.to_string())).send()
    };
    inbound(1).await.unwrap();
    let units = dynamodb.capacity().for_caller("receive-message");
    // The first one adds the item to the index and replaces no entry.
    assert_eq!(units, CapacityUnits { calls: 1, write_units: 7.0, read_units: 0.0 });
    dynamodb.capacity().reset();
    let response = inbound(2).await.unwrap();
    assert!(response.consumed_capacity().is_empty(), "it was not requested");
    let units = dynamodb.capacity().for_caller("receive-message");
    assert_eq!(units, CapacityUnits { calls: 1, write_units: 8.0, read_units: 0.0 });
    dynamodb.stop().await;
}

#[tokio::test]
async fn units_are_counted_by_caller_and_operation_and_returned_on_request() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, "record-delivery");
    put(&writer, "CONV#1", "MSG#1", 1).await;
    let update = writer.update_item().table_name("Table").key("pk", s("CONV#1"));
    let update = update.key("sk", s("MSG#1")).update_expression("SET #v = :v");
    let update = update.expression_attribute_names("#v", "value");
    let update = update.expression_attribute_values(":v", n(2));
    let request = update.return_consumed_capacity(ReturnConsumedCapacity::Total);
    let capacity = request.send().await.unwrap().consumed_capacity.unwrap();
    assert_eq!(capacity.capacity_units, Some(1.0));
    assert!(capacity.table.is_none(), "only the sum was requested");
    let query = client(&dynamodb, "list-messages").query().table_name("Table");
    let query = query.key_condition_expression("pk = :pk").consistent_read(true);
    query.expression_attribute_values(":pk", s("CONV#1")).send().await.unwrap();
    let consumed: Vec<_> = dynamodb
        .capacity()
        .snapshot()
        .into_iter()
        .map(|(key, units)| (key.caller, key.operation, units.write_units, units.read_units))
        .collect();
    let row = |caller: &str, operation: &str, write: f64, read: f64| {
        (caller.to_owned(), operation.to_owned(), write, read)
    };
    assert_eq!(
        consumed,
        [
            row("list-messages", "Query", 0.0, 1.0),
            row("record-delivery", "PutItem", 1.0, 0.0),
            row("record-delivery", "UpdateItem", 1.0, 0.0),
        ]
    );
    dynamodb.stop().await;
}

#[tokio::test]
async fn an_armed_fault_affects_only_the_matching_request() {
    let dynamodb = start().await;
    let client = client(&dynamodb, "record-delivery");
    let fault = RequestFault::once(Effect::Throttle).on_operation("PutItem").with_text("MSG#2");
    dynamodb.faults().arm(RequestFault { after: 1, ..fault });
    put(&client, "CONV#1", "MSG#1", 1).await;
    put(&client, "CONV#1", "MSG#2", 1).await;
    let request = client.put_item().table_name("Table").item("pk", s("CONV#1"));
    let error = request.item("sk", s("MSG#2")).send().await.unwrap_err().into_service_error();
    assert!(error.is_throttling_exception(), "{error:?}");
    put(&client, "CONV#1", "MSG#2", 1).await;
    dynamodb.stop().await;
}
