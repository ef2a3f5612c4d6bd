//! WhatsApp, Messenger and RCS; Messaging Services and schedules.

use std::time::Duration;

use jiff::ToSpan;

use super::*;
use crate::twilio::more::{Button, Forwarded, Location};
use crate::twilio::{Condition, Particulars, Typed};

const ON_WHATSAPP: &str = "whatsapp:+12065550123";
const ON_RCS: &str = "rcs:+12065550123";

/// A message from one of our senders, and what became of it.
async fn sent(bench: &Bench, fields: &[(&str, &str)]) -> Value {
    let callback = bench.callback();
    let fields = [&[("StatusCallback", &*callback)][..], fields].concat();
    let response = bench.create(&fields).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let created: Value = response.json().await.unwrap();
    bench.twilio.settled().await;
    bench.get(created["uri"].as_str().unwrap()).await
}

#[tokio::test]
async fn what_whatsapp_knows_of_a_customer_and_a_message_is_in_the_webhook() {
    let bench = Bench::new().await;
    let particulars = Particulars {
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
    let typed = Typed { from, to, particulars, ..Typed::default() };
    bench.twilio.send_from_phone(typed).unwrap();
    bench.twilio.settled().await;
    let seen = bench.desk.seen().pop().unwrap();
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
        assert_eq!(seen.field(name), value, "{name}");
    }
    assert!(seen.form.iter().all(|(name, _)| name != "FromCity"));
}

#[tokio::test]
async fn outside_the_24_hours_free_text_is_taken_and_then_fails_and_a_template_goes() {
    let bench = Bench::new().await;
    let text = [("To", ON_WHATSAPP), ("From", WHATSAPP), ("Body", "hello")];
    let closed = sent(&bench, &text).await;
    assert_eq!((&closed["status"], &closed["error_code"]), (&"failed".into(), &63016.into()));
    assert_eq!(bench.desk.statuses(), ["failed"]);
    bench.twilio.type_text(ON_WHATSAPP, WHATSAPP, "hi").unwrap();
    assert_eq!(sent(&bench, &text).await["status"], "delivered");
    bench.clock.advance(Duration::from_hours(24));
    assert_eq!(sent(&bench, &text).await["error_code"], 63016);
    let content = format!("HX{:032x}", 1);
    let template = [
        ("To", ON_WHATSAPP),
        ("From", WHATSAPP),
        ("ContentSid", &content),
        ("ContentVariables", "{\"1\":\"Ada\"}"),
    ];
    assert_eq!(sent(&bench, &template).await["status"], "delivered");
}

#[tokio::test]
async fn an_opened_thread_is_read_once_and_never_on_sms() {
    let bench = Bench::new().await;
    bench.twilio.type_text(ON_WHATSAPP, WHATSAPP, "hi").unwrap();
    let first = [("To", ON_WHATSAPP), ("From", WHATSAPP), ("Body", "hello")];
    let uri = sent(&bench, &first).await["uri"].as_str().unwrap().to_owned();
    bench.send("by SMS").await;
    bench.twilio.settled().await;
    let before = bench.desk.seen().len();
    for phone in [ON_WHATSAPP, ON_WHATSAPP, CUSTOMER] {
        bench.twilio.read_on(phone).unwrap();
        bench.twilio.settled().await;
    }
    let seen = bench.desk.seen();
    assert_eq!(seen.len(), before + 1);
    let last = seen.last().unwrap();
    assert_eq!((last.field("MessageStatus"), last.field("EventType")), ("read", "READ"));
    assert_eq!(last.field("ChannelPrefix"), "whatsapp");
    assert_eq!(bench.get(&uri).await["status"], "read");
}

#[tokio::test]
async fn rcs_that_finds_no_phone_goes_as_sms_through_a_messaging_service_only() {
    let bench = Bench::new().await;
    bench.twilio.set_condition(ON_RCS, Condition::Unreachable).unwrap();
    let alone = sent(&bench, &[("To", ON_RCS), ("From", RCS), ("Body", "rich")]).await;
    assert_eq!((&alone["status"], &alone["error_code"]), (&"undelivered".into(), &63036.into()));
    let only = [("To", ON_RCS), ("MessagingServiceSid", SERVICE), ("Body", "rich")];
    assert_eq!(sent(&bench, &only).await["error_code"], 63036);
    let fields = [("To", CUSTOMER), ("MessagingServiceSid", SERVICE), ("Body", "rich")];
    let fell_back = sent(&bench, &fields).await;
    assert_eq!((&fell_back["status"], &fell_back["from"]), (&"delivered".into(), &NUMBER.into()));
    let from = |status: &str| {
        let seen = bench.desk.seen();
        let last = seen.iter().rev().find(|seen| seen.field("MessageStatus") == status);
        last.unwrap().field("From").to_owned()
    };
    assert_eq!((&*from("sending"), &*from("delivered")), (RCS, NUMBER));

    bench.twilio.set_condition(ON_RCS, Condition::Reachable).unwrap();
    let rich = sent(&bench, &fields).await;
    assert_eq!((&rich["from"], &rich["to"]), (&RCS.into(), &CUSTOMER.into()));
    bench.twilio.read_on(ON_RCS).unwrap();
    bench.twilio.settled().await;
    assert_eq!(bench.get(rich["uri"].as_str().unwrap()).await["status"], "read");
    assert_eq!(bench.twilio.messages().unwrap().last().unwrap().phone(), ON_RCS);
}

