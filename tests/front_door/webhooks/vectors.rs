//! The recorded webhooks of every channel, signed again for this desk.

use std::collections::BTreeMap;

use local::twilio::{CreateFault, Rule};
use reqwest::Url;
use serde_json::{Value, json};

use super::kept;
use crate::desk::person::{id, key};
use crate::desk::webhook::{Form, sid as new_sid, text, with};
use crate::desk::{Desk, Person, Webhook, customer};

/// The recordings.
pub fn recorded() -> Value {
    serde_json::from_str(include_str!("../../vectors/webhooks.json")).unwrap()
}

/// A desk of the account that the recordings belong to.
pub async fn theirs(recorded: &Value) -> Desk {
    Desk::with(|options| {
        options.settings.account_sid = recorded["account_sid"].as_str().unwrap().to_owned();
        options.settings.auth_token = recorded["auth_token"].as_str().unwrap().to_owned();
        options.settings.channel_senders =
            ["whatsapp:+18555080989", "messenger:105550000000001", "rcs:acme_support_agent"]
                .map(str::to_owned)
                .to_vec();
    })
    .await
}

fn form(request: &Value) -> Form {
    let body = request["body"].as_str().unwrap();
    let url = Url::parse(&format!("http://x/?{body}")).unwrap();
    url.query_pairs().into_owned().collect()
}

fn value<'a>(form: &'a Form, name: &str) -> &'a str {
    form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// What the API says of an empty parameter: nothing.
fn given(form: &Form, name: &str) -> Value {
    Some(value(form, name)).filter(|text| !text.is_empty()).into()
}

/// What a text means where Twilio has not read it: only a whole keyword of the recordings counts.
fn meant_by(body: &str) -> Value {
    if body == "STOP" { "stop".into() } else { Value::Null }
}

/// What the contact's last word on consent comes to, of those in the recordings.
fn consent_after(form: &Form, before: &Value) -> Value {
    let read = value(form, "OptOutType");
    let source = if read.is_empty() { "keyword" } else { "opt_out_type" };
    let read = if read.is_empty() { value(form, "Body") } else { read };
    match read {
        "STOP" => json!({ "state": "opted_out", "source": source }),
        "START" => json!({ "state": "opted_in", "source": source }),
        _ => before.clone(),
    }
}

/// A message is as its webhook told it, with everything that a person is shown of it.
fn is_as_told(message: &Value, form: &Form) {
    let name = value(form, "MessageSid");
    assert_eq!(
        (&message["direction"], &message["status"]),
        (&"inbound".into(), &"received".into())
    );
    for (field, parameter) in [
        ("sid", "MessageSid"),
        ("body", "Body"),
        ("mobile_number", "From"),
        ("twilio_number", "To"),
    ] {
        assert_eq!(message[field], value(form, parameter), "{name} {field}");
    }
    assert_eq!(message["segments"].to_string(), value(form, "NumSegments"), "{name}");
    let media = message["media"].as_array().unwrap();
    assert_eq!(media.len().to_string(), value(form, "NumMedia"), "{name}");
    for (index, media) in media.iter().enumerate() {
        assert_eq!(media["index"], index);
        assert_eq!(media["content_type"], value(form, &format!("MediaContentType{index}")));
    }
    let particulars = &message["particulars"];
    let location = match value(form, "Latitude") {
        "" => Value::Null,
        latitude => json!({
            "latitude": latitude,
            "longitude": value(form, "Longitude"),
            "label": given(form, "Label"),
            "address": given(form, "Address"),
        }),
    };
    assert_eq!(particulars["location"], location, "{name}");
    let button = json!({
        "text": given(form, "ButtonText"),
        "payload": given(form, "ButtonPayload"),
        "list_id": given(form, "ListId"),
        "list_title": given(form, "ListTitle"),
    });
    let pressed = button.as_object().unwrap().values().any(|part| !part.is_null());
    assert_eq!(particulars["button"], if pressed { button } else { Value::Null }, "{name}");
    let answered = given(form, "OriginalRepliedMessageSid");
    assert_eq!(particulars["reply_to"]["sid"], answered, "{name}");
    let forwarded =
        if value(form, "FrequentlyForwarded") == "true" { "often".into() } else { Value::Null };
    assert_eq!(particulars["forwarded"], forwarded, "{name}");
    let referral = match value(form, "ReferralHeadline") {
        "" => Value::Null,
        headline => json!({
            "headline": headline,
            "body": given(form, "ReferralBody"),
            "url": given(form, "ReferralSourceUrl"),
        }),
    };
    assert_eq!(particulars["referral"], referral, "{name}");
    let others = form.iter().filter(|(name, _)| name.starts_with("OtherRecipients"));
    let others: Vec<&str> = others.map(|(_, other)| other.as_str()).collect();
    assert_eq!(particulars["other_recipients"], json!(others), "{name}");
    let read = match value(form, "OptOutType") {
        "" => meant_by(value(form, "Body")),
        read => read.to_lowercase().into(),
    };
    assert_eq!(particulars["opt_out"], read, "{name}");
}

