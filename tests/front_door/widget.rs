//! Regression tests for the defects W1 to W23 of the widget that Partyline replaces.
//!
//! Defects of the page are tested in `tests/browser`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_emulator::dynamodb::{Effect, RequestFault};
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::json;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::media::{download_media, jpeg, send_with_uploads, upload_file};
use crate::support::table::{TABLE, all_rows, rows};
use crate::support::user::{bodies, conversation_id, new_idempotency_key};
use crate::support::webhook::{inbound_text_form, new_sid, params, with_param};
use crate::support::{
    BUSINESS_NUMBER, Socket, TestResponse, TestSystem, Webhook, customer_number, wait_for,
};

/// Returns the number of stored messages.
async fn count_messages(system: &TestSystem) -> usize {
    let rows = rows(system, TABLE).await;
    rows.keys().filter(|(_, sk)| sk.starts_with("MSG#")).count()
}

#[tokio::test]
async fn w1_twenty_images_reported_concurrently_are_each_in_their_own_conversation() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let mut sends = Vec::new();
    for fill in 0..20 {
        let number = customer_number();
        let thread = conversation_id(&anna.start_conversation(&number).await).to_owned();
        let name = format!("{fill}.jpg");
        let file = upload_file(&system, &anna, &thread, &name, "image/jpeg", &jpeg(fill)).await;
        sends.push((fill, number, thread, file));
    }
    let requests = sends.iter().map(|(_, number, thread, file)| {
        let anna = &anna;
        async move {
            send_with_uploads(anna, thread, &new_idempotency_key(), number, &[file])
                .await
                .expect_status(202)
        }
    });
    join_all(requests).await;
    system.wait_until_idle().await;
    for (fill, number, thread, _) in &sends {
        let messages = anna.messages(thread).await;
        assert_eq!(bodies(&messages), [number]);
        assert_eq!(messages[0]["status"], "delivered");
        let downloaded = download_media(&system, &anna, &messages[0], 0).await.1.text;
        assert_eq!(downloaded, String::from_utf8_lossy(&jpeg(*fill)));
    }
    system.stop().await;
}

#[tokio::test]
async fn w2_a_hundred_concurrent_texts_are_each_pushed_in_their_own_conversation() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let numbers: Vec<String> = (0..5).map(|_| customer_number()).collect();
    let mut threads_by_number = BTreeMap::new();
    let mut socket = anna.open_socket().await;
    for number in &numbers {
        let thread = conversation_id(&anna.start_conversation(number).await).to_owned();
        socket.watch(&system, &thread).await;
        threads_by_number.insert(number.clone(), thread);
    }
    let texts: Vec<(String, String, String)> = (0..100)
        .map(|count| (&numbers[count % 5], count))
        .map(|(number, count)| (number.clone(), format!("{number} {count}"), new_sid("SM")))
        .collect();
    system.receive_texts_concurrently(&texts).await;
    let mut missing: BTreeSet<String> = texts.into_iter().map(|(_, body, _)| body).collect();
    while !missing.is_empty() {
        let event = socket.wait_for(|event| event["type"] == "message").await;
        let message = &event["message"];
        let body = message["body"].as_str().unwrap();
        let number = body.split(' ').next().unwrap();
        assert_eq!(message["conversation_id"], json!(threads_by_number[number]));
        missing.remove(body);
    }
    system.stop().await;
}

#[tokio::test]
async fn w3_a_frame_that_is_not_json_does_not_stop_live_events() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let mut socket = anna.open_socket().await;
    socket.send_text("{ not JSON").await;
    system.receive_text(&customer_number(), "Still there?").await;
    socket.wait_for_preview("Still there?").await;
    system.stop().await;
}

#[tokio::test]
async fn w4_a_socket_without_a_valid_ticket_is_rejected() {
    let system = TestSystem::start().await;
    system.receive_text(&customer_number(), "Private").await;
    let origin = system.url("");
    for protocols in [None, Some("partyline.v1"), Some("partyline.v1, t.guessed")] {
        let result = Socket::try_connect(&system, Some(&origin), protocols).await;
        let status = result.err().unwrap();
        assert!([401, 403].contains(&status), "{protocols:?}: {status}");
    }
    system.stop().await;
}

#[tokio::test]
async fn w5_a_frame_from_a_page_is_not_sent_to_other_pages() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (mut forging_socket, mut other_socket) =
        (anna.open_socket().await, anna.open_socket().await);
    let thread = conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    other_socket.watch(&system, &thread).await;
    let forged_frame =
        json!({ "events": [{ "type": "message", "message": { "body": "Forged" } }] });
    forging_socket.send_text(forged_frame.to_string()).await;
    forging_socket.send_text(json!({ "action": "message", "body": "Forged" }).to_string()).await;
    system.wait_until_idle().await;
    system.receive_text(&customer_number(), "Real").await;
    let events =
        other_socket.events_until(|event| event["conversation"]["preview"]["body"] == "Real").await;
    assert!(events.iter().all(|event| !event.to_string().contains("Forged")), "{events:#?}");
    system.stop().await;
}

