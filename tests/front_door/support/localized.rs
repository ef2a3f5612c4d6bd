//! Checks that the catalog, the key and the values of a localized text give its English text.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

static CATALOG: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    serde_json::from_str(&functions::openapi::localized_texts(&[]).unwrap()).unwrap()
});

/// The fields with a localized text, and the fields that can have the same text in English.
const TEXT_FIELDS: [(&str, &[&str]); 5] = [
    ("localized_detail", &["detail"]),
    ("localized_error", &["error"]),
    ("localized_evidence", &["evidence"]),
    ("localized_text", &["text"]),
    ("localized_advice", &["advice"]),
];

/// Compares all localized texts in a response with their English texts. Returns the number of texts.
#[track_caller]
pub fn check_texts(response: &Value) -> usize {
    match response {
        Value::Array(items) => items.iter().map(check_texts).sum(),
        Value::Object(fields) => {
            let mut count = 0;
            for (text_field, english_fields) in TEXT_FIELDS {
                let texts = match fields.get(text_field) {
                    Some(Value::Array(texts)) => texts.as_slice(),
                    Some(text_ref @ Value::Object(_)) => std::slice::from_ref(text_ref),
                    _ => continue,
                };
                let english_text =
                    english_fields.iter().find_map(|name| fields.get(*name)).unwrap();
                let rendered: Vec<String> = texts.iter().map(render).collect();
                assert_eq!(english_text, &Value::String(rendered.join(" ")), "{response:#}");
                count += texts.len();
            }
            count + fields.values().map(check_texts).sum::<usize>()
        }
        _ => 0,
    }
}

/// Returns the English text of a localized text.
#[track_caller]
fn render(text_ref: &Value) -> String {
    let key = text_ref["key"].as_str().unwrap();
    let mut text = CATALOG.get(key).unwrap_or_else(|| panic!("{key} is not in the table")).clone();
    for (name, value) in text_ref["values"].as_object().unwrap() {
        let plain_value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert!(text.contains(&format!("{{{name}")), "{key} has no place for {name}");
        text = text.replace(&format!("{{{name}}}"), &plain_value);
        text =
            text.replace(&format!("{{{name}:bytes}}"), &format_size(value.as_u64().unwrap_or(0)));
    }
    text
}

fn format_size(bytes: u64) -> String {
    match bytes / 1024 {
        kilobytes @ 0..1024 => format!("{kilobytes} KB"),
        kilobytes => format!("{} MB", kilobytes / 1024),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is_rejected(response: Value) -> bool {
        std::panic::catch_unwind(|| check_texts(&response)).is_err()
    }

    #[test]
    fn a_response_whose_text_differs_from_the_catalog_is_rejected() {
        let localized_text = |key: &str| json!({ "key": key, "values": {} });
        let problem = |detail: &str, key: &str| json!({ "detail": detail, "localized_detail": [localized_text(key)] });
        assert_eq!(check_texts(&problem("Message not found.", "message.missing")), 1);
        assert!(is_rejected(problem("There is no message.", "message.missing")), "another text");
        assert!(is_rejected(problem("Message not found.", "message.none")), "an unknown key");
        let large = |values: Value| {
            let text = "The file is too large. It can be at most 5 MB.";
            json!([{ "detail": text, "localized_detail": { "key": "file.too_large", "values": values } }])
        };
        assert_eq!(check_texts(&large(json!({ "max": 5_242_880 }))), 1);
        assert!(is_rejected(large(json!({}))), "a value is missing");
        assert!(is_rejected(large(json!({ "max": 5_242_880, "least": 1 }))), "a value is too much");
    }
}
