//! The recorded webhooks of all channels, signed for the system under test.

use std::collections::BTreeMap;

use reqwest::Url;
use serde_json::{Value, json};
use twilio_simulator::{CreateFault, FaultRule};

use super::quarantine_items;
use crate::support::user::{conversation_id, new_idempotency_key};
use crate::support::webhook::{Form, inbound_text_form, new_sid, with_param};
use crate::support::{TestSystem, TestUser, Webhook, customer_number};

/// Returns the recordings.
pub fn load_recordings() -> Value {
    serde_json::from_str(include_str!("../../vectors/webhooks.json")).unwrap()
}

/// Starts a system with the account of the recordings.
pub async fn start_as_recorded(recordings: &Value) -> TestSystem {
    TestSystem::start_with(|options| {
        options.settings.account_sid = recordings["account_sid"].as_str().unwrap().to_owned();
        options.settings.auth_token = recordings["auth_token"].as_str().unwrap().to_owned();
        options.settings.senders.channel_senders =
            ["whatsapp:+18555080989", "messenger:105550000000001", "rcs:acme_support_agent"]
                .map(str::to_owned)
                .to_vec();
    })
    .await
}

fn parse_body(request: &Value) -> Form {
    let body = request["body"].as_str().unwrap();
    let url = Url::parse(&format!("http://x/?{body}")).unwrap();
    url.query_pairs().into_owned().collect()
}

fn param<'a>(form: &'a Form, param_name: &str) -> &'a str {
    form.iter().find(|(candidate, _)| candidate == param_name).map_or("", |(_, value)| value)
}

/// Returns a parameter as the API returns it: null if it is empty.
fn param_or_null(form: &Form, name: &str) -> Value {
    Some(param(form, name)).filter(|text| !text.is_empty()).into()
}

/// Returns the consent keyword of a text in the recordings without `OptOutType`.
fn expected_keyword(body: &str) -> Value {
    if body == "STOP" { "stop".into() } else { Value::Null }
}

/// Returns the consent after a recorded message.
fn expected_consent(form: &Form, before: &Value) -> Value {
    let opt_out_type = param(form, "OptOutType");
    let source = if opt_out_type.is_empty() { "keyword" } else { "opt_out_type" };
    let keyword = if opt_out_type.is_empty() { param(form, "Body") } else { opt_out_type };
    match keyword {
        "STOP" => json!({ "state": "opted_out", "source": source }),
        "START" => json!({ "state": "opted_in", "source": source }),
        _ => before.clone(),
    }
}

/// Asserts that a message has all fields of its webhook.
fn expect_message(message: &Value, form: &Form) {
    let name = param(form, "MessageSid");
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
        assert_eq!(message[field], param(form, parameter), "{name} {field}");
    }
    assert_eq!(message["segments"].to_string(), param(form, "NumSegments"), "{name}");
    let media = message["media"].as_array().unwrap();
    assert_eq!(media.len().to_string(), param(form, "NumMedia"), "{name}");
    for (index, media) in media.iter().enumerate() {
        assert_eq!(media["index"], index);
        assert_eq!(media["content_type"], param(form, &format!("MediaContentType{index}")));
    }
    let extras = &message["extras"];
    let location = match param(form, "Latitude") {
        "" => Value::Null,
        latitude => json!({
            "latitude": latitude,
            "longitude": param(form, "Longitude"),
            "label": param_or_null(form, "Label"),
            "address": param_or_null(form, "Address"),
        }),
    };
    assert_eq!(extras["location"], location, "{name}");
    let button = json!({
        "text": param_or_null(form, "ButtonText"),
        "payload": param_or_null(form, "ButtonPayload"),
        "list_id": param_or_null(form, "ListId"),
        "list_title": param_or_null(form, "ListTitle"),
    });
    let has_button = button.as_object().unwrap().values().any(|property| !property.is_null());
    assert_eq!(extras["button"], if has_button { button } else { Value::Null }, "{name}");
    let replied_sid = param_or_null(form, "OriginalRepliedMessageSid");
    assert_eq!(extras["reply_to"]["sid"], replied_sid, "{name}");
    let forwarded =
        if param(form, "FrequentlyForwarded") == "true" { "often".into() } else { Value::Null };
    assert_eq!(extras["forwarded"], forwarded, "{name}");
    let referral = match param(form, "ReferralHeadline") {
        "" => Value::Null,
        headline => json!({
            "headline": headline,
            "body": param_or_null(form, "ReferralBody"),
            "url": param_or_null(form, "ReferralSourceUrl"),
        }),
    };
    assert_eq!(extras["referral"], referral, "{name}");
    let other_recipients = form.iter().filter(|(name, _)| name.starts_with("OtherRecipients"));
    let other_recipients: Vec<&str> =
        other_recipients.map(|(_, recipient)| recipient.as_str()).collect();
    assert_eq!(extras["other_recipients"], json!(other_recipients), "{name}");
    let opt_out = match param(form, "OptOutType") {
        "" => expected_keyword(param(form, "Body")),
        keyword => keyword.to_lowercase().into(),
    };
    assert_eq!(extras["opt_out"], opt_out, "{name}");
}

