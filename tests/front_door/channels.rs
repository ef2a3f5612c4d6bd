//! WhatsApp, RCS and Messaging Services from phone to desk and back, as the simulated network carries them.

use std::time::Duration;

use jiff::Timestamp;
use local::Options;
use serde_json::{Value, json};
use shared::conversation::{Conversation, ConversationId};

use crate::desk::person::{id, key};
use crate::desk::table::put;
use crate::desk::webhook::{sid, text, with};
use crate::desk::{Desk, OURS, Person, Webhook, customer};
use crate::media::{send, uploaded};

const SERVICE: &str = "MG00000000000000000000000000000001";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n picture";

/// Our senders of SMS and RCS are in a Messaging Service.
fn with_a_service(options: &mut Options) {
    options.settings.messaging_service_sid = Some(SERVICE.to_owned());
}

/// The newest conversation of the list.
async fn newest(anna: &Person<'_>) -> String {
    id(&anna.list("").await["conversations"][0]).to_owned()
}

async fn check(anna: &Person<'_>, thread: &str) -> Value {
    let path = format!("/api/conversations/{thread}/messages/check");
    anna.post(&path, json!({ "body": "Hello", "media": [] })).await.is(200)
}

/// A message as the desk shows it once everything has happened.
async fn ended(desk: &Desk, anna: &Person<'_>, thread: &str, body: &str) -> Value {
    let sent = anna.send(thread, body).await;
    desk.settle().await;
    let path = format!("/api/conversations/{thread}/messages/");
    anna.get(&format!("{path}{}", sent["message_id"].as_str().unwrap())).await.is(200)
}

fn codes(result: &Value) -> Vec<&str> {
    result["reasons"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_text_goes_through_the_messaging_service_from_the_number_of_its_conversation() {
    let desk = Desk::with(with_a_service).await;
    let anna = desk.admin().await;
    let number = customer();
    let thread = id(&anna.start(&number).await).to_owned();
    let message = ended(&desk, &anna, &thread, "Through the service").await;
    assert_eq!((&message["status"], &message["fell_back"]), (&"delivered".into(), &json!(false)));
    let carried = desk.phone(&number).received();
    assert_eq!((carried[0].more.service.as_deref(), &*carried[0].from), (Some(SERVICE), OURS));
    assert_eq!(message["sid"], *carried[0].sid);
    let call = &desk.twilio().creates()[0];
    assert_eq!(call.sid.as_deref(), message["sid"].as_str());
    desk.close().await;
}

#[tokio::test]
async fn whatsapp_takes_free_text_for_24_hours_after_the_customers_last_word_and_then_none() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let phone = desk.phone(&format!("whatsapp:{}", customer()));
    phone.writes("Hola").await;
    let thread = newest(&anna).await;
    assert_eq!(check(&anna, &thread).await["verdict"], "yes");
    assert_eq!(ended(&desk, &anna, &thread, "Hello").await["status"], "delivered");

    desk.pass(Duration::from_hours(24));
    let anna = anna.refreshed().await;
    let result = check(&anna, &thread).await;
    assert_eq!(
        (&result["verdict"], codes(&result)),
        (&"needs_template".into(), vec!["window_closed"])
    );
    let refusal = anna.try_send(&thread, "Too late", &key()).await.refused(422);
    assert_eq!(
        (codes(&refusal), &refusal["code"]),
        (vec!["window_closed"], &"may_not_send".into())
    );
    assert_eq!(desk.twilio().creates().len(), 1);

    phone.writes("Still there").await;
    assert_eq!(check(&anna, &thread).await["verdict"], "yes");
    assert_eq!(ended(&desk, &anna, &thread, "Here").await["status"], "delivered");
    desk.close().await;
}

#[tokio::test]
async fn a_window_that_is_closed_at_twilio_and_open_here_is_learnt_from_the_failure() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    // The network has never heard of this text: for it the customer has not written.
    let phone = desk.phone(&format!("whatsapp:{}", customer()));
    let form = with(text(&desk, &sid("SM"), &phone.address, "Hola"), "To", &phone.to);
    Webhook::form(&desk, "/twilio/messages", &form).send().await.acknowledged();
    let thread = newest(&anna).await;
    assert!(anna.conversation(&thread).await["window_ends"].is_string());

    let failed = ended(&desk, &anna, &thread, "Hello").await;
    assert_eq!((&failed["status"], &failed["error"]["code"]), (&"failed".into(), &63016.into()));
    assert_eq!(anna.conversation(&thread).await["window_ends"], json!(null));
    assert_eq!(check(&anna, &thread).await["verdict"], "needs_template");
    anna.try_send(&thread, "Again", &key()).await.refused(422);
    assert!(phone.received().is_empty());
    desk.close().await;
}

