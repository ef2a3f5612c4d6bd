//! Compares responses with Twilio's OpenAPI documents, if their folder exists.

use std::path::PathBuf;

use jsonschema::Validator;
use serde_json::json;

use super::*;

/// Returns the folder of the documents: `PARTYLINE_OAI`, or `shared/twilio-oai` beside the repository.
#[expect(clippy::disallowed_methods, reason = "a test reads its own environment")]
fn folder() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/twilio-oai");
    std::env::var_os("PARTYLINE_OAI").map_or_else(|| PathBuf::from(beside), PathBuf::from)
}

/// Converts OpenAPI's `nullable` to JSON Schema: null becomes one of the types and of the enum values.
fn to_json_schema(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.remove("nullable") == Some(Value::Bool(true)) {
                if let Some(single_type) = fields.get("type").cloned() {
                    fields.insert("type".to_owned(), json!([single_type, "null"]));
                }
                if let Some(Value::Array(values)) = fields.get_mut("enum") {
                    values.push(Value::Null);
                }
            }
            // Twilio declares relative URLs as URIs, and its own formats are not part of JSON Schema.
            fields.remove("format");
            fields.values_mut().for_each(to_json_schema);
        }
        Value::Array(items) => items.iter_mut().for_each(to_json_schema),
        _ => {}
    }
}

/// Returns the validator of one response: the schema at `pointer` with everything that it refers to.
fn validator(document: &Value, pointer: &str) -> Validator {
    let schema = json!({ "$ref": format!("#{pointer}"), "components": document["components"], "paths": document["paths"] });
    jsonschema::options().build(&schema).unwrap()
}

fn response_pointer(path: &str, method: &str, status: &str) -> String {
    let path = path.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D");
    format!("/paths/{path}/{method}/responses/{status}/content/application~1json/schema")
}

/// Returns a document as JSON Schema.
///
/// If it is missing, prints that and returns `None`.
fn document(file: &str) -> Option<Value> {
    let file = folder().join(file);
    let Ok(text) = std::fs::read_to_string(&file) else {
        // Written to standard error directly, because the test runner would capture it.
        let message = format!(
            "\nNOT CHECKED: the simulator's answers against Twilio's OpenAPI. {} is missing; set PARTYLINE_OAI to a \
             folder with the files of twilio-oai to check them.\n",
            file.display()
        );
        std::io::Write::write_all(&mut std::io::stderr(), message.as_bytes()).unwrap();
        return None;
    };
    let mut document: Value = serde_json::from_str(&text).unwrap();
    to_json_schema(&mut document);
    Some(document)
}

/// Asserts that each response matches the schema at its pointer.
fn assert_valid(document: &Value, responses: &[(String, &Value)]) {
    for (schema, response) in responses {
        let check = validator(document, schema);
        let problems: Vec<String> =
            check.iter_errors(response).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{schema}: {problems:?}");
    }
}

/// Asserts that the object has all fields of the schema `name` and no others.
fn assert_all_fields(document: &Value, name: &str, object: &Value) {
    let schema = &document["components"]["schemas"][name]["properties"];
    let documented: Vec<&String> = schema.as_object().unwrap().keys().collect();
    let actual: Vec<&String> = object.as_object().unwrap().keys().collect();
    assert!(documented.iter().all(|name| actual.contains(name)), "{documented:?} {actual:?}");
    assert_eq!(documented.len(), actual.len());
}

#[tokio::test]
async fn api_responses_match_twilios_openapi_document() {
    let Some(document) = document("twilio_api_v2010.json") else { return };
    let list = "/2010-04-01/Accounts/{AccountSid}/Messages.json";
    let message_path = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json";

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
    let files = "/2010-04-01/Accounts/{AccountSid}/Messages/{MessageSid}/Media.json";
    let file_path = "/2010-04-01/Accounts/{AccountSid}/Messages/{MessageSid}/Media/{Sid}.json";

    let answers = [
        (response_pointer(files, "get", "200"), &media),
        (response_pointer(file_path, "get", "200"), &file),
        (response_pointer(list, "post", "201"), &created),
        (response_pointer(message_path, "get", "200"), &fetched),
        (response_pointer(list, "get", "200"), &page),
        (response_pointer(list, "get", "200"), &second),
    ];
    assert_valid(&document, &answers);
    assert_all_fields(&document, "api.v2010.account.message", &fetched);

    let broken = json!({ "sid": "invalid" });
    assert!(!validator(&document, &response_pointer(list, "post", "201")).is_valid(&broken));
}

#[tokio::test]
async fn event_streams_responses_match_twilios_openapi_document() {
    let Some(document) = document("twilio_events_v1.json") else { return };
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

    let types_path = "/v1/Subscriptions/{SubscriptionSid}/SubscribedEvents";
    let answers = [
        (response_pointer("/v1/Sinks", "post", "201"), &sink),
        (response_pointer("/v1/Sinks", "get", "200"), &sinks),
        (response_pointer("/v1/Sinks/{Sid}", "get", "200"), &fetched),
        (response_pointer("/v1/Sinks/{Sid}/Test", "post", "201"), &test),
        (response_pointer("/v1/Sinks/{Sid}/Validate", "post", "201"), &validated),
        (response_pointer("/v1/Subscriptions", "post", "201"), &subscription),
        (response_pointer("/v1/Subscriptions", "get", "200"), &subscriptions),
        (response_pointer(types_path, "get", "200"), &types),
    ];
    assert_valid(&document, &answers);
    assert_all_fields(&document, "events.v1.sink", &fetched);
    assert_all_fields(&document, "events.v1.subscription", &subscriptions["subscriptions"][0]);
    assert_all_fields(&document, "events.v1.subscription.subscribed_event", &types["types"][0]);

    let broken = json!({ "sid": "invalid" });
    assert!(!validator(&document, &response_pointer("/v1/Sinks", "post", "201")).is_valid(&broken));
}
