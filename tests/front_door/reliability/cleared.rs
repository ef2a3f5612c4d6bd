//! What was closed opens again, what was deleted stays deleted.

use reqwest::Method;
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::ids::{Ids as _, RandomIds};

use super::stage::{ANNA, Stage, put, seconds, sid};
use crate::desk::table::{self, TABLE};

/// Deletes a conversation as the rule says: its item is stripped, nothing up to now is shown; the messages are left to a
/// job that has not run yet.
async fn strip(stage: &Stage, conversation: &str) {
    let key = (format!("CONV#{conversation}"), "META".to_owned());
    let meta = table::rows(&stage.desk, TABLE).await.remove(&key).unwrap();
    let now = RandomIds.ulid(stage.system().clock().now()).to_string();
    let rev = meta["rev"]["N"].as_str().unwrap().parse::<u64>().unwrap() + 1;
    let stripped = json!({
        "pk": meta["pk"], "sk": meta["sk"], "id": meta["id"], "kind": meta["kind"],
        "inbox": meta["inbox"], "rev": { "N": rev.to_string() },
        "cleared": { "S": now }, "last": { "S": now },
    });
    put(stage, stripped).await;
    stage.settle().await;
}

/// Removes a message's row, as the job does.
async fn remove(stage: &Stage, conversation: &str, message: &str) {
    let key = json!({
        "pk": { "S": format!("CONV#{conversation}") }, "sk": { "S": format!("MSG#{message}") },
    });
    let body = json!({ "TableName": TABLE, "Key": key });
    stage.system().dynamodb().call("local-admin", "DeleteItem", body).await.unwrap();
    stage.settle().await;
}

/// How many rows of the conversation have a sort key that begins so.
async fn rows(stage: &Stage, beginning: &str) -> usize {
    let rows = table::rows(&stage.desk, TABLE).await;
    rows.keys().filter(|(_, sort)| sort.starts_with(beginning)).count()
}

#[tokio::test]
async fn a_text_opens_a_closed_conversation_again() {
    let stage = Stage::open().await;
    let anna = stage.conversation(ANNA).await;
    let path = format!("/api/conversations/{anna}");
    let (status, closed) = stage.call(Method::PATCH, &path, json!({ "status": "closed" })).await;
    assert_eq!((status, &closed["status"]), (200, &json!("closed")));
    assert_eq!(stage.list().await, [] as [Value; 0]);
    stage.text(ANNA, "One more thing");
    stage.settle().await;
    let list = stage.list().await;
    assert_eq!((list.len(), &list[0]["conversation_id"]), (1, &json!(anna)));
    assert_eq!((&list[0]["status"], &list[0]["unread_count"]), (&json!("open"), &json!(1)));
    let unread = stage.get("/api/conversations?filter=unread").await;
    assert_eq!(unread["conversations"].as_array().unwrap().len(), 1);
    let closed = stage.get("/api/conversations?filter=closed").await;
    assert_eq!(closed["conversations"], json!([]));
    stage.close().await;
}

#[tokio::test]
async fn a_text_into_a_deleted_conversation_begins_it_anew_and_shows_nothing_of_before() {
    let stage = Stage::open().await;
    for number in 0..3 {
        let form = stage.inbound(ANNA, &format!("old {number}"), &sid(number));
        assert_eq!(stage.webhook("/twilio/messages", &form).await, 200);
    }
    let anna = stage.list().await[0]["conversation_id"].as_str().unwrap().to_owned();
    let path = format!("/api/conversations/{anna}/messages");
    let older = stage.get(&format!("{path}?limit=1")).await["older"].as_str().unwrap().to_owned();
    strip(&stage, &anna).await;

    assert_eq!(stage.list().await, [] as [Value; 0]);
    let (status, _) = stage.call(Method::GET, &path, Value::Null).await;
    assert_eq!(status, 404);
    let click = json!({ "body": "Too late", "idempotency_key": "too-late-1" });
    assert_eq!(stage.post(&path, click).await.0, 404);
    // Twilio repeats an old webhook: it stays deleted.
    let form = stage.inbound(ANNA, "old 1", &sid(1));
    assert_eq!(stage.webhook("/twilio/messages", &form).await, 200);
    assert_eq!(stage.list().await, [] as [Value; 0]);

    let form = stage.inbound(ANNA, "new", &sid(9));
    assert_eq!(stage.webhook("/twilio/messages", &form).await, 200);
    stage.settle().await;
    let list = stage.list().await;
    assert_eq!((list.len(), &list[0]["conversation_id"]), (1, &json!(anna)));
    assert_eq!(list[0]["unread_count"], 1);
    let page = stage.get(&path).await;
    assert_eq!(stage.texts(&anna).await, ["new"]);
    assert_eq!((&page["older"], page["cleared"].is_string()), (&Value::Null, true));
    let before = stage.get(&format!("{path}?before={older}")).await;
    assert_eq!(before["messages"], json!([]));
    let after = stage.get(&format!("{path}?after={older}")).await;
    assert_eq!(after["messages"].as_array().unwrap().len(), 1);
    // It is found again by its number.
    let found = stage.get("/api/conversations?search=0101").await;
    assert_eq!(found["conversations"].as_array().unwrap().len(), 1);
    stage.close().await;
}

#[tokio::test]
async fn what_was_to_be_sent_in_a_deleted_conversation_is_dropped_unsent() {
    let (stage, points) = Stage::with_points().await;
    let anna = stage.conversation(ANNA).await;
    let texts = ["kept", "removed"].map(str::to_owned);
    stage.send_unheard(&points, &anna, &texts).await;
    let removed = stage.thread(&anna).await[1]["message_id"].as_str().unwrap().to_owned();
    strip(&stage, &anna).await;
    remove(&stage, &anna, &removed).await;
    assert_eq!(rows(&stage, "DO#").await, 2);
    stage.pass(seconds(61)).await;
    assert_eq!(stage.twilio().creates(), []);
    assert_eq!((rows(&stage, "DO#").await, rows(&stage, "JOB#").await), (0, 0));
    stage.close().await;
}

#[tokio::test]
async fn a_callback_for_a_deleted_message_is_taken_and_revives_nothing() {
    let stage = Stage::open().await;
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "Gone").await;
    stage.settle().await;
    let twilio_sid = stage.twilio().messages().unwrap()[0].sid.clone();
    let path = format!("/twilio/deliveries/{anna}/{id}");
    strip(&stage, &anna).await;
    assert_eq!(stage.webhook(&path, &stage.callback(&twilio_sid, "read")).await, 204);
    remove(&stage, &anna, &id).await;
    let before = table::rows(&stage.desk, TABLE).await;
    assert_eq!(stage.webhook(&path, &stage.callback(&twilio_sid, "delivered")).await, 204);
    stage.settle().await;
    assert_eq!(table::rows(&stage.desk, TABLE).await, before);
    assert_eq!(stage.list().await, [] as [Value; 0]);
    stage.close().await;
}
