//! The OpenAPI document as a judge: an operation, a status or a property that it does not know fails the test.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, sentences};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document: Value = serde_json::from_str(&functions::openapi::json().unwrap()).unwrap();
    close(&mut document["components"]["schemas"]);
    close(&mut document["paths"]);
    document
});

static JUDGES: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// The document, in which every object says all that it may hold.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// An object that lists its properties has no others.
fn close(node: &mut Value) {
    match node {
        Value::Object(fields) => {
            if fields.get("properties").is_some_and(Value::is_object) {
                assert!(!fields.contains_key("allOf"), "a composed object cannot be closed so");
                fields.entry("additionalProperties").or_insert(json!(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Holds an answer against the document.
#[track_caller]
pub fn check(method: &Method, path: &str, answer: &Answer) {
    let route = route(path);
    let operation = &document()["paths"][&route][method.as_str().to_lowercase()];
    assert!(operation.is_object(), "{method} {path} is in no document");
    let status = answer.status.to_string();
    let responses = &operation["responses"];
    let (name, kind) = match answer.status {
        200..300 => (status.as_str(), "application/json"),
        _ => ("default", "application/problem+json"),
    };
    let described = &responses[name];
    assert!(described.is_object(), "{method} {route} may not answer {status}: {}", answer.text);
    if described["content"].is_null() {
        assert_eq!(answer.text, "", "{method} {route} {status} has no body");
        return;
    }
    assert_eq!(answer.header("content-type"), Some(kind), "{method} {route}: {}", answer.text);
    let schema = &described["content"][kind]["schema"];
    assert!(schema.is_object(), "{method} {route} {status} has no schema");
    validate(&format!("{method} {route} {name}"), schema, &answer.body);
    let sentences = sentences::check(&answer.body);
    if name == "default" {
        assert_eq!(answer.body["status"], answer.status, "{}", answer.text);
        assert!(sentences > 0, "a problem in no words of the table: {}", answer.text);
    }
}

/// Holds a socket's frame against the document.
#[track_caller]
pub fn check_frame(frame: &Value) {
    validate("a frame", &json!({ "$ref": "#/components/schemas/Frame" }), frame);
}

#[track_caller]
fn validate(what: &str, schema: &Value, value: &Value) {
    let judge = judge(what, schema);
    let wrong: Vec<String> = judge
        .iter_errors(value)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{what} is not as documented: {wrong:?}\n{value:#}");
}

fn judge(what: &str, schema: &Value) -> Arc<Validator> {
    let mut judges = JUDGES.lock().unwrap();
    let judge = judges.entry(what.to_owned()).or_insert_with(|| {
        let mut whole = schema.clone();
        whole["components"] = document()["components"].clone();
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        Arc::new(options.build(&whole).unwrap())
    });
    Arc::clone(judge)
}

/// The documented route that a path meets: a literal beats a name.
fn route(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let given: Vec<&str> = path.split('/').collect();
    let meets = |route: &&String| {
        let parts: Vec<&str> = route.split('/').collect();
        let same = |(part, given): (&&str, &&str)| part == given || part.starts_with('{');
        parts.len() == given.len() && parts.iter().zip(&given).all(same)
    };
    let routes = document()["paths"].as_object().unwrap();
    let found = routes.keys().filter(meets).min_by_key(|route| route.matches('{').count());
    found.cloned().unwrap_or_else(|| panic!("{path} is in no document"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: Value) -> Answer {
        let kind = if status < 300 { "application/json" } else { "application/problem+json" };
        let headers = [("content-type".parse().unwrap(), kind.parse().unwrap())];
        let headers = reqwest::header::HeaderMap::from_iter(headers);
        Answer { status, headers, text: body.to_string(), body }
    }

    fn refuses(path: &'static str, answer: Answer) -> bool {
        let judged = move || check(&Method::GET, path, &answer);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(judged)).is_err()
    }

    #[test]
    fn an_answer_that_is_not_as_documented_is_refused() {
        let good = json!({ "status": "ok", "version": "1" });
        assert!(!refuses("/api/health", answer(200, good.clone())));
        let odd = json!({ "status": "ok", "version": "1", "more": 1 });
        assert!(refuses("/api/health", answer(200, odd)), "a property more");
        assert!(refuses("/api/health", answer(200, json!({ "status": "ok" }))), "one less");
        assert!(refuses("/api/health", answer(201, good.clone())), "another status");
        assert!(refuses("/api/elsewhere", answer(200, good)), "another path");
        let problem = json!({
            "type": "about:blank", "title": "t", "status": 404, "code": "c",
            "detail": "There is no such message.",
            "sentences": [{ "key": "message.missing", "values": {} }],
        });
        assert!(!refuses("/api/health", answer(404, problem.clone())));
        assert!(
            refuses("/api/health", answer(400, problem.clone())),
            "a status that contradicts itself"
        );
        let mut wordless = problem;
        wordless["sentences"] = json!([]);
        wordless["detail"] = json!("");
        assert!(refuses("/api/health", answer(404, wordless)), "a problem without a sentence");
    }
}
