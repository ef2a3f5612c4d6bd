//! Lambda's event filtering: the records that a mapping is invoked for.
//!
//! A pattern is an object shaped like the record. Its leaves are lists of allowed values. A record passes if it matches
//! one of the mapping's patterns, or if there are none.

use serde_json::{Map, Value};

/// The patterns of one mapping.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    patterns: Vec<Value>,
}

impl Filter {
    pub(super) fn new(patterns: Vec<Value>) -> Self {
        Self { patterns }
    }

    /// Returns whether the record passes.
    pub(super) fn passes(&self, record: &Value) -> bool {
        self.patterns.is_empty()
            || self.patterns.iter().any(|pattern| match pattern {
                Value::Object(fields) => matches_pattern(fields, Some(record)),
                _ => false,
            })
    }
}

/// Returns whether every field of the pattern matches.
///
/// `$or` matches if one of its patterns does.
fn matches_pattern(pattern: &Map<String, Value>, node: Option<&Value>) -> bool {
    pattern.iter().all(|(name, expected)| {
        if name == "$or" {
            return expected.as_array().is_some_and(|alternatives| {
                alternatives
                    .iter()
                    .filter_map(Value::as_object)
                    .any(|alternative| matches_pattern(alternative, node))
            });
        }
        let value = node.and_then(|node| node.get(name));
        match expected {
            Value::Object(fields) => matches_pattern(fields, value),
            Value::Array(rules) => rules.iter().any(|rule| matches_rule(rule, value)),
            _ => false,
        }
    })
}

/// Returns whether one rule of a leaf allows the value.
///
/// Of a list, one element is enough.
fn matches_rule(rule: &Value, value: Option<&Value>) -> bool {
    if let Some(exists) = rule.get("exists").and_then(Value::as_bool) {
        return exists == value.is_some();
    }
    match value {
        None => false,
        Some(Value::Array(elements)) => elements.iter().any(|element| rule_holds(rule, element)),
        Some(value) => rule_holds(rule, value),
    }
}

fn rule_holds(rule: &Value, value: &Value) -> bool {
    let Value::Object(rule) = rule else { return same(rule, value) };
    rule.iter().all(|(kind, expected)| match kind.as_str() {
        "prefix" => text(expected, value, |prefix, value| value.starts_with(prefix)),
        "suffix" => text(expected, value, |suffix, value| value.ends_with(suffix)),
        "equals-ignore-case" => text(expected, value, str::eq_ignore_ascii_case),
        "anything-but" => match expected {
            Value::Array(values) => !values.iter().any(|excluded| same(excluded, value)),
            Value::Object(_) => !rule_holds(expected, value),
            excluded => !same(excluded, value),
        },
        "numeric" => value.as_f64().is_some_and(|number| in_range(expected, number)),
        _ => false,
    })
}

fn text(expected: &Value, value: &Value, test: fn(&str, &str) -> bool) -> bool {
    expected.as_str().zip(value.as_str()).is_some_and(|(pattern, value)| test(pattern, value))
}

fn same(expected: &Value, value: &Value) -> bool {
    match (expected.as_f64(), value.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right).is_eq(),
        _ => expected == value,
    }
}

/// Returns whether all pairs of comparison and bound hold.
fn in_range(rules: &Value, number: f64) -> bool {
    rules.as_array().is_some_and(|rules| {
        rules.chunks(2).all(|pair| {
            let [comparison, bound] = pair else { return false };
            let Some(order) = bound.as_f64().map(|bound| number.total_cmp(&bound)) else {
                return false;
            };
            match comparison.as_str() {
                Some("=") => order.is_eq(),
                Some("<") => order.is_lt(),
                Some("<=") => order.is_le(),
                Some(">") => order.is_gt(),
                Some(">=") => order.is_ge(),
                _ => false,
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn passes(pattern: Value, record: &Value) -> bool {
        Filter::new(vec![pattern]).passes(record)
    }

    #[test]
    fn without_patterns_every_record_passes() {
        assert!(Filter::default().passes(&json!({})));
    }

    #[test]
    fn every_named_field_must_match_and_other_fields_are_ignored() {
        let record = json!({ "eventName": "INSERT", "dynamodb": { "NewImage": { "outbox_state": { "S": "ready" } } } });
        let state = |value: &str| json!({ "dynamodb": { "NewImage": { "outbox_state": { "S": [value] } } } });
        assert!(passes(state("ready"), &record));
        assert!(!passes(state("claimed"), &record));
        assert!(!passes(
            json!({ "eventName": ["REMOVE"], "dynamodb": state("ready")["dynamodb"] }),
            &record
        ));
        assert!(!passes(state("ready"), &json!({ "dynamodb": { "OldImage": {} } })));
    }

    #[test]
    fn one_matching_pattern_is_enough() {
        let filter = Filter::new(vec![json!({ "a": [1] }), json!({ "b": [2] })]);
        assert!(filter.passes(&json!({ "b": 2 })));
        assert!(!filter.passes(&json!({ "b": 1 })));
    }

    #[test]
    fn or_combines_alternatives_with_other_fields() {
        let pattern = json!({
            "dynamodb": { "Keys": { "$or": [{ "sk": { "S": ["META"] } }, { "sk": { "S": [{ "prefix": "QUEUE#" }] } }] } },
            "eventName": ["INSERT", "MODIFY"],
        });
        let record = |sk: &str, event: &str| json!({ "eventName": event, "dynamodb": { "Keys": { "sk": { "S": sk } } } });
        assert!(passes(pattern.clone(), &record("META", "MODIFY")));
        assert!(passes(pattern.clone(), &record("QUEUE#1", "INSERT")));
        assert!(!passes(pattern.clone(), &record("QUEUE#1", "REMOVE")));
        assert!(!passes(pattern, &record("SID", "INSERT")));
    }

    #[test]
    fn the_rules_match_those_of_lambda() {
        let record = json!({ "text": "Partyline", "number": 7, "list": ["x", "y"], "null": null });
        for (pattern, expected) in [
            (json!({ "text": [{ "prefix": "Party" }] }), true),
            (json!({ "text": [{ "suffix": "Party" }] }), false),
            (json!({ "text": [{ "suffix": "line" }] }), true),
            (json!({ "text": [{ "equals-ignore-case": "PARTYLINE" }] }), true),
            (json!({ "text": [{ "anything-but": ["a", "Partyline"] }] }), false),
            (json!({ "text": [{ "anything-but": { "prefix": "Q" } }] }), true),
            (json!({ "absent": [{ "anything-but": ["a"] }] }), false),
            (json!({ "absent": [{ "exists": false }] }), true),
            (json!({ "absent": { "deeper": [{ "exists": false }] } }), true),
            (json!({ "text": [{ "exists": true }] }), true),
            (json!({ "number": [{ "numeric": [">", 0, "<=", 7] }] }), true),
            (json!({ "number": [{ "numeric": ["<", 7] }] }), false),
            (json!({ "number": [7.0] }), true),
            (json!({ "list": ["y"] }), true),
            (json!({ "null": [null] }), true),
            (json!({ "text": [{ "unheard-of": 1 }] }), false),
        ] {
            assert_eq!(passes(pattern.clone(), &record), expected, "{pattern}");
        }
    }
}
