//! The defects of the widget that Partyline replaces, W1 to W23: a small test for each that a server can have. What
//! concerns the page alone stands in `tests/browser`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{join, join_all};
use local::dynamodb::{Effect, Fault};
use reqwest::Method;
use serde_json::json;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::desk::person::{bodies, id, key};
use crate::desk::table::{TABLE, everything, rows};
use crate::desk::webhook::{params, sid, text, with};
use crate::desk::{Answer, Desk, OURS, Socket, Webhook, customer, until};
use crate::media::{jpeg, read, send, uploaded};

/// How many messages stand in the table.
async fn stored(desk: &Desk) -> usize {
    let rows = rows(desk, TABLE).await;
    rows.keys().filter(|(_, sort)| sort.starts_with("MSG#")).count()
}

#[tokio::test]
async fn w1_twenty_pictures_reported_in_one_burst_stand_each_in_its_own_conversation() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let mut sends = Vec::new();
    for mark in 0..20 {
        let number = customer();
        let thread = id(&anna.start(&number).await).to_owned();
        let name = format!("{mark}.jpg");
        let file = uploaded(&desk, &anna, &thread, &name, "image/jpeg", &jpeg(mark)).await;
        sends.push((mark, number, thread, file));
    }
    let all = sends.iter().map(|(_, number, thread, file)| {
        let anna = &anna;
        async move { send(anna, thread, &key(), number, &[file]).await.is(202) }
    });
    join_all(all).await;
    desk.settle().await;
    for (mark, number, thread, _) in &sends {
        let messages = anna.messages(thread).await;
        assert_eq!(bodies(&messages), [number]);
        assert_eq!(messages[0]["status"], "delivered");
        let shown = read(&desk, &anna, &messages[0], 0).await.1.text;
        assert_eq!(shown, String::from_utf8_lossy(&jpeg(*mark)));
    }
    desk.close().await;
}

#[tokio::test]
async fn w2_of_a_hundred_texts_at_once_a_screen_is_told_each_in_its_own_conversation() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let numbers: Vec<String> = (0..5).map(|_| customer()).collect();
    let mut own = BTreeMap::new();
    let mut socket = anna.socket().await;
    for number in &numbers {
        let thread = id(&anna.start(number).await).to_owned();
        socket.watch(&desk, &thread).await;
        own.insert(number.clone(), thread);
    }
    let texts: Vec<(String, String, String)> = (0..100)
        .map(|count| (&numbers[count % 5], count))
        .map(|(number, count)| (number.clone(), format!("{number} {count}"), sid("SM")))
        .collect();
    desk.texts_at_once(&texts).await;
    let mut missing: BTreeSet<String> = texts.into_iter().map(|(_, body, _)| body).collect();
    while !missing.is_empty() {
        let event = socket.wait_for(|event| event["type"] == "message").await;
        let message = &event["message"];
        let body = message["body"].as_str().unwrap();
        let number = body.split(' ').next().unwrap();
        assert_eq!(message["conversation_id"], json!(own[number]));
        missing.remove(body);
    }
    desk.close().await;
}

#[tokio::test]
async fn w3_a_frame_that_is_not_json_stops_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let mut socket = anna.socket().await;
    socket.say("{ not JSON").await;
    desk.text(&customer(), "Still there?").await;
    socket.preview("Still there?").await;
    desk.close().await;
}

#[tokio::test]
async fn w4_nobody_reads_by_opening_a_socket() {
    let desk = Desk::open().await;
    desk.text(&customer(), "Private").await;
    let origin = desk.url("");
    for protocols in [None, Some("partyline.v1"), Some("partyline.v1, t.guessed")] {
        let opened = Socket::attempt(&desk, Some(&origin), protocols).await;
        let status = opened.err().unwrap();
        assert!([401, 403].contains(&status), "{protocols:?}: {status}");
    }
    desk.close().await;
}

