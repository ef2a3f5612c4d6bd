//! WhatsApp, Messenger and RCS; Messaging Services and scheduled messages.

use std::time::Duration;

use jiff::ToSpan;

use super::*;
use crate::extras::{Button, Forwarded, Location};
use crate::{AppExtras, PhoneCondition, PhoneInput};

const ON_WHATSAPP: &str = "whatsapp:+12065550123";
const ON_RCS: &str = "rcs:+12065550123";

/// Sends a message from one of our senders and returns its final state.
async fn send_and_wait(fixture: &SimulatorFixture, fields: &[(&str, &str)]) -> Value {
    let callback = fixture.callback_url();
    let fields = [&[("StatusCallback", &*callback)][..], fields].concat();
    let response = fixture.create(&fields).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let created: Value = response.json().await.unwrap();
    fixture.twilio.wait_until_idle().await;
    fixture.get(created["uri"].as_str().unwrap()).await
}

#[tokio::test]
async fn a_whatsapp_webhook_carries_profile_location_button_and_reply() {
    let fixture = SimulatorFixture::new().await;
    let extras = AppExtras {
        location: Some(Location {
            latitude: "47.6205".to_owned(),
            longitude: "-122.3493".to_owned(),
            label: Some("Space Needle".to_owned()),
            address: None,
        }),
        button: Some(Button { text: "Yes".to_owned(), payload: Some("yes-1".to_owned()) }),
        reply_to: Some(format!("SM{:032x}", 7)),
        forwarded: Some(Forwarded::Often),
        choice: None,
    };
    let (from, to) = (ON_WHATSAPP.to_owned(), WHATSAPP.to_owned());
    let input = PhoneInput { from, to, extras, ..PhoneInput::default() };
    fixture.twilio.send_from_phone(input).unwrap();
    fixture.twilio.wait_until_idle().await;
    let webhook = fixture.receiver.webhooks().pop().unwrap();
    for (name, value) in [
        ("From", ON_WHATSAPP),
        ("To", WHATSAPP),
        ("WaId", "12065550123"),
        ("Latitude", "47.6205"),
        ("Label", "Space Needle"),
        ("ButtonText", "Yes"),
        ("ButtonPayload", "yes-1"),
        ("FrequentlyForwarded", "true"),
        ("OriginalRepliedMessageSid", &*format!("SM{:032x}", 7)),
        ("OriginalRepliedMessageSender", WHATSAPP),
        ("MessageType", "location"),
    ] {
        assert_eq!(webhook.field(name), value, "{name}");
    }
    assert!(webhook.form.iter().all(|(name, _)| name != "FromCity"));
}

#[tokio::test]
async fn outside_the_window_free_text_fails_after_acceptance_and_a_template_is_sent() {
    let fixture = SimulatorFixture::new().await;
    let text = [("To", ON_WHATSAPP), ("From", WHATSAPP), ("Body", "hello")];
    let rejected = send_and_wait(&fixture, &text).await;
    assert_eq!((&rejected["status"], &rejected["error_code"]), (&"failed".into(), &63016.into()));
    assert_eq!(fixture.receiver.callback_statuses(), ["failed"]);
    fixture.twilio.type_text(ON_WHATSAPP, WHATSAPP, "hi").unwrap();
    assert_eq!(send_and_wait(&fixture, &text).await["status"], "delivered");
    fixture.clock.advance(Duration::from_hours(24));
    assert_eq!(send_and_wait(&fixture, &text).await["error_code"], 63016);
    let content = format!("HX{:032x}", 1);
    let template = [
        ("To", ON_WHATSAPP),
        ("From", WHATSAPP),
        ("ContentSid", &content),
        ("ContentVariables", "{\"1\":\"Ada\"}"),
    ];
    assert_eq!(send_and_wait(&fixture, &template).await["status"], "delivered");
}

#[tokio::test]
async fn opening_a_thread_reports_read_once_and_never_on_sms() {
    let fixture = SimulatorFixture::new().await;
    fixture.twilio.type_text(ON_WHATSAPP, WHATSAPP, "hi").unwrap();
    let first = [("To", ON_WHATSAPP), ("From", WHATSAPP), ("Body", "hello")];
    let uri = send_and_wait(&fixture, &first).await["uri"].as_str().unwrap().to_owned();
    fixture.send("by SMS").await;
    fixture.twilio.wait_until_idle().await;
    let before = fixture.receiver.webhooks().len();
    for phone in [ON_WHATSAPP, ON_WHATSAPP, CUSTOMER] {
        fixture.twilio.open_thread(phone).unwrap();
        fixture.twilio.wait_until_idle().await;
    }
    let webhooks = fixture.receiver.webhooks();
    assert_eq!(webhooks.len(), before + 1);
    let last = webhooks.last().unwrap();
    assert_eq!((last.field("MessageStatus"), last.field("EventType")), ("read", "READ"));
    assert_eq!(last.field("ChannelPrefix"), "whatsapp");
    assert_eq!(fixture.get(&uri).await["status"], "read");
}

