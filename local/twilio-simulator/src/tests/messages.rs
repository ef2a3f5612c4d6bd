use jiff::ToSpan;
use reqwest::Method;

use super::*;
use crate::{PhoneCondition, Status};

const LIST: &str = "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json";

#[tokio::test]
async fn a_created_message_is_queued_then_delivered_and_can_be_fetched() {
    let fixture = SimulatorFixture::new().await;
    let created = fixture.send("pretty good. how are you?").await;
    assert_eq!(created["status"], "queued");
    assert_eq!(created["direction"], "outbound-api");
    assert_eq!(created["num_segments"], "1");
    assert_eq!(created["num_media"], "0");
    assert!(created["date_sent"].is_null());
    assert!(created["date_created"].as_str().unwrap().ends_with(" +0000"));

    fixture.twilio.wait_until_idle().await;
    let fetched = fixture.get(created["uri"].as_str().unwrap()).await;
    assert_eq!(fetched["sid"], created["sid"]);
    assert_eq!(fetched["status"], "delivered");
    assert!(fetched["date_sent"].is_string());
}

#[tokio::test]
async fn invalid_creates_are_rejected_with_twilio_codes() {
    let fixture = SimulatorFixture::new().await;
    let long = "x".repeat(1601);
    let cases: &[(&[(&str, &str)], u64)] = &[
        (&[("From", NUMBER), ("Body", "x")], 21604),
        (&[("To", "12"), ("From", NUMBER), ("Body", "x")], 21211),
        (&[("To", "+1055"), ("From", NUMBER), ("Body", "x")], 21211),
        (&[("To", CUSTOMER), ("Body", "x")], 21603),
        (&[("To", CUSTOMER), ("From", "unknown"), ("Body", "x")], 21212),
        (&[("To", CUSTOMER), ("From", "+12065550100"), ("Body", "x")], 21606),
        (&[("To", CUSTOMER), ("From", NUMBER)], 21602),
        (&[("To", CUSTOMER), ("From", NUMBER), ("Body", "")], 21602),
        (&[("To", CUSTOMER), ("From", NUMBER), ("Body", &long)], 21617),
        (&[("To", NUMBER), ("From", NUMBER), ("Body", "x")], 21266),
        (&[("To", CUSTOMER), ("From", NUMBER), ("Body", "x"), ("StatusCallback", "here")], 21609),
        (&[("To", CUSTOMER), ("MessagingServiceSid", "MG1"), ("Body", "x")], 21701),
        (&[("To", "+15005550001"), ("From", NUMBER), ("Body", "x")], 21211),
        (&[("To", "+15005550002"), ("From", NUMBER), ("Body", "x")], 21612),
        (&[("To", "+15005550003"), ("From", NUMBER), ("Body", "x")], 21408),
        (&[("To", "+15005550004"), ("From", NUMBER), ("Body", "x")], 21610),
        (&[("To", "+15005550009"), ("From", NUMBER), ("Body", "x")], 21614),
        (&[("To", CUSTOMER), ("From", "+15005550001"), ("Body", "x")], 21212),
        (&[("To", CUSTOMER), ("From", "+15005550007"), ("Body", "x")], 21606),
        (&[("To", CUSTOMER), ("From", "+15005550008"), ("Body", "x")], 21611),
    ];
    for (fields, code) in cases {
        assert_eq!(error_codes(fixture.create(fields).await).await, (400, *code), "{fields:?}");
    }
    let response =
        fixture.create(&[("To", CUSTOMER), ("From", "+15005550006"), ("Body", "x")]).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(fixture.twilio.messages().unwrap().len(), 1);
}

#[tokio::test]
async fn each_product_serves_its_own_paths_only() {
    let fixture = SimulatorFixture::new().await;
    for (product, path, status) in [
        ("/api", LIST, 200),
        ("/events", LIST, 404),
        ("/content", LIST, 404),
        ("", LIST, 404),
        ("/events", "/v1/Sinks", 200),
        ("/api", "/v1/Sinks", 404),
    ] {
        let url = format!("{}{product}{path}", fixture.twilio.url());
        let response = fixture.http.get(url).basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap();
        assert_eq!(response.status(), status, "{product}{path}");
        if status == 404 {
            assert_eq!(error_codes(response).await, (404, 20404));
        }
    }
}

#[tokio::test]
async fn only_the_account_owner_is_authorized() {
    let fixture = SimulatorFixture::new().await;
    let url = fixture.url(LIST);
    let other_url = url.replace(ACCOUNT, "AC11111111111111111111111111111111");
    for call in [
        fixture.http.get(&url),
        fixture.http.get(&url).basic_auth(ACCOUNT, Some("wrong")),
        fixture.http.get(&other_url).basic_auth(ACCOUNT, Some(TOKEN)),
    ] {
        assert_eq!(error_codes(call.send().await.unwrap()).await, (401, 20003));
    }
}

