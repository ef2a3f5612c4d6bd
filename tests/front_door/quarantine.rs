//! `GET /api/quarantine` and `POST /api/quarantine/{id}/release`.

use std::path::Path;

use local::Options;
use serde_json::{Value, json};

use crate::desk::person::bodies;
use crate::desk::port::free_port;
use crate::desk::table::{TABLE, count};
use crate::desk::webhook::{params, sid, sign, text, with};
use crate::desk::{Answer, Desk, Person, Webhook, customer};

const ELSEWHERE: &str = "+12025550100";

async fn kept(person: &Person<'_>) -> Vec<Value> {
    person.get("/api/quarantine").await.is(200)["items"].as_array().unwrap().clone()
}

async fn release(person: &Person<'_>, item: &Value) -> Answer {
    let id = item["quarantine_id"].as_str().unwrap();
    person.post(&format!("/api/quarantine/{id}/release"), json!({})).await
}

/// A desk whose state outlives it.
async fn lasting(state: &Path, change: impl FnOnce(&mut Options)) -> Desk {
    Desk::with(|options| {
        options.state = Some(state.to_owned());
        change(options);
    })
    .await
}

#[tokio::test]
async fn once_the_number_is_set_up_what_waited_is_filed_as_if_it_had_just_come() {
    let folder = tempfile::tempdir().unwrap();
    let desk = lasting(folder.path(), |_| {}).await;
    let anna = desk.admin().await;
    let number = customer();
    let form = with(text(&desk, &sid("SM"), &number, "Anybody there?"), "To", ELSEWHERE);
    Webhook::form(&desk, "/twilio/messages", &form).send().await.is(200);
    let item = kept(&anna).await[0].clone();
    let said = release(&anna, &item).await.says(422);
    assert_eq!(said, "It was sent to a number that is not set up here.");
    assert_eq!(kept(&anna).await, std::slice::from_ref(&item), "it stays");
    desk.close().await;

    let set_up = |options: &mut Options| options.settings.number = ELSEWHERE.to_owned();
    let desk = lasting(folder.path(), set_up).await;
    let anna = desk.admin().await;
    let released = release(&anna, &item).await.is(200);
    assert_eq!(
        (&released["released"], &released["message"]["body"]),
        (&true.into(), &"Anybody there?".into())
    );
    assert_eq!(kept(&anna).await, [Value::Null; 0]);
    release(&anna, &item).await.refused(404);
    let id = anna.conversation_with(&number).await;
    assert_eq!(bodies(&anna.messages(&id).await), ["Anybody there?"]);
    assert_eq!(anna.conversation(&id).await["unread_count"], 1);
    Webhook::form(&desk, "/twilio/messages", &form).send().await.is(200);
    assert_eq!(anna.messages(&id).await.len(), 1, "Twilio's own retry adds nothing");
    desk.close().await;
}

