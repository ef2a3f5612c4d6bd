//! The sentences of answers, judged as a translation meets them: by the generated table, the key and the values alone.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

static TABLE: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| serde_json::from_str(&functions::openapi::sentences(&[]).unwrap()).unwrap());

/// Where a sentence stands by its key, and where it may stand in English beside it.
const PLACES: [(&str, &[&str]); 4] = [
    ("sentences", &["detail"]),
    ("sentence", &["detail", "wording", "reason"]),
    ("text_sentence", &["text"]),
    ("advice_sentence", &["advice"]),
];

/// Holds everything in `answer` that is said by key against the English beside it. How many were there is given back.
#[track_caller]
pub fn check(answer: &Value) -> usize {
    match answer {
        Value::Array(items) => items.iter().map(check).sum(),
        Value::Object(fields) => {
            let mut found = 0;
            for (place, english) in PLACES {
                let sentences = match fields.get(place) {
                    Some(Value::Array(sentences)) => sentences.as_slice(),
                    Some(sentence @ Value::Object(_)) => std::slice::from_ref(sentence),
                    _ => continue,
                };
                let english = english.iter().find_map(|name| fields.get(*name)).unwrap();
                let said: Vec<String> = sentences.iter().map(said).collect();
                assert_eq!(english, &Value::String(said.join(" ")), "{answer:#}");
                found += sentences.len();
            }
            found + fields.values().map(check).sum::<usize>()
        }
        _ => 0,
    }
}

/// The English of a sentence.
#[track_caller]
fn said(sentence: &Value) -> String {
    let key = sentence["key"].as_str().unwrap();
    let mut text = TABLE.get(key).unwrap_or_else(|| panic!("{key} is not in the table")).clone();
    for (name, value) in sentence["values"].as_object().unwrap() {
        let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert!(text.contains(&format!("{{{name}")), "{key} has no place for {name}");
        text = text.replace(&format!("{{{name}}}"), &plain);
        text = text.replace(&format!("{{{name}:bytes}}"), &size(value.as_u64().unwrap_or(0)));
    }
    text
}

fn size(bytes: u64) -> String {
    match bytes / 1024 {
        kilobytes @ 0..1024 => format!("{kilobytes} KB"),
        kilobytes => format!("{} MB", kilobytes / 1024),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(answer: Value) -> bool {
        std::panic::catch_unwind(|| check(&answer)).is_err()
    }

    #[test]
    fn an_answer_that_says_something_else_than_its_sentences_is_refused() {
        let said = |key: &str| json!({ "key": key, "values": {} });
        let problem =
            |detail: &str, key: &str| json!({ "detail": detail, "sentences": [said(key)] });
        assert_eq!(check(&problem("There is no such message.", "message.missing")), 1);
        assert!(refused(problem("There is no message.", "message.missing")), "another text");
        assert!(refused(problem("There is no such message.", "message.none")), "an unknown key");
        let large = |values: Value| {
            let text = "The file is too large: at most 5 MB can be sent here.";
            json!([{ "detail": text, "sentence": { "key": "file.too_large", "values": values } }])
        };
        assert_eq!(check(&large(json!({ "most": 5_242_880 }))), 1);
        assert!(refused(large(json!({}))), "a value is missing");
        assert!(refused(large(json!({ "most": 5_242_880, "least": 1 }))), "a value is too much");
    }
}
