//! What the old widget did wrong, W1 to W23, each as a small test of the back end.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{Either, join_all};
use local::dynamodb::{Effect, Fault};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::desk::person::{bodies, id};
use crate::desk::table::{self, TABLE, count};
use crate::desk::webhook::{sid, text, with};
use crate::desk::{Desk, Person, Socket, Webhook, customer};

/// Conversations with as many customers.
async fn started(person: &Person<'_>, many: usize) -> Vec<String> {
    let started = join_all((0..many).map(|_| async { person.start(&customer()).await })).await;
    started.iter().map(|conversation| id(conversation).to_owned()).collect()
}

#[tokio::test]
async fn w1_a_burst_of_callbacks_leaves_each_message_with_its_own_contact() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversations = started(&anna, 20).await;
    join_all(conversations.iter().map(|id| anna.send(id, id))).await;
    desk.settle().await;
    let mut sent = Vec::new();
    for conversation in &conversations {
        sent.extend(anna.messages(conversation).await);
    }
    join_all(sent.iter().map(|message| Webhook::delivery(&desk, message, "read").send())).await;
    for conversation in &conversations {
        let thread = anna.messages(conversation).await;
        assert_eq!(bodies(&thread), [conversation]);
        assert_eq!(thread[0]["status"], "read");
    }
    desk.close().await;
}

#[tokio::test]
async fn w2_every_message_of_a_burst_reaches_the_page_and_none_is_another() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let conversation = id(&anna.start(&number).await).to_owned();
    let mut socket = anna.socket().await;
    socket.watch(&desk, &conversation).await;
    let texts: Vec<String> = (0..40).map(|text| format!("Text {text}")).collect();
    join_all(texts.iter().map(|body| desk.text(&number, body))).await;
    let mut heard = std::collections::BTreeMap::new();
    while heard.len() < texts.len() {
        let event = socket.wait_for(|event| event["type"] == "message").await;
        let (message, body) = (&event["message"]["message_id"], &event["message"]["body"]);
        let known = heard.insert(message.to_string(), body.clone());
        assert!(known.is_none_or(|known| known == *body));
    }
    let mut heard: Vec<String> =
        heard.into_values().map(|body| body.as_str().unwrap().to_owned()).collect();
    let mut expected = texts.clone();
    heard.sort();
    expected.sort();
    assert_eq!(heard, expected);
    desk.close().await;
}

#[tokio::test]
async fn w3_a_frame_that_is_no_json_ends_nobody() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let mut odd = anna.socket().await;
    let mut other = anna.socket().await;
    for frame in ["{", "", "\u{0}", "[1,2", "null"] {
        odd.say(frame).await;
    }
    odd.send(Message::binary(vec![0xff, 0xfe])).await;
    desk.text(&customer(), "Still here").await;
    other.preview("Still here").await;
    desk.close().await;
}

#[tokio::test]
async fn w4_without_credentials_there_is_no_socket_and_nothing_to_read() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    desk.text(&customer(), "Private").await;
    let refused = Socket::attempt(&desk, Some(&desk.url("")), Some("partyline.v1")).await;
    assert_eq!(refused.err(), Some(403));
    let listed = anna.list("").await;
    let conversation = id(&listed["conversations"][0]);
    let paths = [
        "/api/conversations".to_owned(),
        format!("/api/conversations/{conversation}"),
        format!("/api/conversations/{conversation}/messages"),
    ];
    for path in paths {
        let answer = desk.call(Method::GET, &path).send().await;
        assert!(!answer.text.contains("Private"));
        answer.refused(401);
    }
    desk.close().await;
}

#[tokio::test]
async fn w5_what_a_page_says_into_its_socket_is_told_to_nobody() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (mut forger, mut victim) = (anna.socket().await, anna.socket().await);
    let forged = json!({ "type": "message", "message": { "body": "Forged" } });
    forger.say(forged.to_string()).await;
    forger.say(json!({ "events": [forged] }).to_string()).await;
    desk.system().functions().idle().await;
    desk.text(&customer(), "Real").await;
    let heard = victim.until(|event| event["conversation"]["preview"]["body"] == "Real").await;
    assert!(heard.iter().all(|event| !event.to_string().contains("Forged")), "{heard:?}");
    desk.close().await;
}