#[tokio::test]
async fn what_came_again_by_itself_is_released_without_a_second_message() {
    let folder = tempfile::tempdir().unwrap();
    let desk = lasting(folder.path(), |_| {}).await;
    let number = customer();
    let form = with(text(&desk, &sid("SM"), &number, "Hi"), "To", ELSEWHERE);
    Webhook::form(&desk, "/twilio/messages", &form).send().await.is(200);
    desk.close().await;

    let set_up = |options: &mut Options| options.settings.number = ELSEWHERE.to_owned();
    let desk = lasting(folder.path(), set_up).await;
    let anna = desk.admin().await;
    Webhook::form(&desk, "/twilio/messages", &form).send().await.is(200);
    let item = kept(&anna).await[0].clone();
    let released = release(&anna, &item).await.is(200);
    assert_eq!(released, json!({ "released": true, "message": null }));
    assert_eq!(anna.messages(&anna.conversation_with(&number).await).await.len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn what_a_report_tells_of_the_contact_is_learnt_when_it_is_released() {
    const NEXT: &str = "AC99999999999999999999999999999999";
    let folder = tempfile::tempdir().unwrap();
    let desk = lasting(folder.path(), |_| {}).await;
    let anna = desk.admin().await;
    let thread = anna.start(&customer()).await["conversation_id"].as_str().unwrap().to_owned();
    anna.send(&thread, "Hello").await;
    desk.settle().await;
    let message = anna.messages(&thread).await[0].clone();
    let form = params(&[
        ("MessageSid", message["sid"].as_str().unwrap()),
        ("AccountSid", NEXT),
        ("MessageStatus", "failed"),
        ("ErrorCode", "21610"),
    ]);
    let target = format!("/twilio/deliveries/{thread}/{}", message["message_id"].as_str().unwrap());
    Webhook::form(&desk, &target, &form).send().await.is(200);
    assert_eq!(anna.conversation(&thread).await["consent"], Value::Null);
    desk.close().await;

    let set_up = |options: &mut Options| options.settings.account_sid = NEXT.to_owned();
    let desk = lasting(folder.path(), set_up).await;
    let anna = desk.admin().await;
    let item = kept(&anna).await[0].clone();
    release(&anna, &item).await.is(200);
    assert_eq!(anna.conversation(&thread).await["consent"]["state"], "opted_out");
    desk.close().await;
}

#[tokio::test]
async fn a_wrong_signature_is_checked_again_at_the_same_door() {
    let folder = tempfile::tempdir().unwrap();
    let desk = lasting(folder.path(), |options| options.port = free_port()).await;
    let anna = desk.admin().await;
    let port = desk.port();
    let form = text(&desk, &sid("SM"), &customer(), "Signed by the next token");
    let signature = sign("the next token", &desk.url("/twilio/messages"), &form);
    let webhook = Webhook::form(&desk, "/twilio/messages", &form).signature(Some(&signature));
    webhook.send().await.refused(403);
    let item = kept(&anna).await[0].clone();
    assert_eq!((&item["reason"], &item["signed"]), (&"signature".into(), &false.into()));
    let said = release(&anna, &item).await.says(422);
    assert_eq!(said, "Its signature is still not Twilio's.");
    desk.close().await;

    let desk = lasting(folder.path(), |options| {
        options.port = port;
        options.settings.auth_token = "the next token".to_owned();
    })
    .await;
    let anna = desk.admin().await;
    let released = release(&anna, &item).await.is(200);
    assert_eq!(released["message"]["body"], "Signed by the next token");
    assert_eq!(count(&desk, TABLE, "QUARANTINE").await, 0);
    desk.close().await;
}

#[tokio::test]
async fn all_of_one_reason_is_released_and_what_cannot_be_filed_yet_stays() {
    let folder = tempfile::tempdir().unwrap();
    let desk = lasting(folder.path(), |_| {}).await;
    let number = customer();
    for (index, to) in [ELSEWHERE, "+12025550199", ELSEWHERE].into_iter().enumerate() {
        let form = with(text(&desk, &sid("SM"), &number, &format!("Text {index}")), "To", to);
        Webhook::form(&desk, "/twilio/messages", &form).send().await.is(200);
    }
    let account = &desk.system().settings().account_sid;
    let data = json!({
        "messageSid": sid("SM"), "accountSid": account, "from": number, "to": ELSEWHERE, "body": "An event",
    });
    let event = json!({ "type": "com.twilio.messaging.inbound-message.received", "data": data });
    assert_eq!(Webhook::events(&desk, &event).send().await.status, 204);
    let odd = with(text(&desk, "SM1", &number, "x"), "To", ELSEWHERE);
    Webhook::form(&desk, "/twilio/messages", &odd).send().await.is(200);
    desk.close().await;

    let set_up = |options: &mut Options| options.settings.number = ELSEWHERE.to_owned();
    let desk = lasting(folder.path(), set_up).await;
    let anna = desk.admin().await;
    let all = json!({ "reason": "unknown_number" });
    let step = anna.post("/api/quarantine/release", all.clone()).await.is(200);
    assert_eq!(step, json!({ "released": 3, "kept": 1, "cursor": null }));
    let mut left: Vec<String> =
        kept(&anna).await.iter().map(|item| item["reason"].to_string()).collect();
    left.sort();
    assert_eq!(left, ["\"unknown_number\"", "\"unreadable\""]);
    let mut texts = anna.messages(&anna.conversation_with(&number).await).await;
    texts.sort_by_key(|message| message["body"].to_string());
    assert_eq!(bodies(&texts), ["An event", "Text 0", "Text 2"]);
    let again = anna.post("/api/quarantine/release", all).await.is(200);
    assert_eq!((&again["released"], &again["kept"]), (&0.into(), &1.into()));
    let berta = desk.agent(&anna, "berta").await;
    berta.post("/api/quarantine/release", json!({ "reason": "x" })).await.refused(403);
    let forged = json!({ "reason": "unknown_number", "cursor": "x" });
    anna.post("/api/quarantine/release", forged).await.refused(400);
    desk.close().await;
}

#[tokio::test]
async fn a_kept_report_is_released_through_its_own_door() {
    let folder = tempfile::tempdir().unwrap();
    let desk = lasting(folder.path(), |options| options.port = free_port()).await;
    let port = desk.port();
    let anna = desk.admin().await;
    let conversation = anna.start(&customer()).await;
    let message = anna.send(conversation["conversation_id"].as_str().unwrap(), "Hi").await;
    desk.settle().await;
    let report = |sid: &str| {
        let account = &desk.system().settings().account_sid;
        params(&[("MessageSid", sid), ("AccountSid", account), ("MessageStatus", "read")])
    };
    let part = |name: &str| message[name].as_str().unwrap().to_owned();
    let path = format!("/twilio/deliveries/{}/{}", part("conversation_id"), part("message_id"));
    let form = report(&sid("SM"));
    let signature = sign("the next token", &desk.url(&path), &form);
    Webhook::form(&desk, &path, &form).signature(Some(&signature)).send().await.refused(403);
    let nowhere = "/twilio/deliveries/nobody/nothing";
    assert_eq!(Webhook::form(&desk, nowhere, &form).send().await.status, 200);
    desk.close().await;

    let desk = lasting(folder.path(), |options| {
        options.port = port;
        options.settings.auth_token = "the next token".to_owned();
    })
    .await;
    let anna = desk.admin().await;
    let items = kept(&anna).await;
    let by_path = |path: &str| items.iter().find(|item| item["path"] == path).unwrap().clone();
    let released = release(&anna, &by_path(&path)).await.is(200);
    assert_eq!(released, json!({ "released": true, "message": null }));
    let now = anna.messages(&part("conversation_id")).await[0].clone();
    assert_eq!(now["status"], "read");
    let said = release(&anna, &by_path(nowhere)).await.says(422);
    assert_eq!(said, "It reports on a message that is not ours.");
    desk.close().await;
}

#[tokio::test]
async fn what_is_not_there_or_makes_no_sense_is_not_released() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for id in ["x", "slot-001", "META", "%00", "0123456789abcdef0123456789abcdef"] {
        let path = format!("/api/quarantine/{id}/release");
        anna.post(&path, json!({})).await.refused(404);
    }
    let path = "/api/quarantine/slot-001/release";
    anna.post(path, json!({ "force": true })).await.refused(400);
    for query in ["limit=0", "limit=101", "cursor=x", "filter=open"] {
        anna.get(&format!("/api/quarantine?{query}")).await.refused(400);
    }
    desk.close().await;
}

#[tokio::test]
async fn an_agent_neither_sees_nor_releases() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let berta = desk.agent(&anna, "berta").await;
    let form = with(text(&desk, &sid("SM"), &customer(), "Hi"), "To", ELSEWHERE);
    Webhook::form(&desk, "/twilio/messages", &form).send().await.is(200);
    let item = kept(&anna).await[0].clone();
    assert_eq!(berta.get("/api/quarantine").await.says(403), "Only an admin may do this.");
    release(&berta, &item).await.refused(403);
    assert_eq!(kept(&anna).await, [item]);
    desk.close().await;
}
