//! Rules that no lint checks.

use serde_json::Value;

use crate::files::{project_root, sources};
use crate::packages::{packages, product_sources, used_as};

/// The maximum number of lines of a file before its tests.
const MAX_FILE_LINES: usize = 250;
/// The maximum number of lines of a component.
const MAX_COMPONENT_LINES: usize = 220;

#[test]
fn no_online_function_scans() {
    for source in product_sources() {
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
fn files_are_short_enough_to_be_read_at_once() {
    for source in product_sources() {
        let lines = source.before_tests().lines().count();
        assert!(lines <= MAX_FILE_LINES, "{} has {lines} lines before its tests", source.path);
    }
    for source in sources("frontend/src", &[".svelte"]) {
        let lines = source.text.lines().count();
        assert!(lines <= MAX_COMPONENT_LINES, "{} has {lines} lines", source.path);
    }
    for source in sources("frontend", &[".ts", ".js", ".mjs"]) {
        let lines = source.text.lines().count();
        let generated =
            source.text.starts_with("// Generated") || source.path.ends_with("schema.ts");
        if !source.is_test() && !generated && lines > MAX_FILE_LINES {
            panic!("{} has {lines} lines", source.path);
        }
    }
}

#[test]
fn names_of_files_say_what_is_in_them() {
    let folders = packages().into_iter().map(|package| package.folder);
    for folder in folders.chain(["frontend".to_owned()]) {
        for source in sources(&folder, &[".rs", ".ts", ".js", ".mjs", ".svelte", ".py"]) {
            for empty in ["util", "utils", "common", "helper", "helpers", "misc"] {
                let named = source.path.split(['/', '.']).any(|part| part == empty);
                assert!(!named, "{} says nothing", source.path);
            }
        }
    }
}

/// Files outside of `dispatch` that may read from Twilio, with the reason.
const TWILIO_READERS: [(&str, &str); 2] = [
    ("functions/src/app/clients.rs", "makes the client and calls nothing"),
    ("functions/src/media/fetch.rs", "a job that `dispatch` hands off: downloads media"),
];

#[test]
fn only_dispatch_and_named_readers_call_twilio_and_only_push_posts_to_sockets() {
    let mut readers = Vec::new();
    for source in sources("functions/src", &[".rs"]) {
        let code = source.code();
        let calls = ["twilio::client", "twilio::message_resource", "app.twilio()"];
        let calls_twilio = calls.iter().any(|call| code.contains(call));
        let by_dispatch = source.path.starts_with("functions/src/outbox/")
            || source.path == "functions/src/streams/dispatch.rs";
        if calls_twilio && !by_dispatch {
            readers.push(source.path.clone());
        }
        if code.contains("App::sender") || code.contains(".post(&") || code.contains("live::") {
            let allowed = ["functions/src/streams/push.rs", "functions/src/app/clients.rs"];
            assert!(allowed.contains(&&*source.path), "{} writes to sockets", source.path);
        }
    }
    assert_eq!(readers, TWILIO_READERS.map(|(path, _)| path), "these call Twilio");
}

#[test]
fn only_the_plan_of_outbox_kinds_tells_the_kinds_apart() {
    let mut matches = 0;
    for source in product_sources() {
        let code: String = source.code().split_whitespace().collect::<Vec<_>>().join(" ");
        let tells_apart = |kind: &str| {
            let (before, after) =
                (code[..code.len() - kind.len()].trim_end(), &kind["OutboxKind::".len()..]);
            let after = after.trim_start_matches(|next: char| next.is_alphanumeric());
            let compared = ["|", "==", "!=", "matches!(kind,"];
            compared.iter().any(|end| before.ends_with(end))
                || [" =>", " |", " if "].iter().any(|start| after.starts_with(start))
        };
        for (at, _) in code.match_indices("OutboxKind::") {
            assert!(!tells_apart(&code[at..]), "{} matches on OutboxKind", source.path);
        }
        if let Some(kinds) = code.split("impl OutboxKind {").nth(1) {
            matches += kinds.split(" impl ").next().unwrap().matches("match self").count();
        }
    }
    assert_eq!(matches, 1, "OutboxKind::plan is the only match");
}

/// The types ensure this for errors and reasons; this test covers all other strings.
#[test]
fn user_facing_texts_are_only_in_the_catalogs() {
    let tables = ["shared/src/localized/catalog/", "shared/src/twilio_codes/"];
    let is_sentence = |text: &str| {
        text.starts_with(char::is_uppercase) && text.contains(' ') && text.ends_with('.')
    };
    let mut said = 0;
    for source in product_sources().iter().filter(|source| !source.path.starts_with("local/")) {
        let code = source.code();
        let strings = code.lines().flat_map(|line| line.split('"').skip(1).step_by(2));
        let found: Vec<&str> = strings.filter(|text| is_sentence(text)).collect();
        said += found.len();
        let is_table = tables.iter().any(|table| source.path.starts_with(table));
        assert!(found.is_empty() || is_table, "{}: {found:?}", source.path);
    }
    assert!(said > 100, "only {said} texts were found in the catalogs");
    for source in product_sources() {
        let makes = source.code().contains("LocalizedText::new(");
        assert!(
            !makes || source.path == "shared/src/localized/macros.rs",
            "{} creates a localized text",
            source.path
        );
    }
}

#[test]
fn every_module_has_a_comment() {
    let tests = sources("tests", &[".rs"]);
    for source in product_sources().iter().chain(&tests) {
        assert!(source.text.starts_with("//! "), "{} has no module comment", source.path);
    }
}

/// Indirect dependencies that a package lists only for their features (see `features.rs`).
const FOR_FEATURES: [&str; 3] = ["hashbrown", "num_bigint", "num_traits"];

#[test]
fn every_dependency_is_used() {
    let packages = packages();
    for package in &packages {
        let code: String =
            sources(&package.folder, &[".rs"]).iter().map(|source| source.text.clone()).collect();
        for name in &package.dependencies {
            let used = code.contains(name) || FOR_FEATURES.contains(&&**name);
            assert!(used, "{} does not use {name}", package.name);
        }
    }
    let manifest = std::fs::read_to_string(project_root().join("Cargo.toml")).unwrap();
    let table = manifest.split("[workspace.dependencies]\n").nth(1).unwrap();
    let table = table.split("\n[").next().unwrap();
    let names = table.lines().filter(|line| !line.starts_with('#'));
    for name in names.filter_map(|line| line.split_once(" = ").map(|(name, _)| name)) {
        let used_as = used_as(name);
        let used = packages.iter().any(|package| package.dependencies.contains(&used_as));
        assert!(used, "no package depends on {name} of the workspace's dependencies");
    }
}

/// A dependency is used if it is imported, or if a script or a configuration file contains its name.
#[test]
fn every_npm_dependency_is_used() {
    let read = |path: &str| std::fs::read_to_string(project_root().join(path)).unwrap();
    let workspace: Value = serde_json::from_str(&read("package.json")).unwrap();
    for folder in workspace["workspaces"].as_array().unwrap() {
        let folder = folder.as_str().unwrap();
        let manifest: Value =
            serde_json::from_str(&read(&format!("{folder}/package.json"))).unwrap();
        let endings = [".ts", ".js", ".mjs", ".svelte", "rc.json", "tsconfig.json"];
        let code: String =
            sources(folder, &endings).into_iter().map(|source| source.text).collect();
        let used = code + &manifest["scripts"].to_string();
        for kind in ["dependencies", "devDependencies"] {
            for name in manifest[kind].as_object().into_iter().flat_map(|all| all.keys()) {
                // `@types/node` is used as `node`; tools are used by the name of their program.
                let short = name.trim_start_matches("@types/").trim_start_matches("@iconify-json/");
                let program = if short == "typescript" { "tsc" } else { short };
                assert!(used.contains(program), "{folder} does not use {name}");
            }
        }
    }
}

#[test]
fn every_package_takes_the_lints_of_the_workspace() {
    for package in packages() {
        let manifest = project_root().join(&package.folder).join("Cargo.toml");
        let manifest = std::fs::read_to_string(manifest).unwrap();
        if package.folder == "tests" {
            // Tests may unwrap, index and print.
            for lint in ["unsafe_code = \"forbid\"", "allow_attributes = \"warn\"", "all = {"] {
                assert!(manifest.contains(lint), "{} does not set {lint}", package.name);
            }
        } else {
            let takes = manifest.contains("[lints]\nworkspace = true");
            assert!(takes, "{} does not take the workspace's lints", package.name);
        }
    }
}

#[test]
fn no_test_is_skipped_and_none_sleeps() {
    let forbidden = [
        "#[ignore",
        "thread::sleep(",
        "time::sleep(",
        "time.sleep(",
        "waitForTimeout(",
        "test.skip(",
        "it.skip(",
        "describe.skip(",
        "test.fixme(",
        "it.todo(",
        "test.only(",
        "it.only(",
        "unittest.skip",
        "SkipTest",
    ];
    let folders = packages().into_iter().map(|package| package.folder);
    for folder in folders.chain(["frontend".to_owned()]) {
        for source in sources(&folder, &[".rs", ".ts", ".js", ".py"]) {
            // The list above, and the only clock that sleeps.
            let own = ["tests/architecture/rules.rs", "shared/src/clock.rs"];
            for text in forbidden.iter().filter(|_| !own.contains(&&*source.path)) {
                assert!(!source.text.contains(text), "{} contains {text}", source.path);
            }
        }
    }
}