#[tokio::test]
async fn every_recorded_message_of_every_channel_is_stored_with_all_its_fields() {
    let recordings = load_recordings();
    let system = start_as_recorded(&recordings).await;
    let anna = system.admin().await;
    let mut channels = BTreeMap::<String, usize>::new();
    let mut consents = BTreeMap::<String, Value>::new();
    for request in recordings["requests"].as_array().unwrap() {
        if !request["kind"].as_str().unwrap().starts_with("inbound_") {
            continue;
        }
        let form = parse_body(request);
        let webhook = Webhook::form(&system, "/twilio/messages", &form);
        let response = webhook.body(request["body"].as_str().unwrap()).send().await;
        assert_eq!((response.status, &*response.text), (200, "<Response/>"), "{}", request["name"]);
        let sid = shared::sid::MessageSid::parse(param(&form, "MessageSid")).unwrap();
        let stored = system.inner().store().find_message_by_sid(&sid).await.unwrap();
        let (conversation, id) = stored.unwrap_or_else(|| panic!("{}", request["name"]));
        let thread = anna.messages(conversation.as_str()).await;
        let message =
            thread.iter().find(|candidate| candidate["message_id"] == id.to_string()).unwrap();
        expect_message(message, &form);
        let conversation = anna.get_conversation(conversation.as_str()).await;
        assert_eq!(conversation["profile_name"], param_or_null(&form, "ProfileName"));
        let expected = consents.entry(conversation["conversation_id"].to_string()).or_default();
        *expected = expected_consent(&form, expected);
        for field in ["state", "source"] {
            assert_eq!(conversation["consent"][field], expected[field], "{}", request["name"]);
        }
        let channel = conversation["channel"].as_str().unwrap().to_owned();
        let has_window = ["whatsapp", "messenger"].contains(&&*channel);
        assert_eq!(conversation["window_expires_at"].is_string(), has_window, "{conversation}");
        assert_eq!(conversation["preview"]["media_count"].to_string(), param(&form, "NumMedia"));
        *channels.entry(channel).or_default() += 1;
    }
    let expected = [("messenger", 3), ("rcs", 3), ("sms", 19), ("whatsapp", 11)];
    assert_eq!(channels, expected.map(|(name, count)| (name.to_owned(), count)).into());
    assert_eq!(quarantine_items(&anna).await, [Value::Null; 0]);
    system.stop().await;
}

/// Asserts that an error code has the documented effect on the contact, and no other.
async fn expect_error_code_applied(anna: &TestUser<'_>, conversation: &str, code: &str) {
    let conversation_after = anna.get_conversation(conversation).await;
    let (opted_out, window_closed) = (code == "21610", code == "63016");
    let state = if opted_out { "opted_out".into() } else { Value::Null };
    assert_eq!(conversation_after["consent"]["state"], state, "{code} {conversation_after:#}");
    if conversation_after["channel"] == "whatsapp" {
        assert_eq!(
            conversation_after["window_expires_at"].is_null(),
            window_closed,
            "{code} {conversation_after:#}"
        );
    }
    let response = anna.try_send(conversation, "Again", &new_idempotency_key()).await;
    assert_eq!(
        response.status,
        if opted_out || window_closed { 422 } else { 202 },
        "{code} {}",
        response.text
    );
}

