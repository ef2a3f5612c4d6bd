use serde_json::Value;

use crate::{segments, signature};

fn parse_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Returns the form of a case: its pairs (`params`) or its encoded `body`.
fn form(case: &Value) -> Vec<(String, String)> {
    if let Some(pairs) = case["params"].as_array() {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        return pairs.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect();
    }
    let content_type = case["headers"]["Content-Type"].as_str().unwrap_or_default();
    if !content_type.starts_with("application/x-www-form-urlencoded") {
        return Vec::new();
    }
    let body = case["body"].as_str().unwrap_or_default();
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

#[test]
fn signatures_match_both_official_libraries() {
    let vectors = parse_json(include_str!("../../../../tests/vectors/signatures.json"));
    let (mut equal, mut different) = (0, 0);
    for case in vectors["cases"].as_array().unwrap() {
        let id = &case["id"];
        let url = case["signed_url"].as_str().or(case["url"].as_str()).unwrap();
        let computed = signature::sign(case["auth_token"].as_str().unwrap(), url, &form(case));
        let is_json = case["group"].as_str().unwrap().starts_with("json");
        if case["expect"] == true {
            assert_eq!(case["signature"], computed, "{id}");
            equal += 1;
        } else if !is_json {
            let called_url = case["url"].as_str().unwrap();
            let computed =
                signature::sign(case["auth_token"].as_str().unwrap(), called_url, &form(case));
            assert_ne!(case["signature"], computed, "{id}");
            different += 1;
        }
    }
    assert!(equal > 100 && different > 10, "{equal} equal, {different} different");
}

#[test]
fn webhook_signatures_match_the_official_library() {
    let vectors = parse_json(include_str!("../../../../tests/vectors/webhooks.json"));
    let token = vectors["auth_token"].as_str().unwrap();
    for request in vectors["requests"].as_array().unwrap() {
        let computed = signature::sign(token, request["url"].as_str().unwrap(), &form(request));
        assert_eq!(request["headers"]["X-Twilio-Signature"], computed, "{}", request["name"]);
    }
}

#[test]
fn segment_counts_match_the_official_calculator() {
    let vectors = parse_json(include_str!("../../../../tests/vectors/segments.json"));
    let mut checked = 0;
    for case in vectors["cases"].as_array().unwrap() {
        let is_plain = case["smart_encoding"] != true && case["group"] != "rcs";
        // It is unknown whether carriers split an emoji of several characters; this simulator does.
        if is_plain && case.get("plain_division_would_give").is_none() {
            let computed = segments::count(case["text"].as_str().unwrap());
            assert_eq!(case["expected"]["segments"], computed, "{}", case["id"]);
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked}");
}
