//! House rules that no lint knows.

use crate::files::{Source, sources, top};

/// Lines of a file before its tests.
const LONGEST_FILE: usize = 250;
/// Lines of a component.
const LONGEST_COMPONENT: usize = 220;

fn rust() -> Vec<Source> {
    ["shared/src", "functions/src", "local/src"]
        .into_iter()
        .flat_map(|folder| sources(folder, &[".rs"]))
        .filter(|source| !source.is_test())
        .collect()
}

#[test]
fn no_online_function_scans() {
    for source in rust() {
        if source.path.starts_with("local/") {
            continue;
        }
        assert!(!source.code().contains(".scan()"), "{} scans", source.path);
    }
    let template = std::fs::read_to_string(top().join("template.yaml")).unwrap();
    assert!(!template.contains("dynamodb:Scan"), "the template grants a Scan");
}

#[test]
fn the_template_grants_single_actions_on_single_resources() {
    let template = std::fs::read_to_string(top().join("template.yaml")).unwrap();
    for line in template.lines().filter(|line| line.contains("Effect: Allow")) {
        assert!(!line.contains("Action: ["), "several actions: {line}");
        assert!(!line.contains("Action: \"*") && !line.contains(":*,"), "any action: {line}");
        assert!(!line.contains("Resource: \"*\"") && !line.contains("Resource: ["), "{line}");
    }
}

#[test]
fn files_are_short_enough_to_be_read_at_once() {
    for source in rust() {
        let lines = source.product().lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines before its tests", source.path);
    }
    for source in sources("frontend/src", &[".svelte"]) {
        let lines = source.text.lines().count();
        assert!(lines <= LONGEST_COMPONENT, "{} has {lines} lines", source.path);
    }
}

#[test]
fn names_of_files_say_what_is_in_them() {
    for folder in ["shared/src", "functions/src", "local/src", "frontend/src"] {
        for source in sources(folder, &[".rs", ".ts", ".svelte"]) {
            for empty in ["util", "utils", "common", "helper", "helpers", "misc"] {
                let named = source.path.split(['/', '.']).any(|part| part == empty);
                assert!(!named, "{} says nothing", source.path);
            }
        }
    }
}

#[test]
fn only_dispatch_and_its_parts_call_twilio_and_only_push_posts_to_sockets() {
    for source in sources("functions/src", &[".rs"]) {
        let code = source.code();
        // A job that dispatch invokes may read from Twilio.
        let changes = source.path.starts_with("functions/src/changes/")
            || source.path == "functions/src/media/fetch.rs";
        if code.contains("twilio::client") || code.contains("create_message(") {
            assert!(changes, "{} calls Twilio", source.path);
        }
        if code.contains("App::sender") || code.contains(".post(&") || code.contains("live::") {
            let allowed = ["functions/src/changes/push.rs", "functions/src/app.rs"];
            assert!(allowed.contains(&&*source.path), "{} writes to sockets", source.path);
        }
    }
}

/// The types hold what errors and reasons carry; this, that nothing else is said either.
#[test]
fn what_people_are_told_stands_in_the_tables_of_sentences_alone() {
    let tables = ["shared/src/sentences/table.rs", "shared/src/codes.rs"];
    let is_sentence = |text: &str| {
        text.starts_with(char::is_uppercase) && text.contains(' ') && text.ends_with('.')
    };
    let mut said = 0;
    for source in rust().iter().filter(|source| !source.path.starts_with("local/")) {
        let code = source.code();
        let strings = code.lines().flat_map(|line| line.split('"').skip(1).step_by(2));
        let found: Vec<&str> = strings.filter(|text| is_sentence(text)).collect();
        said += found.len();
        assert!(found.is_empty() || tables.contains(&&*source.path), "{}: {found:?}", source.path);
    }
    assert!(said > 100, "the tables were not read");
    for source in rust() {
        let makes = source.code().contains("Sentence::new(");
        assert!(!makes || source.path == tables[0], "{} makes a sentence", source.path);
    }
}

#[test]
fn every_module_says_what_it_is() {
    for source in rust() {
        assert!(source.text.starts_with("//! "), "{} begins without a word", source.path);
    }
}

/// A name in a manifest that no source speaks is a dependency that nobody uses.
#[test]
fn every_dependency_is_used() {
    for package in ["shared", "functions", "local", "tests"] {
        let manifest = std::fs::read_to_string(top().join(package).join("Cargo.toml")).unwrap();
        let code: String =
            sources(package, &[".rs"]).iter().map(|source| source.text.clone()).collect();
        let listed = manifest.lines().filter_map(|line| line.strip_suffix(".workspace = true"));
        let package_keys = ["version", "edition", "rust-version", "license", "publish"];
        for name in listed.filter(|name| !package_keys.contains(name)) {
            let crate_name = name.trim_start_matches("partyline-").replace('-', "_");
            assert!(code.contains(&crate_name), "{package} does not use {name}");
        }
    }
}

/// `docs/reliability.md` names a line for each promise, without which its test fails.
#[test]
fn every_line_and_test_that_a_promise_names_is_there() {
    let document = std::fs::read_to_string(top().join("docs/reliability.md")).unwrap();
    let table = document.split("## Five promises").nth(1).unwrap().split("## ").next().unwrap();
    let mut promises = 0;
    for row in table.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let quoted = |cell: &str| -> Vec<String> {
            cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
        };
        let [_, test, line, ..] = cells[..] else { panic!("{row}") };
        let (tests, line) = (quoted(test), quoted(line));
        let ([test], [path, .., code]) = (&tests[..], &line[..]) else { continue };
        let file = std::fs::read_to_string(top().join(path)).unwrap();
        assert!(file.contains(code), "{path} does not hold `{code}`");
        let name = format!("fn {}(", test.rsplit("::").next().unwrap());
        let tests = sources("tests/front_door", &[".rs"]);
        assert!(tests.iter().any(|source| source.text.contains(&name)), "there is no {test}");
        promises += 1;
    }
    assert_eq!(promises, 6);
}