#[tokio::test]
async fn w6_nobody_sends_renames_closes_or_deletes_without_signing_in() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = started(&anna, 1).await.remove(0);
    let path = format!("/api/conversations/{conversation}");
    let click = json!({ "body": "At your cost", "idempotency_key": "click-w6-0001" });
    for (method, path, body) in [
        (Method::POST, "/api/conversations".to_owned(), json!({ "to": customer() })),
        (Method::POST, format!("{path}/messages"), click),
        (Method::PATCH, path.clone(), json!({ "contact_name": "Nobody" })),
        (Method::PATCH, path.clone(), json!({ "status": "closed" })),
        (Method::DELETE, path.clone(), json!({})),
    ] {
        desk.call(method, &path).json(&body).send().await.refused(401);
    }
    desk.settle().await;
    assert_eq!(desk.twilio().creates().len(), 0);
    assert_eq!(anna.conversation(&conversation).await["rev"], 1);
    desk.close().await;
}

#[tokio::test]
async fn w7_a_webhook_that_twilio_did_not_sign_files_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for signature in [None, Some("AAAAAAAAAAAAAAAAAAAAAAAAAAA=")] {
        let webhook = Webhook::text(&desk, &sid("SM"), &customer(), "Forged");
        webhook.signature(signature).send().await.refused(403);
    }
    assert_eq!(anna.list("").await["conversations"], json!([]));
    desk.close().await;
}

#[tokio::test]
async fn w8_markup_is_text_from_end_to_end_and_no_answer_is_a_page() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let markup = "<img src=x onerror=alert(1)>";
    let number = customer();
    let form = with(text(&desk, &sid("SM"), &number, markup), "ProfileName", markup);
    Webhook::form(&desk, "/twilio/messages", &form).send().await.acknowledged();
    let conversation = anna.conversation_with(&number).await;
    anna.update(&conversation, json!({ "contact_name": markup, "note": markup })).await.is(200);
    let shown = anna.get(&format!("/api/conversations/{conversation}")).await;
    assert_eq!(shown.header("content-type"), Some("application/json"));
    for field in ["contact_name", "profile_name", "note"] {
        assert_eq!(shown.body[field], markup);
    }
    assert_eq!(anna.messages(&conversation).await[0]["body"], markup);
    desk.close().await;
}

#[tokio::test]
async fn w9_what_cannot_be_stored_is_not_acknowledged_and_long_senders_are_stored() {
    let agent = format!("rcs:{}", "a".repeat(120));
    let sender = agent.clone();
    let desk = Desk::with(|options| options.settings.channel_senders.push(sender)).await;
    let form = with(text(&desk, &sid("SM"), "rcs:+12065550143", "Hi"), "To", &agent);
    let faults = desk.system().dynamodb().faults();
    faults.arm(Fault { times: 100_000, ..Fault::once(Effect::Fail).on("TransactWriteItems") });
    let mut refused = Box::pin(Webhook::form(&desk, "/twilio/messages", &form).send());
    let refused = loop {
        // The seconds for which a write is tried again pass at once.
        let passing = async {
            tokio::task::yield_now().await;
            desk.pass(Duration::from_millis(100));
        };
        match futures_util::future::select(refused, Box::pin(passing)).await {
            Either::Left((answer, _)) => break answer,
            Either::Right(((), waiting)) => refused = waiting,
        }
    };
    assert!(refused.status >= 500, "{}", refused.text);
    faults.clear();
    let anna = desk.admin().await;
    assert_eq!(anna.list("").await["conversations"], json!([]));
    Webhook::form(&desk, "/twilio/messages", &form).send().await.acknowledged();
    let listed = anna.list("").await["conversations"][0].clone();
    assert_eq!((&listed["twilio_number"], &listed["unread_count"]), (&agent.into(), &1.into()));
    assert_eq!(anna.messages(id(&listed)).await.len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn w10_the_moment_a_text_is_acknowledged_it_stands_in_the_table() {
    let desk = Desk::open().await;
    let texts = (0..60).map(|_| Webhook::text(&desk, &sid("SM"), &customer(), "Hi").send());
    let acknowledged = join_all(texts).await.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((acknowledged, count(&desk, TABLE, "SID#").await), (60, 60));
    desk.close().await;
}

#[tokio::test]
async fn w11_a_table_that_fails_for_a_while_ends_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let faults = desk.system().dynamodb().faults();
    for effect in [Effect::Fail, Effect::Throttle, Effect::LoseAnswer] {
        faults.arm(Fault { times: 3, ..Fault::once(effect) });
    }
    let number = customer();
    desk.text(&number, "Through it").await;
    faults.clear();
    let conversation = anna.conversation_with(&number).await;
    assert_eq!(bodies(&anna.messages(&conversation).await), ["Through it"]);
    desk.close().await;
}

#[tokio::test]
async fn w12_a_page_whose_line_was_cut_hears_everything_on_the_next_one() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let first = anna.socket().await;
    desk.system().connections().unwrap().cut(&first.id, false).await;
    desk.text(&customer(), "Unheard").await;
    desk.settle().await;
    let mut second = anna.socket().await;
    desk.text(&customer(), "Heard").await;
    second.preview("Heard").await;
    assert_eq!(anna.list("").await["conversations"].as_array().unwrap().len(), 2);
    desk.close().await;
}

