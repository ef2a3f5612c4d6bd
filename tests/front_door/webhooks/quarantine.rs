//! Quarantine of signed but invalid webhooks, and of at most 200 requests with invalid signatures.

use std::time::Duration;

use serde_json::json;

use super::{quarantine_items, quarantine_reasons};
use crate::support::table::{TABLE, count_rows};
use crate::support::user::bodies;
use crate::support::webhook::{encode_form, inbound_text_form, new_sid, sign_bytes, with_param};
use crate::support::{BUSINESS_NUMBER, TestSystem, Webhook, customer_number};

const MESSAGES_PATH: &str = "/twilio/messages";

#[tokio::test]
async fn a_webhook_that_cannot_be_processed_gets_200_and_is_quarantined_with_a_reason() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let valid_form = inbound_text_form(&system, &new_sid("SM"), &customer_number(), "Hi");
    let many_params = (0..10_000).map(|number| (format!("P{number}"), "x".to_owned()));
    let two_bodies: Vec<_> =
        valid_form.iter().cloned().chain([("Body".to_owned(), "Ho".to_owned())]).collect();
    let cases = [
        (with_param(valid_form.clone(), "To", "+12025550100"), "unknown_number"),
        (with_param(valid_form.clone(), "To", "whatsapp:+18555080989"), "unknown_number"),
        (
            with_param(valid_form.clone(), "AccountSid", "AC99999999999999999999999999999999"),
            "foreign_account",
        ),
        (valid_form.iter().cloned().chain(many_params).collect(), "too_many_parameters"),
        (with_param(valid_form.clone(), "MessageSid", "SM1"), "unreadable"),
        (with_param(valid_form.clone(), "From", "+18555080989"), "own_number"),
        (with_param(valid_form.clone(), "From", "sip:maria@example.com"), "unreadable"),
        (with_param(valid_form.clone(), "From", "whatsapp:whatsapp:+12065551212"), "unreadable"),
        (two_bodies, "unreadable"),
        (vec![], "unreadable"),
    ];
    for (form, reason) in &cases {
        let response = Webhook::form(&system, MESSAGES_PATH, form).send().await;
        assert_eq!((response.status, &*response.text), (200, "<Response/>"), "{reason}");
        assert_eq!(quarantine_reasons(&anna).await[0], *reason);
        system.advance(Duration::from_millis(2));
    }
    let items = quarantine_items(&anna).await;
    assert_eq!(items.len(), cases.len());
    for item in &items {
        assert_eq!((&item["count"], &item["signed"]), (&1.into(), &true.into()));
        assert!(item["detail"].as_str().unwrap().len() > 20, "{item}");
        assert!(
            item["localized_detail"]["key"].as_str().unwrap().starts_with("quarantine."),
            "{item}"
        );
    }
    assert_eq!(items.last().unwrap()["body"], encode_form(&cases[0].0));
    assert_eq!(count_rows(&system, TABLE, "SID#").await, 0);
    assert_eq!(count_rows(&system, TABLE, "CONV#").await, 0);
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_body_is_verified_in_every_decoding_that_twilio_may_sign() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (token, url) = (system.inner().settings().auth_token.clone(), system.url(MESSAGES_PATH));
    let cases: [(&str, &[u8], &str); 6] = [
        ("Body=%ff&From=1", b"Body\xffFrom1", "not_utf8"),
        ("Body=%ff&From=2", "Body\u{fffd}From2".as_bytes(), "not_utf8"),
        ("Body=%c3(", b"Body\xc3(", "not_utf8"),
        ("Body=100%", b"Body100%", "bad_percent_encoding"),
        ("Body=%zz", b"Body%zz", "bad_percent_encoding"),
        ("%=%&x=%4", b"%%x%4", "bad_percent_encoding"),
    ];
    for (body, signed_content, reason) in cases {
        let signature = sign_bytes(&token, &url, signed_content);
        let webhook =
            Webhook::form(&system, MESSAGES_PATH, &[]).body(body).signature(Some(&signature));
        assert_eq!(webhook.send().await.status, 200, "{body}");
        assert_eq!(quarantine_reasons(&anna).await[0], reason, "{body}");
        system.advance(Duration::from_millis(2));
    }
    system.stop().await;
}

#[tokio::test]
async fn a_repeated_request_is_counted_and_listed_first() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let first = with_param(
        inbound_text_form(&system, &new_sid("SM"), &customer_number(), "One"),
        "To",
        "+12025550100",
    );
    let second = with_param(
        inbound_text_form(&system, &new_sid("SM"), &customer_number(), "Two"),
        "To",
        "+12025550100",
    );
    for form in [&first, &second, &first, &first] {
        Webhook::form(&system, MESSAGES_PATH, form).send().await.expect_status(200);
        system.advance(Duration::from_secs(1));
    }
    let items = quarantine_items(&anna).await;
    assert_eq!(items.len(), 2);
    assert_eq!((&items[0]["count"], &items[1]["count"]), (&3.into(), &1.into()));
    assert_eq!(items[0]["body"], encode_form(&first));
    assert!(items[0]["date_updated"].as_str() > items[0]["date_created"].as_str());
    system.stop().await;
}

