//! The responses of the simulator against the facts of Twilio's OpenAPI documents.

use jsonschema::Validator;
use serde_json::json;

use super::*;

/// Returns the facts of Twilio's OpenAPI documents: `operations` and the `schemas` of their responses.
fn facts() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/twilio_facts.json")).unwrap()
}

/// Returns the check of the response that an operation gives with a status.
fn validator(facts: &Value, operation: &str, status: &str) -> Validator {
    let pointer = format!("/operations/{operation}/responses/{status}");
    let schema = facts.pointer(&pointer).unwrap_or_else(|| panic!("no facts at {pointer}"));
    assert!(schema.is_object(), "{pointer} has no body");
    let root = json!({
        "$ref": format!("#{pointer}"),
        "operations": facts["operations"],
        "schemas": facts["schemas"],
    });
    let validator = jsonschema::options().build(&root).unwrap();
    assert!(!validator.is_valid(&json!([])), "{pointer} accepts everything");
    validator
}

/// Checks each response against the schema of its operation and status.
fn assert_valid(facts: &Value, responses: &[(&str, &str, &Value)]) {
    for (operation, status, response) in responses {
        let check = validator(facts, operation, status);
        let problems: Vec<String> =
            check.iter_errors(response).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{operation} {status}: {problems:?}");
    }
}

/// Checks that an object has exactly the fields of the schema called `name`.
fn assert_all_fields(facts: &Value, name: &str, object: &Value) {
    let schema = &facts["schemas"][name]["properties"];
    let documented: Vec<&String> = schema.as_object().unwrap().keys().collect();
    let actual: Vec<&String> = object.as_object().unwrap().keys().collect();
    assert!(documented.iter().all(|name| actual.contains(name)), "{documented:?} {actual:?}");
    assert_eq!(documented.len(), actual.len());
}

#[tokio::test]
async fn api_responses_match_twilios_openapi_document() {
    let facts = facts();
    let fixture = SimulatorFixture::new().await;
    let created = fixture.send("hello").await;
    fixture.twilio.set_condition("+12065550124", crate::PhoneCondition::Landline).unwrap();
    fixture.create(&[("To", "+12065550124"), ("From", NUMBER), ("Body", "lost")]).await;
    fixture.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    fixture.twilio.wait_until_idle().await;
    let fetched = fixture.get(created["uri"].as_str().unwrap()).await;
    let page =
        fixture.get(&format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json?PageSize=2")).await;
    let second = fixture.get(page["next_page_uri"].as_str().unwrap()).await;

    let picture = fixture.twilio.store_media("image/png", None, b"picture").unwrap();
    let (from, to) = (CUSTOMER.to_owned(), NUMBER.to_owned());
    let typed = crate::PhoneInput { from, to, media: vec![picture], ..Default::default() };
    let sid = fixture.twilio.send_from_phone(typed).unwrap().sid;
    let media =
        fixture.get(&format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}/Media.json")).await;
    let file = fixture.get(media["media_list"][0]["uri"].as_str().unwrap()).await;

    let responses = [
        ("ListMedia", "200", &media),
        ("FetchMedia", "200", &file),
        ("CreateMessage", "201", &created),
        ("FetchMessage", "200", &fetched),
        ("ListMessage", "200", &page),
        ("ListMessage", "200", &second),
    ];
    assert_valid(&facts, &responses);
    assert_all_fields(&facts, "api.v2010.account.message", &fetched);

    let broken = json!({ "sid": "nonsense" });
    assert!(!validator(&facts, "CreateMessage", "201").is_valid(&broken));
}

#[tokio::test]
async fn event_streams_responses_match_twilios_openapi_document() {
    let facts = facts();
    let fixture = SimulatorFixture::new().await;
    let sink = fixture.create_sink(&fixture.receiver, true).await;
    let sid = sink["sid"].as_str().unwrap();
    let subscription = fixture.subscribe(sid, &["com.twilio.messaging.message.read"]).await;
    let subscription_sid = subscription["sid"].as_str().unwrap();
    let sinks = fixture.get("/v1/Sinks?PageSize=1").await;
    let fetched = fixture.get(&format!("/v1/Sinks/{sid}")).await;
    let subscriptions = fixture.get("/v1/Subscriptions").await;
    let types =
        fixture.get(&format!("/v1/Subscriptions/{subscription_sid}/SubscribedEvents")).await;
    let test: Value =
        fixture.post(&format!("/v1/Sinks/{sid}/Test"), &[]).await.json().await.unwrap();
    let validate = fixture.post(&format!("/v1/Sinks/{sid}/Validate"), &[("TestId", "x")]).await;
    let validated: Value = validate.json().await.unwrap();

    let responses = [
        ("CreateSink", "201", &sink),
        ("ListSink", "200", &sinks),
        ("FetchSink", "200", &fetched),
        ("CreateSinkTest", "201", &test),
        ("CreateSinkValidate", "201", &validated),
        ("CreateSubscription", "201", &subscription),
        ("ListSubscription", "200", &subscriptions),
        ("ListSubscribedEvent", "200", &types),
    ];
    assert_valid(&facts, &responses);
    assert_all_fields(&facts, "events.v1.sink", &fetched);
    assert_all_fields(&facts, "events.v1.subscription", &subscriptions["subscriptions"][0]);
    assert_all_fields(&facts, "events.v1.subscription.subscribed_event", &types["types"][0]);

    let broken = json!({ "sid": "nonsense" });
    assert!(!validator(&facts, "CreateSink", "201").is_valid(&broken));
}
