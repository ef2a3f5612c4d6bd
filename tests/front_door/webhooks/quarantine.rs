//! What Twilio signed and nobody can file: answered 2xx, kept, counted. And what somebody else signed: 200 slots.

use std::time::Duration;

use super::{kept, reasons};
use crate::desk::table::{TABLE, count};
use crate::desk::webhook::{encoded, sid, sign_bytes, text, with};
use crate::desk::{Desk, Webhook, customer};

const MESSAGES: &str = "/twilio/messages";

#[tokio::test]
async fn what_cannot_be_filed_is_answered_well_and_kept_with_its_reason() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let good = text(&desk, &sid("SM"), &customer(), "Hi");
    let many = (0..10_000).map(|number| (format!("P{number}"), "x".to_owned()));
    let two_bodies: Vec<_> =
        good.iter().cloned().chain([("Body".to_owned(), "Ho".to_owned())]).collect();
    let cases = [
        (with(good.clone(), "To", "+12025550100"), "unknown_number"),
        (with(good.clone(), "To", "whatsapp:+18555080989"), "unknown_number"),
        (with(good.clone(), "AccountSid", "AC99999999999999999999999999999999"), "foreign_account"),
        (good.iter().cloned().chain(many).collect(), "too_many_parameters"),
        (with(good.clone(), "MessageSid", "SM1"), "unreadable"),
        (with(good.clone(), "From", "somebody somewhere"), "unreadable"),
        (with(good.clone(), "From", "sip:maria@example.com"), "unreadable"),
        (with(good.clone(), "From", "whatsapp:whatsapp:+12065551212"), "unreadable"),
        (with(good.clone(), "From", "++12065551212"), "unreadable"),
        (with(good.clone(), "From", "+١٢٠٦٥٥٥١٢١٢"), "unreadable"),
        (two_bodies, "unreadable"),
        (vec![], "unreadable"),
    ];
    for (form, reason) in &cases {
        let answer = Webhook::form(&desk, MESSAGES, form).send().await;
        assert_eq!((answer.status, &*answer.text), (200, "<Response/>"), "{reason}");
        assert_eq!(reasons(&anna).await[0], *reason);
        desk.pass(Duration::from_millis(2));
    }
    let kept = kept(&anna).await;
    assert_eq!(kept.len(), cases.len());
    for item in &kept {
        assert_eq!((&item["count"], &item["signed"]), (&1.into(), &true.into()));
        assert!(item["detail"].as_str().unwrap().len() > 20, "{item}");
        assert!(item["sentence"]["key"].as_str().unwrap().starts_with("quarantine."), "{item}");
    }
    assert_eq!(kept.last().unwrap()["raw"], encoded(&cases[0].0));
    assert_eq!(count(&desk, TABLE, "SID#").await, 0);
    assert_eq!(count(&desk, TABLE, "CONV#").await, 0);
    desk.close().await;
}

#[tokio::test]
async fn a_broken_body_is_twilios_whichever_way_it_was_read_to_be_signed() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (token, url) = (desk.system().settings().auth_token.clone(), desk.url(MESSAGES));
    let cases: [(&str, &[u8], &str); 6] = [
        ("Body=%ff&From=1", b"Body\xffFrom1", "not_utf8"),
        ("Body=%ff&From=2", "Body\u{fffd}From2".as_bytes(), "not_utf8"),
        ("Body=%c3(", b"Body\xc3(", "not_utf8"),
        ("Body=100%", b"Body100%", "bad_percent_encoding"),
        ("Body=%zz", b"Body%zz", "bad_percent_encoding"),
        ("%=%&x=%4", b"%%x%4", "bad_percent_encoding"),
    ];
    for (body, signed, reason) in cases {
        let signature = sign_bytes(&token, &url, signed);
        let webhook = Webhook::form(&desk, MESSAGES, &[]).body(body).signature(Some(&signature));
        assert_eq!(webhook.send().await.status, 200, "{body}");
        assert_eq!(reasons(&anna).await[0], reason, "{body}");
        desk.pass(Duration::from_millis(2));
    }
    desk.close().await;
}

#[tokio::test]
async fn what_comes_again_is_counted_and_shown_first() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let one = with(text(&desk, &sid("SM"), &customer(), "One"), "To", "+12025550100");
    let two = with(text(&desk, &sid("SM"), &customer(), "Two"), "To", "+12025550100");
    for form in [&one, &two, &one, &one] {
        Webhook::form(&desk, MESSAGES, form).send().await.is(200);
        desk.pass(Duration::from_secs(1));
    }
    let kept = kept(&anna).await;
    assert_eq!(kept.len(), 2);
    assert_eq!((&kept[0]["count"], &kept[1]["count"]), (&3.into(), &1.into()));
    assert_eq!(kept[0]["raw"], encoded(&one));
    assert!(kept[0]["date_updated"].as_str() > kept[0]["date_created"].as_str());
    desk.close().await;
}

#[tokio::test]
async fn a_body_of_more_than_256_kb_is_cut_and_its_beginning_kept() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let form = with(text(&desk, &sid("SM"), &customer(), "x"), "To", "+12025550100");
    let form = with(form, "Noise", &"x".repeat(300 * 1024));
    Webhook::form(&desk, MESSAGES, &form).send().await.is(200);
    let item = &kept(&anna).await[0];
    assert_eq!(item["truncated"], true);
    assert_eq!(item["raw"].as_str().unwrap().len(), 256 * 1024);
    let path = format!("/api/quarantine/{}/release", item["quarantine_id"].as_str().unwrap());
    let said = anna.post(&path, serde_json::json!({})).await.says(422);
    assert!(said.contains("too long"), "{said}");
    desk.close().await;
}

#[tokio::test]
async fn wrongly_signed_requests_fill_two_hundred_slots_at_the_most() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let form = text(&desk, &sid("SM"), &customer(), "Hi");
    for number in 0..320 {
        let webhook = Webhook::form(&desk, MESSAGES, &form).body(format!("Body={number}"));
        webhook.signature(Some("nonsense")).send().await.refused(403);
    }
    let slots = count(&desk, TABLE, "QUARANTINE").await;
    assert!((100..=200).contains(&slots), "{slots}");
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = anna.get(&format!("/api/quarantine?limit=33{cursor}")).await.is(200);
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["quarantine_id"].as_str().unwrap().to_owned()));
        assert!(items.iter().all(|item| item["signed"] == false && item["reason"] == "signature"));
        let Some(next) = page["cursor"].as_str() else { break };
        assert_eq!(items.len(), 33);
        cursor = format!("&cursor={next}");
    }
    let length = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((seen.len(), length), (slots, slots));
    desk.close().await;
}