#[tokio::test]
async fn whether_the_customer_has_written_since_is_told_by_the_moment_not_by_its_text() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let phone = desk.phone(&format!("whatsapp:{}", customer()));
    phone.writes("Hola").await;
    desk.settle().await;
    let thread = ConversationId::parse(&newest(&anna).await).unwrap();
    let store = desk.system().store();
    let moment = |text: &str| text.parse::<Timestamp>().unwrap();
    // As texts .12Z stands behind .123Z.
    let (earlier, later) = (moment("2026-11-25T10:00:00.12Z"), moment("2026-11-25T10:00:00.123Z"));
    for (wrote, sent, open) in [(later, earlier, true), (earlier, later, false)] {
        let meta = store.conversation(&thread).await.unwrap().unwrap();
        let meta = Conversation { inbound_at: Some(wrote), ..meta };
        put(&desk, &format!("CONV#{thread}"), "META", &meta).await;
        store.learn(&thread, sent, 63016).await.unwrap();
        let meta = store.conversation(&thread).await.unwrap().unwrap();
        assert_eq!(meta.inbound_at.is_some(), open, "written {wrote}, sent {sent}");
    }
    desk.close().await;
}

#[tokio::test]
async fn rcs_reaches_a_phone_that_has_it_and_goes_as_sms_to_one_that_has_not() {
    let desk = Desk::with(with_a_service).await;
    let anna = desk.admin().await;
    let rich = desk.phone(&format!("rcs:{}", customer()));
    rich.writes("Hi by RCS").await;
    let thread = newest(&anna).await;
    let message = ended(&desk, &anna, &thread, "Rich").await;
    assert_eq!((&message["status"], &message["fell_back"]), (&"delivered".into(), &json!(false)));
    assert_eq!(rich.received()[0].from, rich.to);

    let number = customer();
    let wanted = json!({ "to": number, "channel": "rcs" });
    let made = anna.post("/api/conversations", wanted).await.is(201);
    let message = ended(&desk, &anna, id(&made), "Plain").await;
    assert_eq!((&message["status"], &message["fell_back"]), (&"delivered".into(), &json!(true)));
    let arrived = desk.phone(&number).received();
    assert_eq!((&*arrived[0].from, &*arrived[0].body), (OURS, "Plain"));
    desk.close().await;
}

#[tokio::test]
async fn who_stops_on_whatsapp_is_left_alone_until_they_start_again() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let phone = desk.phone(&format!("whatsapp:{}", customer()));
    phone.writes("STOP").await;
    let thread = newest(&anna).await;
    assert_eq!(anna.conversation(&thread).await["consent"]["state"], "opted_out");
    let refusal = anna.try_send(&thread, "One more thing", &key()).await.refused(422);
    assert_eq!(codes(&refusal), ["opted_out"]);
    desk.settle().await;
    // On WhatsApp nobody but us heeds the word: neither we nor the network answer it.
    assert!(phone.received().is_empty());

    phone.writes("START").await;
    assert_eq!(anna.conversation(&thread).await["consent"]["state"], "opted_in");
    assert_eq!(ended(&desk, &anna, &thread, "Welcome back").await["status"], "delivered");
    assert_eq!(phone.received().len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn a_message_that_the_customer_has_opened_ends_as_read() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let mut socket = anna.socket().await;
    let phone = desk.phone(&format!("whatsapp:{}", customer()));
    phone.writes("Hola").await;
    let thread = newest(&anna).await;
    let sent = ended(&desk, &anna, &thread, "Hello").await;
    assert_eq!(sent["status"], "delivered");
    socket.watch(&desk, &thread).await;
    phone.is_read().await;
    socket.wait_for(|event| event["message"]["status"] == "read").await;
    assert_eq!(anna.messages(&thread).await[1]["status"], "read");
    desk.close().await;
}