/// Twilio's statuses by increasing rank.
const STATUS_ORDER: [&str; 9] = [
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

/// The reports on one message, and their expected result.
struct ReportedMessage {
    message: Value,
    forms: Vec<Form>,
    sms_fallback: bool,
}

impl ReportedMessage {
    fn highest_form(&self) -> &Form {
        let rank = |form: &&Form| {
            STATUS_ORDER.iter().position(|status| *status == param(form, "MessageStatus"))
        };
        self.forms.iter().max_by_key(rank).unwrap()
    }

    fn field(&self, field: &str) -> &str {
        self.message[field].as_str().unwrap()
    }

    async fn expect_shown(&self, anna: &TestUser<'_>) {
        let path = format!(
            "/api/conversations/{}/messages/{}",
            self.field("conversation_id"),
            self.field("message_id")
        );
        let message = anna.get(&path).await.expect_status(200);
        let highest = self.highest_form();
        let status = param(highest, "MessageStatus");
        let expected_status = if status == "accepted" { "queued" } else { status };
        assert_eq!(message["status"], expected_status, "{message:#}");
        for form in &self.forms {
            let status = param(form, "MessageStatus");
            assert!(message["statuses"][status]["at"].is_string(), "{status} {message:#}");
        }
        let code = message["error"]["code"].as_u64().map(|code| code.to_string());
        assert_eq!(json!(code), param_or_null(highest, "ErrorCode"), "{message:#}");
        assert_eq!(message["sms_fallback"], self.sms_fallback, "{message:#}");
        expect_error_code_applied(anna, self.field("conversation_id"), param(highest, "ErrorCode"))
            .await;
    }
}

#[tokio::test]
async fn every_recorded_delivery_report_is_accepted_and_the_highest_status_is_kept() {
    let recordings = load_recordings();
    let system = start_as_recorded(&recordings).await;
    let anna = system.admin().await;
    // Only the recordings report on messages.
    let busy_rule = FaultRule::next(CreateFault::Respond { status: 429 });
    system.twilio().script().on_create(busy_rule.times(u32::MAX));
    let mut reported_messages = BTreeMap::<String, ReportedMessage>::new();
    let mut count = 0;
    for request in recordings["requests"].as_array().unwrap() {
        if request["kind"] != "status_callback" {
            continue;
        }
        let form = parse_body(request);
        let sid = param(&form, "MessageSid").to_owned();
        if !reported_messages.contains_key(&sid) {
            let message =
                send_for_recording(&system, &anna, request["name"].as_str().unwrap()).await;
            reported_messages.insert(
                sid.clone(),
                ReportedMessage { message, forms: Vec::new(), sms_fallback: false },
            );
        }
        let reported = reported_messages.get_mut(&sid).unwrap();
        let (conversation, id) = (reported.field("conversation_id"), reported.field("message_id"));
        let webhook =
            Webhook::form(&system, &format!("/twilio/deliveries/{conversation}/{id}"), &form);
        let response = webhook.body(request["body"].as_str().unwrap()).send().await;
        assert_eq!(response.status, 204, "{} {}", request["name"], response.text);
        reported.sms_fallback |= request["name"] == "rcs_fell_back_to_sms";
        reported.forms.push(form);
        count += 1;
    }
    assert_eq!((count, reported_messages.len()), (23, 14));
    for reported in reported_messages.values() {
        reported.expect_shown(&anna).await;
    }
    system.stop().await;
}

/// Sends a message on the channel of a recording.
async fn send_for_recording(system: &TestSystem, anna: &TestUser<'_>, recording: &str) -> Value {
    let channel = match recording.split_once('_').unwrap().0 {
        "status" => "sms",
        channel_name => channel_name,
    };
    let body = json!({ "to": customer_number(), "channel": channel });
    let conversation = anna.post("/api/conversations", body).await.expect_status(201);
    if channel == "whatsapp" {
        // An inbound message opens the window.
        let field = |name: &str| conversation[name].as_str().unwrap();
        let inbound_form =
            inbound_text_form(system, &new_sid("SM"), field("mobile_number"), "Hello");
        let inbound_form = with_param(inbound_form, "To", field("twilio_number"));
        Webhook::form(system, "/twilio/messages", &inbound_form).send().await;
    }
    anna.send(conversation_id(&conversation), "Hi").await
}