#[tokio::test]
async fn each_channel_says_in_its_own_code_why_a_phone_was_not_reached() {
    let bench = Bench::new().await;
    bench.twilio.type_text(ON_WHATSAPP, WHATSAPP, "hi").unwrap();
    let text = [("To", ON_WHATSAPP), ("From", WHATSAPP), ("Body", "x")];
    for (condition, code) in
        [(Condition::Unknown, 63003), (Condition::Blocked, 63014), (Condition::Lost, 63032)]
    {
        bench.twilio.set_condition(ON_WHATSAPP, condition).unwrap();
        assert_eq!(sent(&bench, &text).await["error_code"], code);
        let told = bench.desk.seen().pop().unwrap();
        assert!(!told.field("ChannelStatusMessage").is_empty(), "{code}");
    }
}

#[tokio::test]
async fn who_stops_by_rcs_gets_no_sms_of_the_same_service_either() {
    let bench = Bench::new().await;
    bench.twilio.type_text(ON_RCS, RCS, "STOP").unwrap();
    let text = [("To", CUSTOMER), ("From", NUMBER), ("Body", "x")];
    assert_eq!(refusal(bench.create(&text).await).await, (400, 21610));
    bench.twilio.type_text(CUSTOMER, NUMBER, "START").unwrap();
    assert_eq!(bench.create(&text).await.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_channel_takes_only_its_own_senders() {
    let bench = Bench::new().await;
    for (from, code) in
        [(NUMBER, 21910), ("whatsapp:+12065550100", 63007), ("whatsapp:nobody", 21212)]
    {
        let fields = [("To", ON_WHATSAPP), ("From", from), ("Body", "x")];
        assert_eq!(refusal(bench.create(&fields).await).await, (400, code), "{from}");
    }
    let pool = [("To", ON_WHATSAPP), ("MessagingServiceSid", SERVICE), ("Body", "x")];
    assert_eq!(refusal(bench.create(&pool).await).await, (400, 21703));
    let sms = [("To", "messenger:200000000000100"), ("From", MESSENGER), ("Body", "x")];
    assert_eq!(bench.create(&sms).await.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_message_through_a_service_is_accepted_before_a_sender_is_chosen() {
    let bench = Bench::new().await;
    let callback = bench.callback();
    let fields = [
        ("To", CUSTOMER),
        ("MessagingServiceSid", SERVICE),
        ("Body", "x"),
        ("StatusCallback", &*callback),
    ];
    let created: Value = bench.create(&fields).await.json().await.unwrap();
    assert_eq!((&created["status"], &created["from"]), (&"accepted".into(), &Value::Null));
    assert_eq!(created["messaging_service_sid"], SERVICE);
    bench.twilio.settled().await;
    assert_eq!(bench.desk.statuses(), ["queued", "sending", "sent", "delivered"]);
    assert_eq!(bench.get(created["uri"].as_str().unwrap()).await["from"], NUMBER);
}

#[tokio::test]
async fn a_scheduled_message_goes_at_its_time_or_is_taken_back() {
    let bench = Bench::new().await;
    let at = |minutes: i64| (bench.twilio.now() + minutes.minutes()).to_string();
    let schedule = async |fields: &[(&str, &str)]| {
        let known = [("To", CUSTOMER), ("Body", "later"), ("ScheduleType", "fixed")];
        bench.create(&[&known[..], fields].concat()).await
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
        assert_eq!(refusal(schedule(fields).await).await, (400, code));
    }
    let waits: Value = schedule(&[service, ("SendAt", &*fine)]).await.json().await.unwrap();
    let back: Value = schedule(&[service, ("SendAt", &*fine)]).await.json().await.unwrap();
    assert_eq!(waits["status"], "scheduled");
    let url = format!("{}{}", bench.twilio.url(), back["uri"].as_str().unwrap());
    let cancel = || {
        let call = bench.http.post(&url).basic_auth(ACCOUNT, Some(TOKEN));
        call.form(&[("Status", "canceled")]).send()
    };
    let canceled: Value = cancel().await.unwrap().json().await.unwrap();
    assert_eq!(canceled["status"], "canceled");
    assert_eq!(refusal(cancel().await.unwrap()).await, (400, 30409));
    bench.clock.advance(Duration::from_mins(11));
    bench.twilio.settled().await;
    assert_eq!(bench.get(waits["uri"].as_str().unwrap()).await["status"], "delivered");
    assert_eq!(bench.get(back["uri"].as_str().unwrap()).await["status"], "canceled");
}

#[tokio::test]
async fn twilio_answers_keywords_itself_and_tells_their_meaning_only_with_advanced_opt_out() {
    let bench = Bench::new().await;
    for (advanced, told) in [(false, ""), (true, "STOP")] {
        bench.twilio.script().set_advanced_opt_out(advanced);
        bench.twilio.type_text(CUSTOMER, NUMBER, "Stop").unwrap();
        bench.twilio.settled().await;
        assert_eq!(bench.desk.seen().pop().unwrap().field("OptOutType"), told);
    }
    let own = bench.twilio.messages().unwrap().pop().unwrap();
    assert!(own.body.starts_with("You have successfully been unsubscribed"), "{}", own.body);
    for fields in [
        [("To", CUSTOMER), ("From", NUMBER), ("Body", "x")],
        [("To", CUSTOMER), ("MessagingServiceSid", SERVICE), ("Body", "x")],
    ] {
        assert_eq!(refusal(bench.create(&fields).await).await, (400, 21610));
    }
    bench.twilio.type_text(ON_WHATSAPP, WHATSAPP, "STOP").unwrap();
    let text = [("To", ON_WHATSAPP), ("From", WHATSAPP), ("Body", "x")];
    assert_eq!(sent(&bench, &text).await["status"], "delivered");
}
