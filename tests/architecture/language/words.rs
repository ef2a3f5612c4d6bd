//! Splits a text into words, in prose and in identifiers.

/// A word of prose or an identifier.
#[derive(Debug, PartialEq, Eq)]
pub struct Word {
    /// The line, from 1.
    pub line: usize,
    /// The word as written; empty at the end of a sentence or clause.
    pub identifier: String,
    /// The parts in lower case: `IntentKind` and `intent_kind` have two. A `.` ends a sentence or clause.
    pub parts: Vec<String>,
}

/// Returns the words of a text in order, and the ends of sentences and clauses.
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let mut identifier = String::new();
        for character in line.chars().chain([' ']) {
            if character.is_alphanumeric() || character == '_' {
                identifier.push(character);
                continue;
            }
            if !identifier.is_empty() {
                let parts = parts(&identifier);
                found.push(Word {
                    line: line_number,
                    identifier: std::mem::take(&mut identifier),
                    parts,
                });
            }
            if ".,;:(){}\"?<>=|".contains(character) {
                let parts = vec![".".to_owned()];
                found.push(Word { line: line_number, identifier: String::new(), parts });
            }
        }
    }
    found
}

/// Returns the words of an identifier in snake, kebab or camel case.
fn parts(identifier: &str) -> Vec<String> {
    // Names of the standard library.
    if matches!(identifier, "is_none" | "is_none_or") {
        return vec![identifier.to_owned()];
    }
    let mut parts: Vec<String> = Vec::new();
    let mut before = '_';
    for character in identifier.chars() {
        let starts = before == '_' || (character.is_uppercase() && !before.is_uppercase());
        if character != '_' {
            if starts {
                parts.push(String::new());
            }
            parts.last_mut().unwrap().extend(character.to_lowercase());
        }
        before = character;
    }
    parts
}

#[test]
fn identifiers_are_divided_into_words() {
    assert_eq!(parts("IntentKind"), ["intent", "kind"]);
    assert_eq!(parts("lane_sort"), ["lane", "sort"]);
    assert_eq!(parts("MAX_BODY_BYTES"), ["max", "body", "bytes"]);
    assert_eq!(parts("healWaiting"), ["heal", "waiting"]);
    assert_eq!(parts("_"), Vec::<String>::new());
}