#[tokio::test]
async fn w13_every_send_is_answered_however_many_a_page_makes() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = started(&anna, 1).await.remove(0);
    for number in 0..15 {
        anna.send(&conversation, &format!("Text {number}")).await;
    }
    desk.settle().await;
    assert_eq!(desk.twilio().creates().len(), 15);
    desk.close().await;
}

#[tokio::test]
async fn w14_what_twilio_delivers_twice_is_stored_and_counted_once() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (sid, number) = (sid("SM"), customer());
    for _ in 0..3 {
        Webhook::text(&desk, &sid, &number, "Hi").send().await.acknowledged();
    }
    let conversation = anna.conversation_with(&number).await;
    assert_eq!(anna.messages(&conversation).await.len(), 1);
    assert_eq!(anna.conversation(&conversation).await["unread_count"], 1);
    desk.close().await;
}

#[tokio::test]
async fn w15_two_people_who_read_at_once_each_get_their_own_thread() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let berta = desk.agent(&anna, "berta").await;
    let conversations = started(&anna, 2).await;
    for conversation in &conversations {
        anna.send(conversation, conversation).await;
    }
    let reads = (0..30).map(|turn| {
        let (person, own) = [(&anna, &conversations[0]), (&berta, &conversations[1])][turn % 2];
        async move { (own, person.messages(own).await) }
    });
    for (own, thread) in join_all(reads).await {
        assert_eq!(bodies(&thread), [own]);
    }
    desk.close().await;
}

async fn lasting(state: &Path) -> Desk {
    Desk::with(|options| options.state = Some(state.to_owned())).await
}

#[tokio::test]
async fn w16_no_process_keeps_anything_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    let desk = lasting(folder.path()).await;
    let anna = desk.admin().await;
    desk.text(&customer(), "Before").await;
    let before = anna.list("").await;
    desk.close().await;
    let desk = lasting(folder.path()).await;
    let anna = desk.admin().await;
    assert_eq!(anna.list("").await, before);
    desk.close().await;
}

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn w17_the_log_holds_no_text_no_number_and_no_password() {
    let log = Log::default();
    let desk = Desk::open().await;
    let writer = log.clone();
    let filter = tracing_subscriber::EnvFilter::new("functions=trace,shared=trace,local=trace");
    let logging = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    let logging = logging.with_writer(move || writer.clone()).finish().set_default();
    let anna = desk.admin().await;
    let berta = desk.agent(&anna, "berta").await;
    let number = customer();
    desk.text(&number, "Strictly confidential").await;
    let elsewhere =
        with(text(&desk, &sid("SM"), &number, "Confidential too"), "To", "+12025550100");
    Webhook::form(&desk, "/twilio/messages", &elsewhere).send().await.acknowledged();
    let conversation = anna.conversation_with(&number).await;
    berta.send(&conversation, "A confidential answer").await;
    desk.settle().await;
    drop(logging);
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("A message arrived"), "{logged}");
    let digits = number.trim_start_matches('+');
    for secret in ["onfidential", digits, "correct horse battery"] {
        assert!(!logged.contains(secret), "{secret} is in the log: {logged}");
    }
    desk.close().await;
}

