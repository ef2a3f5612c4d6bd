//! Answers against Twilio's own description of them, where its files lie beside the repository.

use std::path::PathBuf;

use jsonschema::Validator;
use serde_json::json;

use super::*;

/// Where the files lie: `PARTYLINE_OAI`, else `shared/twilio-oai` beside the repository.
#[expect(clippy::disallowed_methods, reason = "a test asks its own environment")]
fn folder() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/twilio-oai");
    std::env::var_os("PARTYLINE_OAI").map_or_else(|| PathBuf::from(beside), PathBuf::from)
}

/// JSON Schema of the `nullable` dialect: null is one of the types, and of the enums.
fn plain(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.remove("nullable") == Some(Value::Bool(true)) {
                if let Some(one) = fields.get("type").cloned() {
                    fields.insert("type".to_owned(), json!([one, "null"]));
                }
                if let Some(Value::Array(values)) = fields.get_mut("enum") {
                    values.push(Value::Null);
                }
            }
            // Twilio calls its relative addresses URIs, and its own formats are no JSON Schema.
            fields.remove("format");
            fields.values_mut().for_each(plain);
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}

/// The check of one answer: the schema at `pointer`, with all that it refers to.
fn validator(document: &Value, pointer: &str) -> Validator {
    let schema = json!({ "$ref": format!("#{pointer}"), "components": document["components"], "paths": document["paths"] });
    jsonschema::options().build(&schema).unwrap()
}

fn response(path: &str, method: &str, status: &str) -> String {
    let path = path.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D");
    format!("/paths/{path}/{method}/responses/{status}/content/application~1json/schema")
}

/// One of Twilio's files as JSON Schema; none where it is missing, which is said.
fn document(file: &str) -> Option<Value> {
    let file = folder().join(file);
    let Ok(text) = std::fs::read_to_string(&file) else {
        // Written past the test runner, which would keep it to itself.
        let words = format!(
            "\nNOT CHECKED: the simulator's answers against Twilio's OpenAPI. {} is missing; set PARTYLINE_OAI to a \
             folder with the files of twilio-oai to check them.\n",
            file.display()
        );
        std::io::Write::write_all(&mut std::io::stderr(), words.as_bytes()).unwrap();
        return None;
    };
    let mut document: Value = serde_json::from_str(&text).unwrap();
    plain(&mut document);
    Some(document)
}

/// Holds each answer against the schema at its pointer.
fn hold(document: &Value, answers: &[(String, &Value)]) {
    for (schema, answer) in answers {
        let check = validator(document, schema);
        let problems: Vec<String> =
            check.iter_errors(answer).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{schema}: {problems:?}");
    }
}

/// Holds the names in an answer against those of the schema called `name`: all of them, and no other.
fn has_every_field(document: &Value, name: &str, answer: &Value) {
    let schema = &document["components"]["schemas"][name]["properties"];
    let documented: Vec<&String> = schema.as_object().unwrap().keys().collect();
    let answered: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert!(documented.iter().all(|name| answered.contains(name)), "{documented:?} {answered:?}");
    assert_eq!(documented.len(), answered.len());
}

#[tokio::test]
async fn its_answers_have_the_shape_that_twilio_documents() {
    let Some(document) = document("twilio_api_v2010.json") else { return };
    let list = "/2010-04-01/Accounts/{AccountSid}/Messages.json";
    let one = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json";

    let bench = Bench::new().await;
    let created = bench.send("hello").await;
    bench.twilio.set_condition("+12065550124", crate::twilio::Condition::Landline).unwrap();
    bench.create(&[("To", "+12065550124"), ("From", NUMBER), ("Body", "lost")]).await;
    bench.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    bench.twilio.settled().await;
    let fetched = bench.get(created["uri"].as_str().unwrap()).await;
    let page = bench.get(&format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json?PageSize=2")).await;
    let second = bench.get(page["next_page_uri"].as_str().unwrap()).await;

    let picture = bench.twilio.keep_media("image/png", None, b"picture").unwrap();
    let (from, to) = (CUSTOMER.to_owned(), NUMBER.to_owned());
    let typed = crate::twilio::Typed { from, to, media: vec![picture], ..Default::default() };
    let sid = bench.twilio.send_from_phone(typed).unwrap().sid;
    let media =
        bench.get(&format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}/Media.json")).await;
    let file = bench.get(media["media_list"][0]["uri"].as_str().unwrap()).await;
    let files = "/2010-04-01/Accounts/{AccountSid}/Messages/{MessageSid}/Media.json";
    let one_file = "/2010-04-01/Accounts/{AccountSid}/Messages/{MessageSid}/Media/{Sid}.json";

    let answers = [
        (response(files, "get", "200"), &media),
        (response(one_file, "get", "200"), &file),
        (response(list, "post", "201"), &created),
        (response(one, "get", "200"), &fetched),
        (response(list, "get", "200"), &page),
        (response(list, "get", "200"), &second),
    ];
    hold(&document, &answers);
    has_every_field(&document, "api.v2010.account.message", &fetched);

    let broken = json!({ "sid": "nonsense" });
    assert!(!validator(&document, &response(list, "post", "201")).is_valid(&broken));
}

#[tokio::test]
async fn what_it_answers_for_event_streams_has_the_shape_that_twilio_documents_too() {
    let Some(document) = document("twilio_events_v1.json") else { return };
    let bench = Bench::new().await;
    let sink = bench.sink(&bench.desk, true).await;
    let sid = sink["sid"].as_str().unwrap();
    let subscription = bench.subscribe(sid, &["com.twilio.messaging.message.read"]).await;
    let own = subscription["sid"].as_str().unwrap();
    let sinks = bench.get("/v1/Sinks?PageSize=1").await;
    let fetched = bench.get(&format!("/v1/Sinks/{sid}")).await;
    let subscriptions = bench.get("/v1/Subscriptions").await;
    let types = bench.get(&format!("/v1/Subscriptions/{own}/SubscribedEvents")).await;
    let test: Value = bench.post(&format!("/v1/Sinks/{sid}/Test"), &[]).await.json().await.unwrap();
    let validate = bench.post(&format!("/v1/Sinks/{sid}/Validate"), &[("TestId", "x")]).await;
    let validated: Value = validate.json().await.unwrap();

    let of_types = "/v1/Subscriptions/{SubscriptionSid}/SubscribedEvents";
    let answers = [
        (response("/v1/Sinks", "post", "201"), &sink),
        (response("/v1/Sinks", "get", "200"), &sinks),
        (response("/v1/Sinks/{Sid}", "get", "200"), &fetched),
        (response("/v1/Sinks/{Sid}/Test", "post", "201"), &test),
        (response("/v1/Sinks/{Sid}/Validate", "post", "201"), &validated),
        (response("/v1/Subscriptions", "post", "201"), &subscription),
        (response("/v1/Subscriptions", "get", "200"), &subscriptions),
        (response(of_types, "get", "200"), &types),
    ];
    hold(&document, &answers);
    has_every_field(&document, "events.v1.sink", &fetched);
    has_every_field(&document, "events.v1.subscription", &subscriptions["subscriptions"][0]);
    has_every_field(&document, "events.v1.subscription.subscribed_event", &types["types"][0]);

    let broken = json!({ "sid": "nonsense" });
    assert!(!validator(&document, &response("/v1/Sinks", "post", "201")).is_valid(&broken));
}