#[tokio::test]
async fn undeliverable_rcs_falls_back_to_sms_only_through_a_messaging_service() {
    let fixture = SimulatorFixture::new().await;
    fixture.twilio.set_condition(ON_RCS, PhoneCondition::Unreachable).unwrap();
    let without_service =
        send_and_wait(&fixture, &[("To", ON_RCS), ("From", RCS), ("Body", "rich")]).await;
    assert_eq!(
        (&without_service["status"], &without_service["error_code"]),
        (&"undelivered".into(), &63036.into())
    );
    let service_only = [("To", ON_RCS), ("MessagingServiceSid", SERVICE), ("Body", "rich")];
    assert_eq!(send_and_wait(&fixture, &service_only).await["error_code"], 63036);
    let fields = [("To", CUSTOMER), ("MessagingServiceSid", SERVICE), ("Body", "rich")];
    let sms = send_and_wait(&fixture, &fields).await;
    assert_eq!((&sms["status"], &sms["from"]), (&"delivered".into(), &NUMBER.into()));
    let from = |status: &str| {
        let webhooks = fixture.receiver.webhooks();
        let last = webhooks.iter().rev().find(|webhook| webhook.field("MessageStatus") == status);
        last.unwrap().field("From").to_owned()
    };
    assert_eq!((&*from("sending"), &*from("delivered")), (RCS, NUMBER));

    fixture.twilio.set_condition(ON_RCS, PhoneCondition::Reachable).unwrap();
    let rich = send_and_wait(&fixture, &fields).await;
    assert_eq!((&rich["from"], &rich["to"]), (&RCS.into(), &CUSTOMER.into()));
    fixture.twilio.open_thread(ON_RCS).unwrap();
    fixture.twilio.wait_until_idle().await;
    assert_eq!(fixture.get(rich["uri"].as_str().unwrap()).await["status"], "read");
    assert_eq!(fixture.twilio.messages().unwrap().last().unwrap().phone(), ON_RCS);
}

#[tokio::test]
async fn each_channel_has_its_own_error_codes_for_unreachable_phones() {
    let fixture = SimulatorFixture::new().await;
    fixture.twilio.type_text(ON_WHATSAPP, WHATSAPP, "hi").unwrap();
    let text = [("To", ON_WHATSAPP), ("From", WHATSAPP), ("Body", "x")];
    for (condition, code) in [
        (PhoneCondition::Unknown, 63003),
        (PhoneCondition::Blocked, 63014),
        (PhoneCondition::Lost, 63032),
    ] {
        fixture.twilio.set_condition(ON_WHATSAPP, condition).unwrap();
        assert_eq!(send_and_wait(&fixture, &text).await["error_code"], code);
        let callback = fixture.receiver.webhooks().pop().unwrap();
        assert!(!callback.field("ChannelStatusMessage").is_empty(), "{code}");
    }
}

