//! The repository uses the terms of the glossary and follows the writing rules.

mod list;
mod words;

use std::collections::HashMap;
use std::path::Path;

use crate::files::project_root;
use list::{NAMES, PHRASES, PREFIXES, QUOTED, SPELLINGS, SUFFIXES, TEXTS, WORDS};
use words::words;

/// The parts of the repository that do not follow the rules yet, in the order of [`PARTS`].
const TO_DO: &[&str] = &["functions"];

/// The parts: folders with everything below them, and the files of the top level.
const PARTS: [&str; 7] = ["shared", "functions", "local", "frontend", "tests", "docs", "top level"];

/// Beginnings of paths that are not checked, with the reason.
const EXEMPT: [(&str, &str); 7] = [
    ("docs/glossary.md", "it may explain a term by a forbidden one"),
    ("tests/architecture/language/", "the list itself"),
    ("tests/vectors/", "requests and documents that Twilio and AWS wrote"),
    ("local/partyline-local/src/demo/stories/", "texts of messages"),
    ("Cargo.lock", "names of other packages"),
    ("package-lock.json", "names of other packages"),
    ("LICENSE-", "texts of the licenses"),
];

/// One forbidden word or name.
struct Finding {
    path: String,
    line: usize,
    found: String,
    instead: &'static str,
}

/// Returns the text files of a part with their paths below the top level.
fn files(part: &str) -> Vec<(String, String)> {
    let (folder, deep) = if part == "top level" {
        (project_root(), false)
    } else {
        (project_root().join(part), true)
    };
    let mut found = Vec::new();
    collect(&folder, deep, &mut found);
    found.retain(|(path, _)| !EXEMPT.iter().any(|(exempt, _)| path.starts_with(exempt)));
    found.sort();
    assert!(!found.is_empty(), "{part} has no text files");
    found
}

fn collect(folder: &Path, deep: bool, found: &mut Vec<(String, String)>) {
    // Folders of build output, dependencies, Git and editors.
    let skipped = ["node_modules", "dist", "target", "test-results", ".git", ".partyline"];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if deep && !skipped.contains(&&*name) && !name.starts_with("__") {
                collect(&path, deep, found);
            }
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            // `.env` belongs to the user.
            if name != ".env" {
                let path =
                    path.strip_prefix(project_root()).unwrap().to_string_lossy().replace('\\', "/");
                found.push((path, text));
            }
        }
    }
}

/// The lists of forbidden words, prepared for look-ups.
struct Lists {
    names: HashMap<&'static str, &'static str>,
    words: HashMap<&'static str, &'static str>,
    /// The phrases by their first word.
    phrases: HashMap<&'static str, Vec<(&'static str, &'static str)>>,
}

impl Lists {
    fn new() -> Self {
        let mut phrases: HashMap<_, Vec<_>> = HashMap::new();
        for (phrase, instead) in PHRASES {
            let first = phrase.split(' ').next().unwrap();
            phrases.entry(first).or_default().push((*phrase, *instead));
        }
        let words = WORDS.iter().chain(SPELLINGS).copied().collect();
        Self { names: NAMES.iter().copied().collect(), words, phrases }
    }

    /// Returns the forbidden words in a text, with the line and the replacement of each.
    fn findings(&self, text: &str) -> Vec<(usize, String, &'static str)> {
        let mut found = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let texts = TEXTS.iter().filter(|(forbidden, _)| line.contains(forbidden));
            found.extend(texts.map(|(text, instead)| (index + 1, (*text).to_owned(), *instead)));
        }
        let own_text = QUOTED.iter().fold(text.to_owned(), |text, quoted| text.replace(quoted, ""));
        let words = words(&own_text);
        for word in &words {
            if let Some(instead) = self.identifier(&word.identifier) {
                found.push((word.line, word.identifier.clone(), instead));
            }
        }
        let parts =
            words.iter().flat_map(|word| word.parts.iter().map(|part| (word.line, &**part)));
        let parts: Vec<(usize, &str)> = parts.collect();
        for (index, (line, part)) in parts.iter().enumerate() {
            let singular = part.strip_suffix('s').unwrap_or(part);
            if let Some(instead) = self.words.get(part).or_else(|| self.words.get(singular)) {
                found.push((*line, (*part).to_owned(), *instead));
            }
            for (phrase, instead) in self.phrases.get(part).into_iter().flatten() {
                let mut rest = parts[index..].iter().map(|(_, part)| *part);
                if phrase.split(' ').all(|word| rest.next() == Some(word)) {
                    found.push((*line, (*phrase).to_owned(), *instead));
                }
            }
        }
        found.sort();
        found
    }

    /// Returns the replacement if the whole identifier is an old name or has an old prefix or suffix.
    fn identifier(&self, name: &str) -> Option<&'static str> {
        let affix = PREFIXES.iter().find(|(old, _)| name.starts_with(old));
        let affix = affix.or_else(|| SUFFIXES.iter().find(|(old, _)| name.ends_with(old)));
        self.names.get(name).copied().or(affix.map(|(_, instead)| *instead))
    }
}

fn findings_of(lists: &Lists, part: &str) -> Vec<Finding> {
    let of_file = |(path, text): (String, String)| {
        // Names of files follow the same rules.
        let in_path = lists.findings(&path.replace(['/', '.'], " ")).into_iter();
        let in_path = in_path.map(|(_, found, instead)| (0, found, instead));
        let found: Vec<_> = in_path.chain(lists.findings(&text)).collect();
        found.into_iter().map(move |(line, found, instead)| Finding {
            path: path.clone(),
            line,
            found,
            instead,
        })
    };
    files(part).into_iter().flat_map(of_file).collect()
}

#[test]
fn every_part_that_is_done_uses_the_terms_of_the_glossary() {
    let lists = Lists::new();
    let mut to_do = Vec::new();
    let mut unexpected = String::new();
    for part in PARTS {
        let findings = findings_of(&lists, part);
        if findings.is_empty() {
            continue;
        }
        to_do.push(part);
        if !TO_DO.contains(&part) {
            for Finding { path, line, found, instead } in findings {
                unexpected.push_str(&format!("{path}:{line}: {found} (write: {instead})\n"));
            }
        }
    }
    assert!(unexpected.is_empty(), "names or phrases that the glossary replaces:\n{unexpected}");
    assert_eq!(to_do, TO_DO, "TO_DO lists a part that is done");
}

#[test]
fn the_lists_are_found_in_code_comments_and_names() {
    let lists = Lists::new();
    let found = |text: &str| -> Vec<String> {
        lists.findings(text).into_iter().map(|(line, found, _)| format!("{line} {found}")).collect()
    };
    assert_eq!(found("let a = IntentKind::Send;"), ["1 IntentKind", "1 intent"]);
    assert_eq!(found("fn lane_sort() {}"), ["1 lane", "1 lane_sort"]);
    assert_eq!(found("const LONGEST_NAME: usize = 1;"), ["1 LONGEST_NAME"]);
    assert_eq!(found("key.starts_with(\"DO#\")"), ["1 DO#"]);
    assert_eq!(
        found("/// Whoever\n/// is told so stands\n/// in it."),
        ["1 whoever", "2 is told", "2 stands in"]
    );
    assert_eq!(found("fn nobody_is_told() {}"), ["1 is told", "1 nobody"]);
    assert_eq!(found("It is cancelled. Catalogues."), ["1 cancelled", "1 catalogues"]);
    let allowed = "The airplane's intention: `x.is_none()`, `x.is_none_or(f)`, status canceled. It is. Told otherwise.";
    assert_eq!(found(allowed), Vec::<String>::new());
}
