//! House rules that no lint knows.

use crate::files::{Source, project_root, sources};

/// Lines of a file before its tests.
const MAX_FILE_LINES: usize = 250;
/// Lines of a component.
const MAX_COMPONENT_LINES: usize = 220;

fn rust_sources() -> Vec<Source> {
    ["shared/src", "functions/src", "local/src"]
        .into_iter()
        .flat_map(|folder| sources(folder, &[".rs"]))
        .filter(|source| !source.is_test())
        .collect()
}

#[test]
fn no_online_function_scans() {
    for source in rust_sources() {
        if source.path.starts_with("local/") {
            continue;
        }
        assert!(!source.code().contains(".scan()"), "{} scans", source.path);
    }
    let template = std::fs::read_to_string(project_root().join("template.yaml")).unwrap();
    assert!(!template.contains("dynamodb:Scan"), "the template grants a Scan");
}

#[test]
fn the_template_grants_single_actions_on_single_resources() {
    let template = std::fs::read_to_string(project_root().join("template.yaml")).unwrap();
    for line in template.lines().filter(|line| line.contains("Effect: Allow")) {
        assert!(!line.contains("Action: ["), "several actions: {line}");
        assert!(!line.contains("Action: \"*") && !line.contains(":*,"), "any action: {line}");
        assert!(!line.contains("Resource: \"*\"") && !line.contains("Resource: ["), "{line}");
    }
}

#[test]
fn files_do_not_exceed_the_maximum_length() {
    for source in rust_sources() {
        let lines = source.before_tests().lines().count();
        assert!(lines <= MAX_FILE_LINES, "{} has {lines} lines before its tests", source.path);
    }
    for source in sources("frontend/src", &[".svelte"]) {
        let lines = source.text.lines().count();
        assert!(lines <= MAX_COMPONENT_LINES, "{} has {lines} lines", source.path);
    }
}

#[test]
fn file_names_are_specific() {
    for folder in ["shared/src", "functions/src", "local/src", "frontend/src"] {
        for source in sources(folder, &[".rs", ".ts", ".svelte"]) {
            for vague_name in ["util", "utils", "common", "helper", "helpers", "misc"] {
                let has_vague_name = source.path.split(['/', '.']).any(|field| field == vague_name);
                assert!(!has_vague_name, "{} says nothing", source.path);
            }
        }
    }
}

#[test]
fn only_dispatch_and_its_parts_call_twilio_and_only_push_posts_to_sockets() {
    for source in sources("functions/src", &[".rs"]) {
        let code = source.code();
        // A job that dispatch invokes may read from Twilio.
        let is_allowed = source.path.starts_with("functions/src/streams/")
            || source.path.starts_with("functions/src/outbox/")
            || source.path == "functions/src/media/fetch.rs";
        if code.contains("twilio::client") || code.contains("create_message(") {
            assert!(is_allowed, "{} calls Twilio", source.path);
        }
        if code.contains("App::socket_client")
            || code.contains(".post(&")
            || code.contains("live::")
        {
            let allowed = ["functions/src/streams/push.rs", "functions/src/app.rs"];
            assert!(allowed.contains(&&*source.path), "{} writes to sockets", source.path);
        }
    }
}

/// The types hold what errors and reasons carry; this, that nothing else is said either.
#[test]
fn user_facing_texts_are_only_in_the_catalogs() {
    let tables = ["shared/src/localized/catalog.rs", "shared/src/twilio_codes.rs"];
    let is_user_text = |text: &str| {
        text.starts_with(char::is_uppercase) && text.contains(' ') && text.ends_with('.')
    };
    let mut text_count = 0;
    for source in rust_sources().iter().filter(|source| !source.path.starts_with("local/")) {
        let code = source.code();
        let strings = code.lines().flat_map(|line| line.split('"').skip(1).step_by(2));
        let texts: Vec<&str> = strings.filter(|text| is_user_text(text)).collect();
        text_count += texts.len();
        assert!(texts.is_empty() || tables.contains(&&*source.path), "{}: {texts:?}", source.path);
    }
    assert!(text_count > 100, "the tables were not read");
    for source in rust_sources() {
        let creates_text = source.code().contains("LocalizedText::new(");
        assert!(!creates_text || source.path == tables[0], "{} makes a sentence", source.path);
    }
}

#[test]
fn every_module_has_a_doc_comment() {
    for source in rust_sources() {
        assert!(source.text.starts_with("//! "), "{} begins without a word", source.path);
    }
}

/// A name in a manifest that no source speaks is a dependency that nobody uses.
#[test]
fn every_dependency_is_used() {
    for package in ["shared", "functions", "local", "tests"] {
        let manifest =
            std::fs::read_to_string(project_root().join(package).join("Cargo.toml")).unwrap();
        let code: String =
            sources(package, &[".rs"]).iter().map(|source| source.text.clone()).collect();
        let dependencies =
            manifest.lines().filter_map(|line| line.strip_suffix(".workspace = true"));
        let package_keys = ["version", "edition", "rust-version", "license", "publish"];
        for name in dependencies.filter(|name| !package_keys.contains(name)) {
            let crate_name = name.trim_start_matches("partyline-").replace('-', "_");
            assert!(code.contains(&crate_name), "{package} does not use {name}");
        }
    }
}

/// `docs/reliability.md` names a line for each promise, without which its test fails.
#[test]
fn every_line_and_test_named_by_a_promise_exists() {
    let document = std::fs::read_to_string(project_root().join("docs/reliability.md")).unwrap();
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
        let file = std::fs::read_to_string(project_root().join(path)).unwrap();
        assert!(file.contains(code), "{path} does not hold `{code}`");
        let name = format!("fn {}(", test.rsplit("::").next().unwrap());
        let tests = sources("tests/front_door", &[".rs"]);
        assert!(tests.iter().any(|source| source.text.contains(&name)), "there is no {test}");
        promises += 1;
    }
    assert_eq!(promises, 6);
}