#[tokio::test]
async fn an_opt_out_by_rcs_also_covers_sms_of_the_same_service() {
    let fixture = SimulatorFixture::new().await;
    fixture.twilio.type_text(ON_RCS, RCS, "STOP").unwrap();
    let text = [("To", CUSTOMER), ("From", NUMBER), ("Body", "x")];
    assert_eq!(error_codes(fixture.create(&text).await).await, (400, 21610));
    fixture.twilio.type_text(CUSTOMER, NUMBER, "START").unwrap();
    assert_eq!(fixture.create(&text).await.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_channel_accepts_only_its_own_senders() {
    let fixture = SimulatorFixture::new().await;
    for (from, code) in
        [(NUMBER, 21910), ("whatsapp:+12065550100", 63007), ("whatsapp:unknown", 21212)]
    {
        let fields = [("To", ON_WHATSAPP), ("From", from), ("Body", "x")];
        assert_eq!(error_codes(fixture.create(&fields).await).await, (400, code), "{from}");
    }
    let pool = [("To", ON_WHATSAPP), ("MessagingServiceSid", SERVICE), ("Body", "x")];
    assert_eq!(error_codes(fixture.create(&pool).await).await, (400, 21703));
    let messenger = [("To", "messenger:200000000000100"), ("From", MESSENGER), ("Body", "x")];
    assert_eq!(fixture.create(&messenger).await.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_service_message_is_accepted_before_a_sender_is_selected() {
    let fixture = SimulatorFixture::new().await;
    let callback = fixture.callback_url();
    let fields = [
        ("To", CUSTOMER),
        ("MessagingServiceSid", SERVICE),
        ("Body", "x"),
        ("StatusCallback", &*callback),
    ];
    let created: Value = fixture.create(&fields).await.json().await.unwrap();
    assert_eq!((&created["status"], &created["from"]), (&"accepted".into(), &Value::Null));
    assert_eq!(created["messaging_service_sid"], SERVICE);
    fixture.twilio.wait_until_idle().await;
    assert_eq!(fixture.receiver.callback_statuses(), ["queued", "sending", "sent", "delivered"]);
    assert_eq!(fixture.get(created["uri"].as_str().unwrap()).await["from"], NUMBER);
}

#[tokio::test]
async fn a_scheduled_message_is_sent_on_time_or_canceled() {
    let fixture = SimulatorFixture::new().await;
    let at = |minutes: i64| (fixture.twilio.now() + minutes.minutes()).to_string();
    let schedule = async |fields: &[(&str, &str)]| {
        let known = [("To", CUSTOMER), ("Body", "later"), ("ScheduleType", "fixed")];
        fixture.create(&[&known[..], fields].concat()).await
    };
    let service = ("MessagingServiceSid", SERVICE);
    let (soon, fine, late) = (at(4), at(10), at(36 * 24 * 60));
    for (fields, code) in [
        (&[("From", NUMBER), ("SendAt", &*fine)][..], 35118),
        (&[service], 35111),
        (&[service, ("SendAt", "tomorrow")], 35114),
        (&[service, ("SendAt", &*soon)], 35117),
        (&[service, ("SendAt", &*late)], 35117),
    ] {
        assert_eq!(error_codes(schedule(fields).await).await, (400, code));
    }
    let scheduled: Value = schedule(&[service, ("SendAt", &*fine)]).await.json().await.unwrap();
    let canceled_later: Value =
        schedule(&[service, ("SendAt", &*fine)]).await.json().await.unwrap();
    assert_eq!(scheduled["status"], "scheduled");
    let url = fixture.url(canceled_later["uri"].as_str().unwrap());
    let cancel = || {
        let call = fixture.http.post(&url).basic_auth(ACCOUNT, Some(TOKEN));
        call.form(&[("Status", "canceled")]).send()
    };
    let canceled: Value = cancel().await.unwrap().json().await.unwrap();
    assert_eq!(canceled["status"], "canceled");
    assert_eq!(error_codes(cancel().await.unwrap()).await, (400, 30409));
    fixture.clock.advance(Duration::from_mins(11));
    fixture.twilio.wait_until_idle().await;
    assert_eq!(fixture.get(scheduled["uri"].as_str().unwrap()).await["status"], "delivered");
    assert_eq!(fixture.get(canceled_later["uri"].as_str().unwrap()).await["status"], "canceled");
}

#[tokio::test]
async fn twilio_replies_to_keywords_and_reports_them_only_with_advanced_opt_out() {
    let fixture = SimulatorFixture::new().await;
    for (advanced, expected) in [(false, ""), (true, "STOP")] {
        fixture.twilio.script().set_advanced_opt_out(advanced);
        fixture.twilio.type_text(CUSTOMER, NUMBER, "Stop").unwrap();
        fixture.twilio.wait_until_idle().await;
        assert_eq!(fixture.receiver.webhooks().pop().unwrap().field("OptOutType"), expected);
    }
    let keyword_reply = fixture.twilio.messages().unwrap().pop().unwrap();
    assert!(
        keyword_reply.body.starts_with("You have successfully been unsubscribed"),
        "{}",
        keyword_reply.body
    );
    for fields in [
        [("To", CUSTOMER), ("From", NUMBER), ("Body", "x")],
        [("To", CUSTOMER), ("MessagingServiceSid", SERVICE), ("Body", "x")],
    ] {
        assert_eq!(error_codes(fixture.create(&fields).await).await, (400, 21610));
    }
    fixture.twilio.type_text(ON_WHATSAPP, WHATSAPP, "STOP").unwrap();
    let text = [("To", ON_WHATSAPP), ("From", WHATSAPP), ("Body", "x")];
    assert_eq!(send_and_wait(&fixture, &text).await["status"], "delivered");
}