#[tokio::test]
async fn w6_sending_renaming_closing_and_deleting_require_a_sign_in() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.receive_text(&number, "Hi").await;
    let thread = anna.conversation_id_with(&number).await;
    let path = format!("/api/conversations/{thread}");
    let rows_before = all_rows(&system).await;
    let send_body = json!({ "body": "Free texts!", "idempotency_key": new_idempotency_key() });
    for (method, path, body) in [
        (Method::POST, format!("{path}/messages"), send_body),
        (Method::POST, "/api/conversations".to_owned(), json!({ "to": customer_number() })),
        (Method::PATCH, path.clone(), json!({ "contact_name": "Mine" })),
        (Method::PATCH, path.clone(), json!({ "status": "closed" })),
        (Method::DELETE, path, json!({})),
    ] {
        system.call(method, &path).json(&body).send().await.expect_error(401);
    }
    assert_eq!(all_rows(&system).await, rows_before);
    assert_eq!(system.twilio().creates(), []);
    system.stop().await;
}

#[tokio::test]
async fn w7_a_webhook_without_a_valid_signature_stores_nothing() {
    let system = TestSystem::start().await;
    for signature in [None, Some(""), Some("AAAAAAAAAAAAAAAAAAAAAAAAAAA=")] {
        let forged_webhook =
            Webhook::inbound_text(&system, &new_sid("SM"), &customer_number(), "Forged")
                .signature(signature);
        assert_eq!(forged_webhook.send().await.status, 403);
    }
    assert_eq!(count_messages(&system).await, 0);
    system.stop().await;
}

#[tokio::test]
async fn w8_markup_in_a_text_or_a_name_is_returned_as_text() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (number, markup) = (customer_number(), "<img src=x onerror=\"document.title='owned'\">");
    system.receive_text(&number, markup).await;
    let thread = anna.conversation_id_with(&number).await;
    let updated = anna
        .update_conversation(&thread, json!({ "contact_name": markup }))
        .await
        .expect_status(200);
    assert_eq!(updated["contact_name"], markup);
    let response = anna.get(&format!("/api/conversations/{thread}/messages")).await;
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(response.expect_status(200)["messages"][0]["body"], markup);
    system.stop().await;
}

#[tokio::test]
async fn w9_an_acknowledged_text_of_the_longest_sender_is_stored() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let sender = format!("rcs:{}_agent", "long".repeat(20));
    system.receive_text(&sender, "Our offer").await;
    // Without waiting until idle: the text is stored before Twilio gets the response.
    let list = anna.list_conversations("").await;
    let conversation = &list["conversations"][0];
    assert_eq!(
        (&conversation["mobile_number"], &conversation["unread_count"]),
        (&json!(sender), &json!(1))
    );
    assert_eq!(bodies(&anna.messages(conversation_id(conversation)).await), ["Our offer"]);
    system.stop().await;
}

#[tokio::test]
async fn w9_a_text_that_could_not_be_stored_is_not_acknowledged() {
    let system = TestSystem::start().await;
    let failing_writes = RequestFault { times: usize::MAX, ..RequestFault::once(Effect::Fail) };
    system.inner().dynamodb().faults().arm(failing_writes.on_operation("TransactWriteItems"));
    let webhook =
        Webhook::inbound_text(&system, &new_sid("SM"), &customer_number(), "Lost?").send();
    let invocations_before = system.inner().functions().invocations();
    let pass_retry_budget = async {
        wait_for("the webhook to be at work", || async {
            (system.inner().functions().invocations() > invocations_before).then_some(())
        })
        .await;
        system.advance(Duration::from_secs(11));
    };
    let (response, ()) = join(webhook, pass_retry_budget).await;
    assert!(response.status >= 500, "{}", response.text);
    system.inner().dynamodb().faults().clear();
    assert_eq!(count_messages(&system).await, 0);
    system.stop().await;
}

#[tokio::test]
async fn w10_two_hundred_acknowledged_texts_are_stored_immediately() {
    let system = TestSystem::start().await;
    let send_texts = async |_| {
        let number = customer_number();
        for body in 0..25 {
            system.receive_text(&number, &body.to_string()).await;
        }
    };
    join_all((0..8).map(send_texts)).await;
    assert_eq!(count_messages(&system).await, 200);
    system.stop().await;
}

