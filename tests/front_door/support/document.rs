//! Checks of responses against the OpenAPI document. Undocumented operations, statuses and properties fail the test.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Value, json};

use super::{TestResponse, localized};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document: Value = serde_json::from_str(&functions::openapi::json().unwrap()).unwrap();
    forbid_unknown_properties(&mut document["components"]["schemas"]);
    forbid_unknown_properties(&mut document["paths"]);
    document
});

static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Returns the document, in which objects allow only their documented properties.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// Forbids other properties in each object that lists its properties.
fn forbid_unknown_properties(node: &mut Value) {
    match node {
        Value::Object(fields) => {
            if fields.get("properties").is_some_and(Value::is_object) {
                assert!(!fields.contains_key("allOf"), "a composed object cannot be closed so");
                fields.entry("additionalProperties").or_insert(json!(false));
            }
            fields.values_mut().for_each(forbid_unknown_properties);
        }
        Value::Array(items) => items.iter_mut().for_each(forbid_unknown_properties),
        _ => {}
    }
}

/// Checks a response against the document.
#[track_caller]
pub fn check_response(method: &Method, path: &str, response: &TestResponse) {
    let route = route(path);
    let operation = &document()["paths"][&route][method.as_str().to_lowercase()];
    assert!(operation.is_object(), "{method} {path} is in no document");
    let status = response.status.to_string();
    let responses = &operation["responses"];
    let (name, content_type) = match response.status {
        200..300 => (status.as_str(), "application/json"),
        _ => ("default", "application/problem+json"),
    };
    let documented = &responses[name];
    assert!(documented.is_object(), "{method} {route} may not answer {status}: {}", response.text);
    if documented["content"].is_null() {
        assert_eq!(response.text, "", "{method} {route} {status} has no body");
        return;
    }
    assert_eq!(
        response.header("content-type"),
        Some(content_type),
        "{method} {route}: {}",
        response.text
    );
    let schema = &documented["content"][content_type]["schema"];
    assert!(schema.is_object(), "{method} {route} {status} has no schema");
    validate(&format!("{method} {route} {name}"), schema, &response.body);
    let text_count = localized::check_texts(&response.body);
    if name == "default" {
        assert_eq!(response.body["status"], response.status, "{}", response.text);
        assert!(text_count > 0, "the problem has no localized text: {}", response.text);
    }
}

/// Checks a frame of a socket against the document.
#[track_caller]
pub fn check_frame(frame: &Value) {
    validate("a frame", &json!({ "$ref": "#/components/schemas/LiveFrame" }), frame);
}

#[track_caller]
fn validate(operation: &str, schema: &Value, value: &Value) {
    let validator = validator(operation, schema);
    let violations: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(violations.is_empty(), "{operation} is not as documented: {violations:?}\n{value:#}");
}

fn validator(operation: &str, schema: &Value) -> Arc<Validator> {
    let mut validators = VALIDATORS.lock().unwrap();
    let validator = validators.entry(operation.to_owned()).or_insert_with(|| {
        let mut full_schema = schema.clone();
        full_schema["components"] = document()["components"].clone();
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        Arc::new(options.build(&full_schema).unwrap())
    });
    Arc::clone(validator)
}

/// Returns the documented route that matches a path. Literal segments take precedence over parameters.
fn route(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').collect();
    let matches_path = |route: &&String| {
        let template_segments: Vec<&str> = route.split('/').collect();
        let segment_matches = |(template_segment, segment): (&&str, &&str)| {
            template_segment == segment || template_segment.starts_with('{')
        };
        template_segments.len() == segments.len()
            && template_segments.iter().zip(&segments).all(segment_matches)
    };
    let routes = document()["paths"].as_object().unwrap();
    let route_template =
        routes.keys().filter(matches_path).min_by_key(|route| route.matches('{').count());
    route_template.cloned().unwrap_or_else(|| panic!("{path} is in no document"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, body: Value) -> TestResponse {
        let content_type =
            if status < 300 { "application/json" } else { "application/problem+json" };
        let headers = [("content-type".parse().unwrap(), content_type.parse().unwrap())];
        let headers = reqwest::header::HeaderMap::from_iter(headers);
        TestResponse { status, headers, text: body.to_string(), body }
    }

    fn is_rejected(path: &'static str, response: TestResponse) -> bool {
        let check = move || check_response(&Method::GET, path, &response);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)).is_err()
    }

    #[test]
    fn a_response_that_differs_from_the_document_is_rejected() {
        let valid = json!({ "status": "ok", "version": "1" });
        assert!(!is_rejected("/api/health", response(200, valid.clone())));
        let extra_property = json!({ "status": "ok", "version": "1", "more": 1 });
        assert!(is_rejected("/api/health", response(200, extra_property)), "a property more");
        assert!(is_rejected("/api/health", response(200, json!({ "status": "ok" }))), "one less");
        assert!(is_rejected("/api/health", response(201, valid.clone())), "another status");
        assert!(is_rejected("/api/elsewhere", response(200, valid)), "another path");
        let problem = json!({
            "type": "about:blank", "title": "t", "status": 404, "code": "c",
            "detail": "Message not found.",
            "localized_detail": [{ "key": "message.missing", "values": {} }],
        });
        assert!(!is_rejected("/api/health", response(404, problem.clone())));
        assert!(
            is_rejected("/api/health", response(400, problem.clone())),
            "a status that contradicts itself"
        );
        let mut without_detail = problem;
        without_detail["localized_detail"] = json!([]);
        without_detail["detail"] = json!("");
        assert!(
            is_rejected("/api/health", response(404, without_detail)),
            "a problem without a sentence"
        );
    }
}
