//! The generated files with their paths and contents.

use std::collections::BTreeMap;
use std::path::Path;

use functions::{FUNCTIONS, openapi, rules};
use shared::lambda::Trigger;
use twilio_simulator::phones::catalog as network;

const ROUTER_TABLE: &str = "[workspace.metadata.lambda.watch.router]\n";

/// Returns all generated files with their paths below `root`.
pub fn generated_files(root: &Path) -> Vec<(&'static str, String)> {
    vec![
        ("frontend/public/openapi.json", openapi::json().unwrap()),
        ("frontend/src/api/codes.json", openapi::twilio_codes().unwrap()),
        ("frontend/src/api/localized.json", openapi::localized_texts(network::ALL).unwrap()),
        ("frontend/src/api/rules.json", rules::json().unwrap()),
        ("Cargo.toml", with_routes(&std::fs::read_to_string(root.join("Cargo.toml")).unwrap())),
    ]
}

/// Returns the manifest of the workspace with the routes of `cargo lambda watch` at its end.
fn with_routes(manifest: &str) -> String {
    let rest = manifest.split_once(ROUTER_TABLE).map_or(manifest, |(rest, _)| rest).trim_end();
    let mut routes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for function in FUNCTIONS {
        if let Trigger::Http { method, path } = function.trigger {
            let name = function.name;
            let entry = format!("{{ function = \"{name}\", method = \"{method}\" }}");
            routes.entry(path).or_default().push(entry);
        }
    }
    let mut text = format!("{rest}\n\n{ROUTER_TABLE}");
    for (path, entries) in routes {
        text.push_str(&format!("\"{path}\" = [{}]\n", entries.join(", ")));
    }
    text
}