#[tokio::test]
async fn w11_a_short_table_outage_loses_nothing() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let short_outage = RequestFault { times: 4, ..RequestFault::once(Effect::Fail) };
    system.inner().dynamodb().faults().arm(short_outage);
    let number = customer_number();
    system.receive_text(&number, "Hi").await;
    assert_eq!(bodies(&anna.messages(&anna.conversation_id_with(&number).await).await), ["Hi"]);
    system.stop().await;
}

#[tokio::test]
async fn w12_a_new_socket_receives_events_after_a_lost_connection() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let dead_socket = anna.open_socket().await;
    system.inner().connections().unwrap().abort(&dead_socket.id, false).await;
    system.receive_text(&customer_number(), "Meanwhile").await;
    system.wait_until_idle().await;
    let mut new_socket = anna.open_socket().await;
    system.receive_text(&customer_number(), "After").await;
    new_socket.wait_for_preview("After").await;
    assert_eq!(anna.list_conversations("").await["conversations"].as_array().unwrap().len(), 2);
    system.stop().await;
}

#[tokio::test]
async fn w13_nine_sends_from_one_page_all_reach_twilio() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    for body in 0..9 {
        anna.send(&thread, &body.to_string()).await;
    }
    system.wait_until_idle().await;
    assert_eq!(system.twilio().creates().len(), 9);
    anna.list_conversations("").await;
    system.stop().await;
}

#[tokio::test]
async fn w14_a_duplicate_webhook_is_stored_and_counted_once() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (number, sid) = (customer_number(), new_sid("SM"));
    for _ in 0..2 {
        Webhook::inbound_text(&system, &sid, &number, "Once").send().await.expect_status(200);
    }
    let thread = anna.conversation_id_with(&number).await;
    assert_eq!(bodies(&anna.messages(&thread).await), ["Once"]);
    assert_eq!(anna.get_conversation(&thread).await["unread_count"], 1);
    system.stop().await;
}

#[tokio::test]
async fn w15_concurrent_requests_of_two_users_return_their_own_threads() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let berta = system.agent(&anna, "berta").await;
    let mut threads = Vec::new();
    for body in ["For Anna", "For Berta"] {
        let number = customer_number();
        system.receive_text(&number, body).await;
        threads.push(anna.conversation_id_with(&number).await);
    }
    for _ in 0..10 {
        let (annas, bertas) = join(anna.messages(&threads[0]), berta.messages(&threads[1])).await;
        assert_eq!((bodies(&annas), bodies(&bertas)), (vec!["For Anna"], vec!["For Berta"]));
    }
    system.stop().await;
}

#[tokio::test]
async fn w16_a_message_stored_by_one_process_is_shown_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_owned();
    let system = TestSystem::start_with(|options| options.state = Some(state.clone())).await;
    let number = customer_number();
    system.receive_text(&number, "Before").await;
    system.stop().await;
    let system = TestSystem::start_with(|options| options.state = Some(state)).await;
    let anna = system.admin().await;
    system.receive_text(&number, "After").await;
    let thread = anna.conversation_id_with(&number).await;
    assert_eq!(bodies(&anna.messages(&thread).await), ["Before", "After"]);
    system.stop().await;
}

/// The captured log.
#[derive(Clone, Default)]
struct CapturedLog(Arc<Mutex<Vec<u8>>>);

impl Write for CapturedLog {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn w17_no_log_contains_a_password_a_text_or_a_number() {
    let log = CapturedLog::default();
    let writer = log.clone();
    let targets: Targets = "info,functions=trace,shared=trace".parse().unwrap();
    let layer = tracing_subscriber::fmt::layer().with_ansi(false);
    let layer = layer.with_writer(move || writer.clone());
    let subscriber = tracing_subscriber::registry().with(targets).with(layer);
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let guard = tracing::subscriber::set_default(subscriber);
    let number = customer_number();
    system.receive_text(&number, "Confidential words").await;
    let berta = system.agent(&anna, "berta").await;
    let thread = berta.conversation_id_with(&number).await;
    berta.send(&thread, "Secret answer").await;
    let quarantined_form = with_param(
        inbound_text_form(&system, &new_sid("SM"), &number, "Stray words"),
        "To",
        "+12025550100",
    );
    Webhook::form(&system, "/twilio/messages", &quarantined_form).send().await.expect_status(200);
    system.wait_until_idle().await;
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("Message stored"), "nothing was logged: {log}");
    for word in
        ["Confidential", "Secret answer", "Stray", "correct horse", &*number, BUSINESS_NUMBER]
    {
        assert!(!log.contains(word), "{word} was logged:\n{log}");
    }
    system.stop().await;
}