#[tokio::test]
async fn w5_what_one_page_says_on_its_socket_is_told_to_nobody() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (mut forger, mut other) = (anna.socket().await, anna.socket().await);
    let thread = id(&anna.start(&customer()).await).to_owned();
    other.watch(&desk, &thread).await;
    let forged = json!({ "events": [{ "type": "message", "message": { "body": "Forged" } }] });
    forger.say(forged.to_string()).await;
    forger.say(json!({ "action": "message", "body": "Forged" }).to_string()).await;
    desk.settle().await;
    desk.text(&customer(), "Real").await;
    let told = other.until(|event| event["conversation"]["preview"]["body"] == "Real").await;
    assert!(told.iter().all(|event| !event.to_string().contains("Forged")), "{told:#?}");
    desk.close().await;
}

#[tokio::test]
async fn w6_nobody_sends_renames_closes_or_deletes_without_signing_in() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.text(&number, "Hi").await;
    let thread = anna.conversation_with(&number).await;
    let path = format!("/api/conversations/{thread}");
    let before = everything(&desk).await;
    let click = json!({ "body": "Free texts!", "idempotency_key": key() });
    for (method, path, body) in [
        (Method::POST, format!("{path}/messages"), click),
        (Method::POST, "/api/conversations".to_owned(), json!({ "to": customer() })),
        (Method::PATCH, path.clone(), json!({ "contact_name": "Mine" })),
        (Method::PATCH, path.clone(), json!({ "status": "closed" })),
        (Method::DELETE, path, json!({})),
    ] {
        desk.call(method, &path).json(&body).send().await.refused(401);
    }
    assert_eq!(everything(&desk).await, before);
    assert_eq!(desk.twilio().creates(), []);
    desk.close().await;
}

#[tokio::test]
async fn w7_a_webhook_that_twilio_did_not_sign_files_nothing() {
    let desk = Desk::open().await;
    for signature in [None, Some(""), Some("AAAAAAAAAAAAAAAAAAAAAAAAAAA=")] {
        let forged = Webhook::text(&desk, &sid("SM"), &customer(), "Forged").signature(signature);
        assert_eq!(forged.send().await.status, 403);
    }
    assert_eq!(stored(&desk).await, 0);
    desk.close().await;
}

#[tokio::test]
async fn w8_markup_in_a_text_and_in_a_name_is_only_ever_text() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (number, evil) = (customer(), "<img src=x onerror=\"document.title='owned'\">");
    desk.text(&number, evil).await;
    let thread = anna.conversation_with(&number).await;
    let named = anna.update(&thread, json!({ "contact_name": evil })).await.is(200);
    assert_eq!(named["contact_name"], evil);
    let answer = anna.get(&format!("/api/conversations/{thread}/messages")).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.is(200)["messages"][0]["body"], evil);
    desk.close().await;
}

#[tokio::test]
async fn w9_what_is_acknowledged_is_stored_even_from_the_longest_sender() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let sender = format!("rcs:{}_agent", "long".repeat(20));
    desk.text(&sender, "Our offer").await;
    // No settling: when Twilio has its answer, the text is there.
    let list = anna.list("").await;
    let shown = &list["conversations"][0];
    assert_eq!((&shown["mobile_number"], &shown["unread_count"]), (&json!(sender), &json!(1)));
    assert_eq!(bodies(&anna.messages(id(shown)).await), ["Our offer"]);
    desk.close().await;
}

#[tokio::test]
async fn w9_what_could_not_be_stored_is_not_acknowledged() {
    let desk = Desk::open().await;
    let denied = Fault { times: usize::MAX, ..Fault::once(Effect::Fail) };
    desk.system().dynamodb().faults().arm(denied.on("TransactWriteItems"));
    let webhook = Webhook::text(&desk, &sid("SM"), &customer(), "Lost?").send();
    let before = desk.system().functions().invocations();
    let patience = async {
        until("the webhook to be at work", || async {
            (desk.system().functions().invocations() > before).then_some(())
        })
        .await;
        desk.pass(Duration::from_secs(11));
    };
    let (answer, ()) = join(webhook, patience).await;
    assert!(answer.status >= 500, "{}", answer.text);
    desk.system().dynamodb().faults().clear();
    assert_eq!(stored(&desk).await, 0);
    desk.close().await;
}

#[tokio::test]
async fn w10_two_hundred_acknowledgements_are_two_hundred_rows_the_moment_they_are_given() {
    let desk = Desk::open().await;
    let line = async |_| {
        let number = customer();
        for body in 0..25 {
            desk.text(&number, &body.to_string()).await;
        }
    };
    join_all((0..8).map(line)).await;
    assert_eq!(stored(&desk).await, 200);
    desk.close().await;
}