#[tokio::test]
async fn a_picture_from_a_phone_is_announced_with_its_type() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let phone = desk.phone(&customer());
    let sent = phone.attaches("Look", &[("image/png", "cat.png", PNG)]).await;
    let thread = newest(&anna).await;
    let message = anna.messages(&thread).await[0].clone();
    assert_eq!((&message["sid"], &message["body"]), (&json!(sent.sid), &"Look".into()));
    let media = &message["media"][0];
    assert_eq!((&media["kind"], &media["content_type"]), (&"image".into(), &"image/png".into()));
    let kept = phone.files(&sent);
    assert_eq!((kept[0].0.name.as_deref(), &*kept[0].1), (Some("cat.png"), PNG));
    desk.close().await;
}

#[tokio::test]
async fn texts_and_files_go_to_messenger_and_rcs_and_come_back() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for address in ["messenger:200000000000777".to_owned(), format!("rcs:{}", customer())] {
        let phone = desk.phone(&address);
        phone.attaches("Look", &[("image/png", "cat.png", PNG)]).await;
        let thread = newest(&anna).await;
        assert_eq!(anna.messages(&thread).await[0]["media"][0]["state"], "stored", "{address}");

        let text = ended(&desk, &anna, &thread, "Nice cat").await;
        assert_eq!((&text["status"], &text["fell_back"]), (&"delivered".into(), &json!(false)));
        let upload = uploaded(&desk, &anna, &thread, "dog.png", "image/png", PNG).await;
        let sent = send(&anna, &thread, &key(), "", &[&upload]).await.is(202);
        desk.settle().await;
        let sent = sent["message_id"].as_str().unwrap();
        let path = format!("/api/conversations/{thread}/messages/{sent}");
        assert_eq!(anna.get(&path).await.is(200)["status"], "delivered", "{address}");

        let received = phone.received();
        assert_eq!(
            received.iter().map(|message| &*message.body).collect::<Vec<_>>(),
            ["Nice cat", ""]
        );
        assert!(received.iter().all(|message| message.from == phone.to), "{address}");
        let files = phone.files(&received[1]);
        assert_eq!((files[0].0.name.as_deref(), &*files[0].1), (Some("dog.png"), PNG));
    }
    desk.close().await;
}

#[tokio::test]
async fn messenger_takes_nothing_at_all_once_its_window_is_over() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    desk.phone("messenger:200000000000778").writes("Hello").await;
    let thread = newest(&anna).await;
    desk.pass(Duration::from_hours(24));
    let anna = anna.refreshed().await;
    let result = check(&anna, &thread).await;
    assert_eq!((&result["verdict"], codes(&result)), (&"no".into(), vec!["window_closed"]));
    let refusal = anna.try_send(&thread, "Too late", &key()).await.refused(422);
    assert_eq!(codes(&refusal), ["window_closed"]);
    desk.settle().await;
    assert_eq!(desk.twilio().creates(), []);
    desk.close().await;
}

#[tokio::test]
async fn a_sender_with_countries_of_its_own_writes_there_first_and_nowhere_else() {
    let desk = Desk::with(|options| {
        let own = ("+18555080989".to_owned(), vec!["GB".to_owned()]);
        options.settings.sender_countries.extend([own]);
    })
    .await;
    let anna = desk.admin().await;
    let there = id(&anna.start("+447400123456").await).to_owned();
    assert_eq!(ended(&desk, &anna, &there, "Hello").await["status"], "delivered");
    let here = id(&anna.start(&customer()).await).to_owned();
    let refusal = anna.try_send(&here, "Hello", &key()).await.refused(422);
    assert_eq!(codes(&refusal), ["country_not_allowed"]);
    desk.close().await;
}
