//! Messages to closed conversations reopen them; deleted messages stay deleted.

use reqwest::Method;
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::ids::{MessageId, RandomIds};

use super::fixture::{ANNA, ReliabilityFixture, numbered_sid, put_item, seconds};
use crate::support::table::{self, TABLE};

/// Turns a conversation into a tombstone, whose messages the erase job has not deleted yet.
async fn make_tombstone(fixture: &ReliabilityFixture, conversation: &str) {
    let key = (format!("CONV#{conversation}"), "META".to_owned());
    let meta = table::rows(&fixture.system, TABLE).await.remove(&key).unwrap();
    let ulid = MessageId::generate(&RandomIds, fixture.inner().clock().now()).to_string();
    let rev = meta["rev"]["N"].as_str().unwrap().parse::<u64>().unwrap() + 1;
    let tombstone = json!({
        "pk": meta["pk"], "sk": meta["sk"], "kind": meta["kind"],
        "inbox": meta["inbox"], "rev": { "N": rev.to_string() },
        "deleted_through": { "S": ulid }, "last_ulid": { "S": ulid },
    });
    put_item(fixture, tombstone).await;
    fixture.wait_until_idle().await;
}

/// Deletes the row of a message, as the erase job does.
async fn delete_message_row(fixture: &ReliabilityFixture, conversation: &str, message: &str) {
    let key = json!({
        "pk": { "S": format!("CONV#{conversation}") }, "sk": { "S": format!("MSG#{message}") },
    });
    let body = json!({ "TableName": TABLE, "Key": key });
    fixture.inner().dynamodb().call("local-admin", "DeleteItem", body).await.unwrap();
    fixture.wait_until_idle().await;
}

/// Returns the number of rows whose sort key starts with `sk_prefix`.
async fn count_rows(fixture: &ReliabilityFixture, sk_prefix: &str) -> usize {
    let rows = table::rows(&fixture.system, TABLE).await;
    rows.keys().filter(|(_, sk)| sk.starts_with(sk_prefix)).count()
}

#[tokio::test]
async fn a_text_reopens_a_closed_conversation() {
    let fixture = ReliabilityFixture::start().await;
    let anna = fixture.start_conversation(ANNA).await;
    let path = format!("/api/conversations/{anna}");
    let (status, closed) = fixture.call(Method::PATCH, &path, json!({ "status": "closed" })).await;
    assert_eq!((status, &closed["status"]), (200, &json!("closed")));
    assert_eq!(fixture.list_conversations().await, [] as [Value; 0]);
    fixture.receive_text(ANNA, "One more thing");
    fixture.wait_until_idle().await;
    let list = fixture.list_conversations().await;
    assert_eq!((list.len(), &list[0]["conversation_id"]), (1, &json!(anna)));
    assert_eq!((&list[0]["status"], &list[0]["unread_count"]), (&json!("open"), &json!(1)));
    let unread = fixture.get("/api/conversations?filter=unread").await;
    assert_eq!(unread["conversations"].as_array().unwrap().len(), 1);
    let closed = fixture.get("/api/conversations?filter=closed").await;
    assert_eq!(closed["conversations"], json!([]));
    fixture.stop().await;
}

#[tokio::test]
async fn a_text_to_a_deleted_conversation_starts_it_without_earlier_messages() {
    let fixture = ReliabilityFixture::start().await;
    for number in 0..3 {
        let form = fixture.inbound_form(ANNA, &format!("old {number}"), &numbered_sid(number));
        assert_eq!(fixture.post_webhook("/twilio/messages", &form).await, 200);
    }
    let anna =
        fixture.list_conversations().await[0]["conversation_id"].as_str().unwrap().to_owned();
    let path = format!("/api/conversations/{anna}/messages");
    let older_cursor =
        fixture.get(&format!("{path}?limit=1")).await["older_cursor"].as_str().unwrap().to_owned();
    make_tombstone(&fixture, &anna).await;

    assert_eq!(fixture.list_conversations().await, [] as [Value; 0]);
    let (status, _) = fixture.call(Method::GET, &path, Value::Null).await;
    assert_eq!(status, 404);
    let body = json!({ "body": "Too late", "idempotency_key": "too-late-1" });
    assert_eq!(fixture.post(&path, body).await.0, 404);
    // A repeated old webhook restores nothing.
    let form = fixture.inbound_form(ANNA, "old 1", &numbered_sid(1));
    assert_eq!(fixture.post_webhook("/twilio/messages", &form).await, 200);
    assert_eq!(fixture.list_conversations().await, [] as [Value; 0]);

    let form = fixture.inbound_form(ANNA, "new", &numbered_sid(9));
    assert_eq!(fixture.post_webhook("/twilio/messages", &form).await, 200);
    fixture.wait_until_idle().await;
    let list = fixture.list_conversations().await;
    assert_eq!((list.len(), &list[0]["conversation_id"]), (1, &json!(anna)));
    assert_eq!(list[0]["unread_count"], 1);
    let page = fixture.get(&path).await;
    assert_eq!(fixture.bodies(&anna).await, ["new"]);
    assert_eq!((&page["older_cursor"], page["deleted_through"].is_string()), (&Value::Null, true));
    let earlier_page = fixture.get(&format!("{path}?before={older_cursor}")).await;
    assert_eq!(earlier_page["messages"], json!([]));
    let later_page = fixture.get(&format!("{path}?after={older_cursor}")).await;
    assert_eq!(later_page["messages"].as_array().unwrap().len(), 1);
    // The search by number finds it again.
    let search_result = fixture.get("/api/conversations?search=0101").await;
    assert_eq!(search_result["conversations"].as_array().unwrap().len(), 1);
    fixture.stop().await;
}

#[tokio::test]
async fn queued_messages_of_a_deleted_conversation_are_discarded() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    let anna = fixture.start_conversation(ANNA).await;
    let texts = ["kept", "removed"].map(str::to_owned);
    fixture.send_without_dispatch(&faults, &anna, &texts).await;
    let removed_id =
        fixture.list_messages(&anna).await[1]["message_id"].as_str().unwrap().to_owned();
    make_tombstone(&fixture, &anna).await;
    delete_message_row(&fixture, &anna, &removed_id).await;
    assert_eq!(count_rows(&fixture, "QUEUE#").await, 2);
    fixture.advance_and_sweep(seconds(61)).await;
    assert_eq!(fixture.twilio().creates(), []);
    assert_eq!((count_rows(&fixture, "QUEUE#").await, count_rows(&fixture, "JOB#").await), (0, 0));
    fixture.stop().await;
}

#[tokio::test]
async fn a_callback_for_a_deleted_message_is_accepted_and_restores_nothing() {
    let fixture = ReliabilityFixture::start().await;
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "Gone").await;
    fixture.wait_until_idle().await;
    let twilio_sid = fixture.twilio().messages().unwrap()[0].sid.clone();
    let path = format!("/twilio/deliveries/{anna}/{id}");
    make_tombstone(&fixture, &anna).await;
    assert_eq!(fixture.post_webhook(&path, &fixture.callback_form(&twilio_sid, "read")).await, 204);
    delete_message_row(&fixture, &anna, &id).await;
    let rows_before = table::rows(&fixture.system, TABLE).await;
    assert_eq!(
        fixture.post_webhook(&path, &fixture.callback_form(&twilio_sid, "delivered")).await,
        204
    );
    fixture.wait_until_idle().await;
    assert_eq!(table::rows(&fixture.system, TABLE).await, rows_before);
    assert_eq!(fixture.list_conversations().await, [] as [Value; 0]);
    fixture.stop().await;
}