#[tokio::test]
async fn a_list_is_filtered_and_paged_newest_first() {
    let fixture = SimulatorFixture::new().await;
    for body in ["one", "two", "three", "four", "five"] {
        fixture.send(body).await;
    }
    fixture.create(&[("To", "+12065550124"), ("From", NUMBER), ("Body", "other")]).await;

    let mut uri = Some(format!("{LIST}?To=%2B12065550123&PageSize=2"));
    let mut pages: Vec<Vec<String>> = Vec::new();
    while let Some(next) = uri {
        let page = fixture.get(&next).await;
        assert_eq!(page["start"], pages.len() * 2);
        let bodies = page["messages"].as_array().unwrap().iter();
        pages.push(bodies.map(|message| message["body"].as_str().unwrap().to_owned()).collect());
        uri = page["next_page_uri"].as_str().map(str::to_owned);
        if pages.len() == 2 {
            let previous = page["previous_page_uri"].as_str().unwrap();
            assert_eq!(fixture.get(previous).await["messages"][0]["body"], "five");
        }
    }
    assert_eq!(pages, [vec!["five", "four"], vec!["three", "two"], vec!["one"]]);
    let large = fixture.call(Method::GET, &format!("{LIST}?PageSize=1001")).await;
    assert_eq!(error_codes(large).await, (400, 20007));
}

#[tokio::test]
async fn a_list_can_be_filtered_by_day_and_by_timestamp() {
    let fixture = SimulatorFixture::new().await;
    fixture.send("today").await;
    fixture.twilio.wait_until_idle().await;
    let now = fixture.twilio.now();
    let today = now.strftime("%Y-%m-%d").to_string();
    let tomorrow = (now + 24.hours()).strftime("%Y-%m-%d").to_string();
    let moment = (now - 1.hours()).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    for (query, count) in [
        (format!("DateSent={today}"), 1),
        (format!("DateSent={tomorrow}"), 0),
        (format!("DateSent%3C={tomorrow}"), 1),
        (format!("DateSent%3E={tomorrow}"), 0),
        (format!("DateSent%3E={moment}"), 1),
        (format!("DateSent%3C={moment}"), 0),
    ] {
        let page = fixture.get(&format!("{LIST}?{query}")).await;
        assert_eq!(page["messages"].as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test]
async fn a_message_can_be_redacted_and_deleted_only_when_final() {
    let fixture = SimulatorFixture::new().await;
    fixture.twilio.set_airplane(CUSTOMER, true).unwrap();
    let created = fixture.send("a secret").await;
    fixture.twilio.wait_until_idle().await;
    let uri = created["uri"].as_str().unwrap();
    assert_eq!(error_codes(fixture.call(Method::DELETE, uri).await).await, (409, 20009));

    fixture.twilio.set_airplane(CUSTOMER, false).unwrap();
    fixture.twilio.wait_until_idle().await;
    let url = fixture.url(uri);
    let redact = fixture.http.post(url).basic_auth(ACCOUNT, Some(TOKEN)).form(&[("Body", "")]);
    let redacted: Value = redact.send().await.unwrap().json().await.unwrap();
    assert_eq!(redacted["body"], "");
    assert_eq!(fixture.call(Method::DELETE, uri).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(error_codes(fixture.call(Method::GET, uri).await).await, (404, 20404));
    assert!(fixture.get(LIST).await["messages"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_customer_who_sends_stop_gets_no_messages_until_start() {
    let fixture = SimulatorFixture::new().await;
    fixture.twilio.type_text(CUSTOMER, NUMBER, "Stop please").unwrap();
    fixture.send("still welcome").await;
    fixture.twilio.type_text(CUSTOMER, NUMBER, " stop ").unwrap();
    let fields = [("To", CUSTOMER), ("From", NUMBER), ("Body", "x")];
    assert_eq!(error_codes(fixture.create(&fields).await).await, (400, 21610));
    fixture.twilio.type_text(CUSTOMER, NUMBER, "START").unwrap();
    assert_eq!(fixture.create(&fields).await.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn an_unreachable_phone_ends_the_message_with_its_error_code() {
    let fixture = SimulatorFixture::new().await;
    for (condition, code) in [
        (PhoneCondition::Unreachable, 30003),
        (PhoneCondition::Unknown, 30005),
        (PhoneCondition::Landline, 30006),
        (PhoneCondition::Blocked, 30007),
        (PhoneCondition::Lost, 30008),
    ] {
        fixture.twilio.set_condition(CUSTOMER, condition).unwrap();
        let created = fixture.send("are you there?").await;
        fixture.twilio.wait_until_idle().await;
        let fetched = fixture.get(created["uri"].as_str().unwrap()).await;
        assert_eq!(
            (&fetched["status"], &fetched["error_code"]),
            (&"undelivered".into(), &code.into())
        );
        assert_eq!(
            fixture.receiver.webhooks().last().unwrap().field("ErrorCode"),
            code.to_string()
        );
    }
}

#[tokio::test]
async fn airplane_mode_keeps_a_message_sent_until_it_ends() {
    let fixture = SimulatorFixture::new().await;
    fixture.twilio.set_airplane(CUSTOMER, true).unwrap();
    fixture.send("when you land").await;
    fixture.twilio.wait_until_idle().await;
    assert_eq!(fixture.twilio.messages().unwrap()[0].status, Status::Sent);
    assert_eq!(fixture.receiver.callback_statuses(), ["sending", "sent"]);
    fixture.twilio.set_airplane(CUSTOMER, false).unwrap();
    fixture.twilio.wait_until_idle().await;
    assert_eq!(fixture.receiver.callback_statuses(), ["sending", "sent", "delivered"]);
}
