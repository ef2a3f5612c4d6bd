//! The import arrow: bin → functions::noun → shared::{lambda, store, twilio, live} → shared::noun → shared::base.

use crate::files::{Source, sources};

/// What stands at the bottom of `shared`.
const BASE: [&str; 11] = [
    "clock",
    "error",
    "fault",
    "http",
    "ids",
    "invalid_phone",
    "phone",
    "retry",
    "secret",
    "sentences",
    "sid",
];
/// What stands at its edges.
const EDGES: [&str; 5] = ["files", "lambda", "live", "store", "twilio"];

fn layer(module: &str) -> u8 {
    if EDGES.contains(&module) {
        2
    } else if BASE.contains(&module) {
        0
    } else {
        1
    }
}

/// The modules after `root::` in a file's code, in paths and in braces.
fn imports(source: &Source, root: &str) -> Vec<String> {
    let code = source.code();
    let mut found = Vec::new();
    for rest in code.split(&format!("{root}::")).skip(1) {
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap().split(',').collect(),
            None => vec![rest],
        };
        for name in names {
            let name = name.trim();
            let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
            found.push(name[..end].to_owned());
        }
    }
    found
}

fn module(source: &Source) -> String {
    let rest = source.path.strip_prefix("shared/src/").unwrap();
    rest.split('/').next().unwrap().trim_end_matches(".rs").to_owned()
}

#[test]
fn shared_points_downwards_only() {
    for source in sources("shared/src", &[".rs"]) {
        let own = module(&source);
        if own == "lib" {
            continue;
        }
        for used in imports(&source, "crate") {
            let same = used == own;
            let downwards =
                layer(&used) < layer(&own) || (layer(&used) == layer(&own) && layer(&own) < 2);
            // The one GetParameters takes the credentials that the store's client takes.
            let known = source.path == "shared/src/lambda/parameters.rs" && used == "store";
            assert!(same || downwards || known, "{} imports crate::{used}", source.path);
        }
    }
}

#[test]
fn nothing_in_shared_imports_the_function_kernel() {
    for source in sources("shared/src", &[".rs"]) {
        if !source.path.starts_with("shared/src/lambda") && module(&source) != "lib" {
            let used = imports(&source, "crate");
            assert!(!used.contains(&"lambda".to_owned()), "{} imports the kernel", source.path);
        }
    }
}

#[test]
fn packages_point_one_way() {
    let never = [
        ("shared/src", vec!["functions::", "local::", "tests::"]),
        (
            "functions/src",
            vec!["local::", "aws_sdk_", "lambda_http", "lambda_runtime", "reqwest::"],
        ),
    ];
    for (folder, words) in never {
        for source in sources(folder, &[".rs"]) {
            for word in &words {
                let code = source.code();
                let used = code.lines().any(|line| line.contains(&format!("use {word}")));
                assert!(!used, "{} uses {word}", source.path);
            }
        }
    }
}

#[test]
fn the_simulator_signs_and_parses_by_itself() {
    for source in sources("local/src/twilio", &[".rs"]) {
        if !source.is_test() {
            let used = imports(&source, "shared");
            assert!(!used.contains(&"twilio".to_owned()), "{} uses our own parser", source.path);
        }
    }
}

#[test]
fn each_library_of_an_edge_has_one_user() {
    let homes = [
        ("aws_sdk_dynamodb", "shared/src/store/"),
        ("aws_sdk_apigatewaymanagement", "shared/src/live/"),
        ("aws_sigv4", "shared/src/lambda/aws_request.rs"),
        ("backon", "shared/src/retry.rs"),
        ("hmac::", "shared/src/twilio/"),
        ("sha1::", "shared/src/twilio/"),
        (
            "reqwest::",
            "shared/src/http.rs shared/src/twilio/ shared/src/files/ shared/src/lambda/aws_request.rs",
        ),
        ("rusty_s3", "shared/src/files/"),
        ("lambda_http", "shared/src/lambda/"),
        ("lambda_runtime", "shared/src/lambda/"),
        ("std::env", "shared/src/lambda/run.rs"),
    ];
    for folder in ["shared/src", "functions/src"] {
        for source in sources(folder, &[".rs"]) {
            for (library, home) in homes {
                let used = source.code().lines().any(|line| {
                    let line = line.replace("aws_lc_rs::hmac::", "");
                    line.contains(library)
                });
                assert!(
                    !used || home.split(' ').any(|home| source.path.starts_with(home)),
                    "{} uses {library}, which belongs to {home}",
                    source.path
                );
            }
        }
    }
}
