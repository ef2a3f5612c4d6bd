//! Answers against Twilio's own description of them, where its files lie beside the repository.

use std::path::PathBuf;

use jsonschema::Validator;
use serde_json::json;

use super::*;

const FILE: &str = "twilio_api_v2010.json";

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

#[tokio::test]
async fn its_answers_have_the_shape_that_twilio_documents() {
    let file = folder().join(FILE);
    let Ok(text) = std::fs::read_to_string(&file) else {
        // Written past the test runner, which would keep it to itself.
        let words = format!(
            "\nNOT CHECKED: the simulator's answers against Twilio's OpenAPI. {} is missing; set PARTYLINE_OAI to a \
             folder with the files of twilio-oai to check them.\n",
            file.display()
        );
        std::io::Write::write_all(&mut std::io::stderr(), words.as_bytes()).unwrap();
        return;
    };
    let mut document: Value = serde_json::from_str(&text).unwrap();
    plain(&mut document);
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

    for (schema, answer) in [
        (response(files, "get", "200"), &media),
        (response(one_file, "get", "200"), &file),
        (response(list, "post", "201"), &created),
        (response(one, "get", "200"), &fetched),
        (response(list, "get", "200"), &page),
        (response(list, "get", "200"), &second),
    ] {
        let check = validator(&document, &schema);
        let problems: Vec<String> =
            check.iter_errors(answer).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{schema}: {problems:?}");
    }
    let message = &document["components"]["schemas"]["api.v2010.account.message"]["properties"];
    let documented: Vec<&String> = message.as_object().unwrap().keys().collect();
    let answered: Vec<&String> = fetched.as_object().unwrap().keys().collect();
    assert!(documented.iter().all(|name| answered.contains(name)), "{documented:?} {answered:?}");
    assert_eq!(documented.len(), answered.len());

    let broken = json!({ "sid": "nonsense" });
    assert!(!validator(&document, &response(list, "post", "201")).is_valid(&broken));
}