#[tokio::test]
async fn w11_a_table_that_is_away_for_a_moment_ends_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let away = Fault { times: 4, ..Fault::once(Effect::Fail) };
    desk.system().dynamodb().faults().arm(away);
    let number = customer();
    desk.text(&number, "Hi").await;
    assert_eq!(bodies(&anna.messages(&anna.conversation_with(&number).await).await), ["Hi"]);
    desk.close().await;
}

#[tokio::test]
async fn w12_after_a_line_is_cut_the_next_socket_is_told_again() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let cut = anna.socket().await;
    desk.system().connections().unwrap().cut(&cut.id, false).await;
    desk.text(&customer(), "Meanwhile").await;
    desk.settle().await;
    let mut next = anna.socket().await;
    desk.text(&customer(), "After").await;
    next.preview("After").await;
    assert_eq!(anna.list("").await["conversations"].as_array().unwrap().len(), 2);
    desk.close().await;
}

#[tokio::test]
async fn w13_nine_sends_from_one_page_are_answered_and_reach_twilio() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = id(&anna.start(&customer()).await).to_owned();
    for body in 0..9 {
        anna.send(&thread, &body.to_string()).await;
    }
    desk.settle().await;
    assert_eq!(desk.twilio().creates().len(), 9);
    anna.list("").await;
    desk.close().await;
}

#[tokio::test]
async fn w14_the_same_webhook_twice_is_one_message_and_one_unread() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (number, sid) = (customer(), sid("SM"));
    for _ in 0..2 {
        Webhook::text(&desk, &sid, &number, "Once").send().await.is(200);
    }
    let thread = anna.conversation_with(&number).await;
    assert_eq!(bodies(&anna.messages(&thread).await), ["Once"]);
    assert_eq!(anna.conversation(&thread).await["unread_count"], 1);
    desk.close().await;
}

#[tokio::test]
async fn w15_two_people_who_load_at_once_get_each_their_own_thread() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let berta = desk.agent(&anna, "berta").await;
    let mut threads = Vec::new();
    for body in ["For Anna", "For Berta"] {
        let number = customer();
        desk.text(&number, body).await;
        threads.push(anna.conversation_with(&number).await);
    }
    for _ in 0..10 {
        let (own, other) = join(anna.messages(&threads[0]), berta.messages(&threads[1])).await;
        assert_eq!((bodies(&own), bodies(&other)), (vec!["For Anna"], vec!["For Berta"]));
    }
    desk.close().await;
}

#[tokio::test]
async fn w16_what_one_process_stored_another_one_shows() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_owned();
    let desk = Desk::with(|options| options.state = Some(state.clone())).await;
    let number = customer();
    desk.text(&number, "Before").await;
    desk.close().await;
    let desk = Desk::with(|options| options.state = Some(state)).await;
    let anna = desk.admin().await;
    desk.text(&number, "After").await;
    let thread = anna.conversation_with(&number).await;
    assert_eq!(bodies(&anna.messages(&thread).await), ["Before", "After"]);
    desk.close().await;
}

/// What was logged.
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
async fn w17_no_log_holds_a_password_a_text_or_a_number() {
    let log = Log::default();
    let writer = log.clone();
    let targets: Targets = "info,functions=trace,shared=trace".parse().unwrap();
    let layer = tracing_subscriber::fmt::layer().with_ansi(false);
    let layer = layer.with_writer(move || writer.clone());
    let subscriber = tracing_subscriber::registry().with(targets).with(layer);
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let guard = tracing::subscriber::set_default(subscriber);
    let number = customer();
    desk.text(&number, "Confidential words").await;
    let berta = desk.agent(&anna, "berta").await;
    let thread = berta.conversation_with(&number).await;
    berta.send(&thread, "Secret answer").await;
    let elsewhere = with(text(&desk, &sid("SM"), &number, "Stray words"), "To", "+12025550100");
    Webhook::form(&desk, "/twilio/messages", &elsewhere).send().await.is(200);
    desk.settle().await;
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("A message arrived"), "nothing was logged: {log}");
    for word in ["Confidential", "Secret answer", "Stray", "correct horse", &*number, OURS] {
        assert!(!log.contains(word), "{word} was logged:\n{log}");
    }
    desk.close().await;
}