#[tokio::test]
async fn w18_no_error_response_reveals_implementation_details() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let request = |method, path: &str| system.call(method, path).bearer(&anna.token);
    let responses: Vec<TestResponse> = vec![
        request(Method::GET, "/api/conversations?foo=1").send().await,
        request(Method::GET, "/api/conversations?search[x]=1").send().await,
        request(Method::GET, "/api/conversations/x/messages").send().await,
        request(Method::POST, "/api/conversations").raw_json("{").send().await,
        request(Method::POST, "/api/conversations").raw_json("{}").send().await,
        Webhook::form(&system, "/twilio/messages", &params(&[("SmsStatus", "sent")])).send().await,
        system.call(Method::GET, "/api/nowhere").send_unchecked().await,
    ];
    for response in responses {
        assert!(response.status < 500, "{}", response.text);
        for word in [".rs", "panicked", "src/", "/root", "/home", "stack"] {
            assert!(!response.text.contains(word), "{word} in {}", response.text);
        }
    }
    system.stop().await;
}

#[tokio::test]
async fn w19_the_unread_count_exceeds_32767() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.receive_text(&number, "First").await;
    let thread = anna.conversation_id_with(&number).await;
    let pk = format!("CONV#{thread}");
    let mut meta = rows(&system, TABLE).await.remove(&(pk, "META".to_owned())).unwrap();
    meta["unread"] = json!({ "N": "32767" });
    let body = json!({ "TableName": TABLE, "Item": meta });
    system.inner().dynamodb().call("local-admin", "PutItem", body).await.unwrap();
    system.receive_text(&number, "One more").await;
    assert_eq!(anna.get_conversation(&thread).await["unread_count"], 32_768);
    system.stop().await;
}

#[tokio::test]
async fn w20_a_text_during_a_deletion_is_stored_completely_or_not_at_all() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for _ in 0..8 {
        let number = customer_number();
        system.receive_text(&number, "Old").await;
        let thread = anna.conversation_id_with(&number).await;
        let path = format!("/api/conversations/{thread}");
        let deletion = anna.call(Method::DELETE, &path).send();
        let (deleted, _) = join(deletion, system.receive_text(&number, "New")).await;
        assert_eq!(deleted.status, 202, "{}", deleted.text);
        system.wait_until_idle().await;
        let response = anna.get(&path).await;
        if response.status == 404 {
            continue;
        }
        let current = response.expect_status(200);
        assert_eq!(
            (&current["unread_count"], &current["preview"]["body"]),
            (&json!(1), &json!("New"))
        );
        assert_eq!(bodies(&anna.messages(&thread).await), ["New"]);
    }
    system.stop().await;
}

#[tokio::test]
async fn w21_no_response_contains_a_media_url_of_twilio() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let form = inbound_text_form(&system, &new_sid("MM"), &number, "Look");
    let message_url =
        format!("https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/{}", new_sid("MM"));
    let form = with_param(
        with_param(form, "NumMedia", "1"),
        "MediaUrl0",
        &format!("{message_url}/Media/ME1"),
    );
    let form = with_param(form, "MediaContentType0", "image/png");
    Webhook::form(&system, "/twilio/messages", &form).send().await.expect_status(200);
    let thread = anna.conversation_id_with(&number).await;
    for path in ["", "/messages"] {
        let response = anna.get(&format!("/api/conversations/{thread}{path}")).await;
        assert!(!response.text.contains("api.twilio.com"), "{}", response.text);
    }
    system.stop().await;
}

#[tokio::test]
async fn w22_the_end_of_the_24_hour_window_is_shown_before_a_send() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let body = json!({ "to": number, "channel": "whatsapp" });
    let created = anna.post("/api/conversations", body).await.expect_status(201);
    assert_eq!(created["window_expires_at"], json!(null));
    let form = inbound_text_form(&system, &new_sid("SM"), &format!("whatsapp:{number}"), "Hola");
    let form = with_param(form, "To", created["twilio_number"].as_str().unwrap());
    Webhook::form(&system, "/twilio/messages", &form).send().await.expect_acknowledgement();
    assert!(
        anna.get_conversation(conversation_id(&created)).await["window_expires_at"].is_string()
    );
    system.stop().await;
}

#[tokio::test]
async fn w23_read_requests_change_nothing() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.receive_text(&number, "Hi").await;
    let thread = anna.conversation_id_with(&number).await;
    system.wait_until_idle().await;
    let rows_before = rows(&system, TABLE).await;
    for path in [
        "/api/conversations".to_owned(),
        "/api/conversations?search=206".to_owned(),
        format!("/api/conversations/{thread}"),
        format!("/api/conversations/{thread}/messages"),
        "/api/senders".to_owned(),
        "/api/quarantine".to_owned(),
    ] {
        anna.get(&path).await.expect_status(200);
    }
    assert_eq!(rows(&system, TABLE).await, rows_before);
    assert_eq!(anna.get_conversation(&thread).await["unread_count"], 1);
    system.stop().await;
}