#[tokio::test]
async fn a_body_over_256_kb_is_truncated() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let form = with_param(
        inbound_text_form(&system, &new_sid("SM"), &customer_number(), "x"),
        "To",
        "+12025550100",
    );
    let form = with_param(form, "Noise", &"x".repeat(300 * 1024));
    Webhook::form(&system, MESSAGES_PATH, &form).send().await.expect_status(200);
    let item = &quarantine_items(&anna).await[0];
    assert_eq!(item["truncated"], true);
    assert_eq!(item["body"].as_str().unwrap().len(), 8 * 1024, "the list shows the beginning");
    let path = format!("/api/quarantine/{}/release", item["quarantine_id"].as_str().unwrap());
    let detail = anna.post(&path, serde_json::json!({})).await.error_detail(422);
    assert!(detail.contains("too large"), "{detail}");
    system.stop().await;
}

#[tokio::test]
async fn requests_with_invalid_signatures_use_at_most_two_hundred_slots() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let form = inbound_text_form(&system, &new_sid("SM"), &customer_number(), "Hi");
    for number in 0..320 {
        let webhook = Webhook::form(&system, MESSAGES_PATH, &form).body(format!("Body={number}"));
        webhook.signature(Some("nonsense")).send().await.expect_error(403);
    }
    let slot_count = count_rows(&system, TABLE, "QUARANTINE").await;
    assert!((100..=200).contains(&slot_count), "{slot_count}");
    let mut listed_ids = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = anna.get(&format!("/api/quarantine?limit=33{cursor}")).await.expect_status(200);
        let items = page["items"].as_array().unwrap();
        listed_ids
            .extend(items.iter().map(|item| item["quarantine_id"].as_str().unwrap().to_owned()));
        assert!(items.iter().all(|item| item["signed"] == false && item["reason"] == "signature"));
        let Some(next_cursor) = page["cursor"].as_str() else { break };
        assert_eq!(items.len(), 33);
        cursor = format!("&cursor={next_cursor}");
    }
    let length = listed_ids.len();
    listed_ids.sort_unstable();
    listed_ids.dedup();
    assert_eq!((listed_ids.len(), length), (slot_count, slot_count));
    system.stop().await;
}

#[tokio::test]
async fn a_signed_request_that_is_too_large_for_an_item_is_stored_truncated_with_hash_and_length() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let huge = "ü".repeat(450 * 1024 / 2);
    let text = inbound_text_form(&system, &new_sid("SM"), &number, "Hi");
    let latitude = with_param(with_param(text.clone(), "Latitude", "47.6"), "Longitude", "8.5");
    for form in [
        with_param(text.clone(), "Body", &huge),
        with_param(latitude, "Label", &huge),
        with_param(text.clone(), "ButtonText", &huge),
        with_param(text.clone(), "ListTitle", &huge),
        with_param(with_param(text, "NumMedia", "1"), "MediaUrl0", &format!("https://{huge}")),
    ] {
        Webhook::form(&system, "/twilio/messages", &form).send().await.expect_status(200);
    }
    let account = &system.inner().settings().account_sid;
    let event = |sid: &str, body: &str| {
        json!({
            "type": "com.twilio.messaging.inbound-message.received",
            "data": { "messageSid": sid, "accountSid": account, "from": number, "to": BUSINESS_NUMBER, "body": body },
        })
    };
    let batch = json!([event(&new_sid("SM"), &huge), event(&new_sid("SM"), "The other event")]);
    Webhook::events(&system, &batch).send().await.expect_status(204);

    let items = quarantine_items(&anna).await;
    assert_eq!(items.len(), 6, "one entry per request");
    for item in &items {
        assert_eq!((&item["reason"], &item["truncated"]), (&json!("too_large"), &json!(true)));
        assert!(item["length"].as_u64().unwrap() > 450 * 1024, "{}", item["length"]);
        assert_eq!(item["hash"].as_str().unwrap().len(), 64);
        assert!(item["body"].as_str().unwrap().len() <= 3 * 8 * 1024);
    }
    let thread = anna.conversation_id_with(&number).await;
    assert_eq!(bodies(&anna.messages(&thread).await), ["The other event"]);
    system.stop().await;
}

#[tokio::test]
async fn a_page_of_the_quarantine_stays_below_the_limit_of_a_response() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    // Each control character is six bytes in JSON.
    let body = "\u{1}".repeat(200 * 1024);
    for _ in 0..100 {
        let form = inbound_text_form(&system, &new_sid("SM"), &customer_number(), &body);
        let form = with_param(form, "To", "+12025550100");
        Webhook::form(&system, "/twilio/messages", &form).send().await.expect_status(200);
    }
    let response = anna.get("/api/quarantine?limit=100").await;
    assert!(response.text.len() < 6 * 1024 * 1024, "{} bytes", response.text.len());
    assert_eq!(response.expect_status(200)["items"].as_array().unwrap().len(), 100);
    system.stop().await;
}

#[tokio::test]
async fn a_signed_batch_that_could_not_be_parsed_is_released_as_a_batch() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for invalid in ["[", "7", &"[".repeat(1_000)] {
        Webhook::json(&system, "/twilio/events", invalid).send().await.expect_status(204);
    }
    let items = quarantine_items(&anna).await;
    assert_eq!(items.len(), 3);
    for item in items {
        let id = item["quarantine_id"].as_str().unwrap();
        let path = format!("/api/quarantine/{id}/release");
        let detail = anna.post(&path, json!({})).await.error_detail(422);
        assert_eq!(detail, "The body is not a CloudEvent or a list of CloudEvents.");
    }
    system.stop().await;
}