#[tokio::test]
async fn every_recorded_message_of_every_channel_is_filed_with_all_that_a_person_is_told() {
    let recorded = recorded();
    let desk = theirs(&recorded).await;
    let anna = desk.admin().await;
    let mut channels = BTreeMap::<String, usize>::new();
    let mut consents = BTreeMap::<String, Value>::new();
    for request in recorded["requests"].as_array().unwrap() {
        if !request["kind"].as_str().unwrap().starts_with("inbound_") {
            continue;
        }
        let form = form(request);
        let webhook = Webhook::form(&desk, "/twilio/messages", &form);
        let answer = webhook.body(request["body"].as_str().unwrap()).send().await;
        assert_eq!((answer.status, &*answer.text), (200, "<Response/>"), "{}", request["name"]);
        let sid = shared::sid::MessageSid::parse(value(&form, "MessageSid")).unwrap();
        let stored = desk.system().store().message_by_sid(&sid).await.unwrap();
        let (conversation, id) = stored.unwrap_or_else(|| panic!("{}", request["name"]));
        let thread = anna.messages(conversation.as_str()).await;
        let message = thread.iter().find(|m| m["message_id"] == id.to_string()).unwrap();
        is_as_told(message, &form);
        let conversation = anna.conversation(conversation.as_str()).await;
        assert_eq!(conversation["profile_name"], given(&form, "ProfileName"));
        let expected = consents.entry(conversation["conversation_id"].to_string()).or_default();
        *expected = consent_after(&form, expected);
        for part in ["state", "source"] {
            assert_eq!(conversation["consent"][part], expected[part], "{}", request["name"]);
        }
        let channel = conversation["channel"].as_str().unwrap().to_owned();
        let windowed = ["whatsapp", "messenger"].contains(&&*channel);
        assert_eq!(conversation["window_ends"].is_string(), windowed, "{conversation}");
        assert_eq!(conversation["preview"]["media_count"].to_string(), value(&form, "NumMedia"));
        *channels.entry(channel).or_default() += 1;
    }
    let expected = [("messenger", 3), ("rcs", 3), ("sms", 19), ("whatsapp", 11)];
    assert_eq!(channels, expected.map(|(name, count)| (name.to_owned(), count)).into());
    assert_eq!(kept(&anna).await, [Value::Null; 0]);
    desk.close().await;
}

/// What a code tells of the contact is known from then on, and nothing else is.
async fn is_learnt(anna: &Person<'_>, conversation: &str, code: &str) {
    let shown = anna.conversation(conversation).await;
    let (opted_out, closed) = (code == "21610", code == "63016");
    let state = if opted_out { "opted_out".into() } else { Value::Null };
    assert_eq!(shown["consent"]["state"], state, "{code} {shown:#}");
    if shown["channel"] == "whatsapp" {
        assert_eq!(shown["window_ends"].is_null(), closed, "{code} {shown:#}");
    }
    let again = anna.try_send(conversation, "Again", &key()).await;
    assert_eq!(again.status, if opted_out || closed { 422 } else { 202 }, "{code} {}", again.text);
}