#[tokio::test]
async fn w18_no_refusal_shows_what_the_program_is_made_of() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let call = |method, path: &str| desk.call(method, path).bearer(&anna.token);
    let answers: Vec<Answer> = vec![
        call(Method::GET, "/api/conversations?foo=1").send().await,
        call(Method::GET, "/api/conversations?search[x]=1").send().await,
        call(Method::GET, "/api/conversations/x/messages").send().await,
        call(Method::POST, "/api/conversations").raw("{").send().await,
        call(Method::POST, "/api/conversations").raw("{}").send().await,
        Webhook::form(&desk, "/twilio/messages", &params(&[("SmsStatus", "sent")])).send().await,
        desk.call(Method::GET, "/api/nowhere").send_unchecked().await,
    ];
    for answer in answers {
        assert!(answer.status < 500, "{}", answer.text);
        for word in [".rs", "panicked", "src/", "/root", "/home", "stack"] {
            assert!(!answer.text.contains(word), "{word} in {}", answer.text);
        }
    }
    desk.close().await;
}

#[tokio::test]
async fn w19_the_count_of_unread_does_not_end_at_32767() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.text(&number, "First").await;
    let thread = anna.conversation_with(&number).await;
    let pk = format!("CONV#{thread}");
    let mut meta = rows(&desk, TABLE).await.remove(&(pk, "META".to_owned())).unwrap();
    meta["unread"] = json!({ "N": "32767" });
    let body = json!({ "TableName": TABLE, "Item": meta });
    desk.system().dynamodb().call("local-admin", "PutItem", body).await.unwrap();
    desk.text(&number, "One more").await;
    assert_eq!(anna.conversation(&thread).await["unread_count"], 32_768);
    desk.close().await;
}

#[tokio::test]
async fn w20_a_text_between_deleting_and_deleted_is_whole_or_gone_never_half() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for _ in 0..8 {
        let number = customer();
        desk.text(&number, "Old").await;
        let thread = anna.conversation_with(&number).await;
        let path = format!("/api/conversations/{thread}");
        let deleting = anna.call(Method::DELETE, &path).send();
        let (deleted, _) = join(deleting, desk.text(&number, "New")).await;
        assert_eq!(deleted.status, 202, "{}", deleted.text);
        desk.settle().await;
        let now = anna.get(&path).await;
        if now.status == 404 {
            continue;
        }
        let now = now.is(200);
        assert_eq!((&now["unread_count"], &now["preview"]["body"]), (&json!(1), &json!("New")));
        assert_eq!(bodies(&anna.messages(&thread).await), ["New"]);
    }
    desk.close().await;
}

#[tokio::test]
async fn w21_no_answer_leads_a_browser_to_twilio_s_media() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let form = text(&desk, &sid("MM"), &number, "Look");
    let address = format!("https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/{}", sid("MM"));
    let form = with(with(form, "NumMedia", "1"), "MediaUrl0", &format!("{address}/Media/ME1"));
    let form = with(form, "MediaContentType0", "image/png");
    Webhook::form(&desk, "/twilio/messages", &form).send().await.is(200);
    let thread = anna.conversation_with(&number).await;
    for path in ["", "/messages"] {
        let answer = anna.get(&format!("/api/conversations/{thread}{path}")).await;
        assert!(!answer.text.contains("api.twilio.com"), "{}", answer.text);
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
async fn w23_looking_changes_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.text(&number, "Hi").await;
    let thread = anna.conversation_with(&number).await;
    desk.settle().await;
    let before = rows(&desk, TABLE).await;
    for path in [
        "/api/conversations".to_owned(),
        "/api/conversations?search=206".to_owned(),
        format!("/api/conversations/{thread}"),
        format!("/api/conversations/{thread}/messages"),
        "/api/senders".to_owned(),
        "/api/quarantine".to_owned(),
    ] {
        anna.get(&path).await.is(200);
    }
    assert_eq!(rows(&desk, TABLE).await, before);
    assert_eq!(anna.conversation(&thread).await["unread_count"], 1);
    desk.close().await;
}
