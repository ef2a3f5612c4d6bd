//! The import direction: bin → functions::noun → shared::{lambda, store, twilio, live} → shared::noun → shared::base.

use crate::files::{Source, sources};

/// The modules of the lowest layer of `shared`.
const BASE_MODULES: [&str; 15] = [
    "attempts",
    "clock",
    "direction",
    "error",
    "fault",
    "http",
    "idempotency_key",
    "ids",
    "inbox_name",
    "localized",
    "retry",
    "secret",
    "sid",
    "text",
    "username",
];
/// The modules of `shared` for external interfaces.
const EDGE_MODULES: [&str; 5] = ["bucket", "lambda", "live", "store", "twilio"];

fn layer(module: &str) -> u8 {
    if EDGE_MODULES.contains(&module) {
        2
    } else if BASE_MODULES.contains(&module) {
        0
    } else {
        1
    }
}

/// Returns the modules after `root::` in a file's code, in paths and in braces.
fn imports(source: &Source, root: &str) -> Vec<String> {
    let code = source.code();
    let mut names = Vec::new();
    for rest in code.split(&format!("{root}::")).skip(1) {
        let imported: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap().split(',').collect(),
            None => vec![rest],
        };
        for imported_name in imported {
            let imported_name = imported_name.trim();
            let end = imported_name
                .find(|character: char| !character.is_alphanumeric() && character != '_')
                .unwrap_or(imported_name.len());
            names.push(imported_name[..end].to_owned());
        }
    }
    names
}

fn module(source: &Source) -> String {
    let rest = source.path.strip_prefix("shared/src/").unwrap();
    rest.split('/').next().unwrap().trim_end_matches(".rs").to_owned()
}

#[test]
fn shared_modules_import_only_lower_layers() {
    for source in sources("shared/src", &[".rs"]) {
        let own_module = module(&source);
        if own_module == "lib" {
            continue;
        }
        for imported in imports(&source, "crate") {
            let is_same = imported == own_module;
            let is_lower = layer(&imported) < layer(&own_module)
                || (layer(&imported) == layer(&own_module) && layer(&own_module) < 2);
            // `GetParameters` uses the credentials of the store's client.
            let is_exception =
                source.path == "shared/src/lambda/parameters.rs" && imported == "store";
            assert!(
                is_same || is_lower || is_exception,
                "{} imports crate::{imported}",
                source.path
            );
        }
    }
}

#[test]
fn no_module_of_shared_imports_lambda() {
    for source in sources("shared/src", &[".rs"]) {
        if !source.path.starts_with("shared/src/lambda") && module(&source) != "lib" {
            let imported = imports(&source, "crate");
            assert!(!imported.contains(&"lambda".to_owned()), "{} imports the kernel", source.path);
        }
    }
}

#[test]
fn packages_depend_in_one_direction() {
    let forbidden_imports = [
        (
            "shared/src",
            vec!["functions::", "local::", "aws_emulator::", "twilio_simulator::", "tests::"],
        ),
        (
            "functions/src",
            vec![
                "local::",
                "aws_emulator::",
                "twilio_simulator::",
                "aws_sdk_",
                "lambda_http",
                "lambda_runtime",
                "reqwest::",
            ],
        ),
    ];
    for (folder, imports) in forbidden_imports {
        for source in sources(folder, &[".rs"]) {
            for import in &imports {
                let code = source.code();
                let is_used = code.lines().any(|line| line.contains(&format!("use {import}")));
                assert!(!is_used, "{} uses {import}", source.path);
            }
        }
    }
}

#[test]
fn the_simulator_does_not_use_the_twilio_code_of_shared() {
    for source in sources("local/twilio-simulator/src", &[".rs"]) {
        if !source.is_test() {
            let imported = imports(&source, "shared");
            assert!(
                !imported.contains(&"twilio".to_owned()),
                "{} uses our own parser",
                source.path
            );
        }
    }
}

#[test]
fn each_external_library_is_used_in_one_place() {
    let allowed_places = [
        ("aws_sdk_dynamodb", "shared/src/store/"),
        ("aws_sdk_apigatewaymanagement", "shared/src/live/"),
        ("aws_sigv4", "shared/src/lambda/aws_request.rs"),
        ("backon", "shared/src/retry.rs"),
        ("hmac::", "shared/src/twilio/"),
        ("sha1::", "shared/src/twilio/"),
        (
            "reqwest::",
            "shared/src/http.rs shared/src/twilio/ shared/src/bucket/ shared/src/lambda/aws_request.rs",
        ),
        ("rusty_s3", "shared/src/bucket/"),
        ("lambda_http", "shared/src/lambda/"),
        ("lambda_runtime", "shared/src/lambda/"),
        ("std::env", "shared/src/lambda/run.rs"),
    ];
    for folder in ["shared/src", "functions/src"] {
        for source in sources(folder, &[".rs"]) {
            for (library, places) in allowed_places {
                let is_used = source.code().lines().any(|line| {
                    let line = line.replace("aws_lc_rs::hmac::", "");
                    line.contains(library)
                });
                assert!(
                    !is_used || places.split(' ').any(|home| source.path.starts_with(home)),
                    "{} uses {library}, which belongs to {places}",
                    source.path
                );
            }
        }
    }
}