/// Twilio's statuses, the later the more they weigh.
const RANKS: [&str; 9] = [
    "accepted",
    "queued",
    "sending",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "canceled",
    "read",
];

/// What the reports on one message come to.
struct Reported {
    message: Value,
    forms: Vec<Form>,
    fell_back: bool,
}

impl Reported {
    fn highest(&self) -> &Form {
        let rank = |form: &&Form| RANKS.iter().position(|s| *s == value(form, "MessageStatus"));
        self.forms.iter().max_by_key(rank).unwrap()
    }

    fn part(&self, name: &str) -> &str {
        self.message[name].as_str().unwrap()
    }

    async fn is_shown(&self, anna: &Person<'_>) {
        let path = format!(
            "/api/conversations/{}/messages/{}",
            self.part("conversation_id"),
            self.part("message_id")
        );
        let message = anna.get(&path).await.is(200);
        let highest = self.highest();
        let status = value(highest, "MessageStatus");
        let label = if status == "accepted" { "queued" } else { status };
        assert_eq!(message["status"], label, "{message:#}");
        for form in &self.forms {
            let status = value(form, "MessageStatus");
            assert!(message["seen"][status]["at"].is_string(), "{status} {message:#}");
        }
        let code = message["error"]["code"].as_u64().map(|code| code.to_string());
        assert_eq!(json!(code), given(highest, "ErrorCode"), "{message:#}");
        assert_eq!(message["fell_back"], self.fell_back, "{message:#}");
        is_learnt(anna, self.part("conversation_id"), value(highest, "ErrorCode")).await;
    }
}

#[tokio::test]
async fn every_recorded_report_is_taken_and_the_highest_status_stands() {
    let recorded = recorded();
    let desk = theirs(&recorded).await;
    let anna = desk.admin().await;
    // Nothing but the recordings reports on a message.
    let busy = Rule::next(CreateFault::Answer { status: 429 });
    desk.twilio().script().on_create(busy.times(u32::MAX));
    let mut all = BTreeMap::<String, Reported>::new();
    let mut count = 0;
    for request in recorded["requests"].as_array().unwrap() {
        if request["kind"] != "status_callback" {
            continue;
        }
        let form = form(request);
        let sid = value(&form, "MessageSid").to_owned();
        if !all.contains_key(&sid) {
            let message = reported_on(&desk, &anna, request["name"].as_str().unwrap()).await;
            all.insert(sid.clone(), Reported { message, forms: Vec::new(), fell_back: false });
        }
        let reported = all.get_mut(&sid).unwrap();
        let (conversation, id) = (reported.part("conversation_id"), reported.part("message_id"));
        let webhook =
            Webhook::form(&desk, &format!("/twilio/deliveries/{conversation}/{id}"), &form);
        let answer = webhook.body(request["body"].as_str().unwrap()).send().await;
        assert_eq!(answer.status, 204, "{} {}", request["name"], answer.text);
        reported.fell_back |= request["name"] == "rcs_fell_back_to_sms";
        reported.forms.push(form);
        count += 1;
    }
    assert_eq!((count, all.len()), (23, 14));
    for reported in all.values() {
        reported.is_shown(&anna).await;
    }
    desk.close().await;
}

/// A message of ours, on the channel of a recording of this name.
async fn reported_on(desk: &Desk, anna: &Person<'_>, recording: &str) -> Value {
    let channel = match recording.split_once('_').unwrap().0 {
        "status" => "sms",
        other => other,
    };
    let wanted = json!({ "to": customer(), "channel": channel });
    let conversation = anna.post("/api/conversations", wanted).await.is(201);
    if channel == "whatsapp" {
        // Who has just written may be answered.
        let part = |name: &str| conversation[name].as_str().unwrap();
        let hello = text(desk, &new_sid("SM"), part("mobile_number"), "Hello");
        let hello = with(hello, "To", part("twilio_number"));
        Webhook::form(desk, "/twilio/messages", &hello).send().await;
    }
    anna.send(id(&conversation), "Hi").await
}