#[tokio::test]
async fn w18_an_error_is_a_sentence_and_shows_nothing_of_the_inside() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for path in ["/api/conversations?foo=1", "/api/conversations?cursor=x", "/api/conversations/x"]
    {
        let answer = anna.get(path).await;
        let inside = [".rs", "panicked", "src/", "stack", "at line"];
        assert!(inside.iter().all(|part| !answer.text.contains(part)), "{}", answer.text);
        let status = answer.status;
        answer.refused(status);
        assert!((400..500).contains(&status));
    }
    desk.close().await;
}

#[tokio::test]
async fn w19_the_unread_count_goes_on_past_every_small_number() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.text(&number, "Hi").await;
    let conversation = anna.conversation_with(&number).await;
    let rows = table::rows(&desk, TABLE).await;
    let mut item = rows[&(format!("CONV#{conversation}"), "META".to_owned())].clone();
    item["unread"] = json!({ "N": "32767" });
    let body = json!({ "TableName": TABLE, "Item": item });
    desk.system().dynamodb().call("local-admin", "PutItem", body).await.unwrap();
    desk.text(&number, "Again").await;
    assert_eq!(anna.conversation(&conversation).await["unread_count"], 32_768);
    desk.close().await;
}

#[tokio::test]
async fn w20_a_text_beside_a_deletion_is_either_before_it_or_after_it() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for _ in 0..5 {
        let number = customer();
        let conversation = id(&anna.start(&number).await).to_owned();
        let path = format!("/api/conversations/{conversation}");
        let deletion = anna.call(Method::DELETE, &path).send();
        let (deleted, _) = futures_util::future::join(deletion, desk.text(&number, "Hi")).await;
        assert_eq!(deleted.status, 202);
        match anna.get(&path).await {
            answer if answer.status == 200 => {
                assert_eq!(bodies(&anna.messages(&conversation).await), ["Hi"]);
            }
            answer => drop(answer.refused(404)),
        }
    }
    desk.close().await;
}

#[tokio::test]
async fn w21_no_address_at_twilio_is_ever_given_to_a_page() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let mut socket = anna.socket().await;
    let number = customer();
    let conversation = id(&anna.start(&number).await).to_owned();
    socket.watch(&desk, &conversation).await;
    let url = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1";
    let form = with(text(&desk, &sid("MM"), &number, "Look"), "MediaUrl0", url);
    Webhook::form(&desk, "/twilio/messages", &form).send().await.acknowledged();
    let told = socket.message("Look").await;
    let thread = Value::Array(anna.messages(&conversation).await);
    assert_eq!(told["media"].as_array().unwrap().len(), 1);
    for text in [told.to_string(), thread.to_string()] {
        assert!(!text.contains("twilio.com") && !text.contains("/Media/"), "{text}");
    }
    desk.close().await;
}

#[tokio::test]
async fn w22_the_end_of_the_window_is_told_before_anybody_writes() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let wanted = json!({ "to": number, "channel": "whatsapp" });
    let made = anna.post("/api/conversations", wanted).await.is(201);
    assert_eq!(made["window_ends"], json!(null));
    let form = text(&desk, &sid("SM"), &format!("whatsapp:{number}"), "Hola");
    let form = with(form, "To", made["twilio_number"].as_str().unwrap());
    Webhook::form(&desk, "/twilio/messages", &form).send().await.acknowledged();
    assert!(anna.conversation(id(&made)).await["window_ends"].is_string());
    desk.close().await;
}

#[tokio::test]
async fn w23_reading_changes_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.text(&number, "Hi").await;
    let conversation = anna.conversation_with(&number).await;
    desk.settle().await;
    let message = anna.messages(&conversation).await[0]["message_id"].as_str().unwrap().to_owned();
    let before = table::rows(&desk, TABLE).await;
    for path in [
        "/api/conversations".to_owned(),
        "/api/conversations?search=206".to_owned(),
        format!("/api/conversations/{conversation}"),
        format!("/api/conversations/{conversation}/messages"),
        format!("/api/conversations/{conversation}/messages/{message}"),
        "/api/quarantine".to_owned(),
        "/api/senders".to_owned(),
    ] {
        anna.get(&path).await.is(200);
    }
    assert_eq!(table::rows(&desk, TABLE).await, before);
    desk.close().await;
}
