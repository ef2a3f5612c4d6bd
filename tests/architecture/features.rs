//! All ways to build use the same features. Cargo would compile a library again for each other set of features.

use std::collections::BTreeSet;
use std::process::Command;

use crate::files::project_root;

/// Returns the libraries that Cargo would compile, with their versions and features.
fn resolved(selection: &[&str]) -> BTreeSet<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.current_dir(project_root()).args(["tree", "--offline", "--locked", "--prefix", "none"]);
    let output = tree.args(["--format", "{p} [{f}]"]).args(selection).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| line.trim_end_matches(" (*)").to_owned());
    let found: BTreeSet<String> = lines.filter(|line| !line.is_empty()).collect();
    assert!(found.iter().any(|line| line.starts_with("serde_json v1.")), "{found:?}");
    found
}

const PRODUCT: [&str; 2] = ["--edges", "normal,build"];

#[test]
fn each_way_to_build_a_function_compiles_the_same_features() {
    // `cargo build --bin x`, `cargo lambda build --bin x` and `cargo lambda watch` select the default members; all bins
    // are built with `--package partyline-functions`.
    let default = resolved(&PRODUCT);
    let all = resolved(&[&PRODUCT[..], &["--package", "partyline-functions"]].concat());
    assert_eq!(default, all);
    assert!(!default.iter().any(|line| line.starts_with("partyline-local")));
}

#[test]
fn the_tests_compile_nothing_of_the_local_system_again() {
    let run = resolved(&[&PRODUCT[..], &["--package", "partyline-local"]].concat());
    let test = resolved(&["--edges", "normal,build,dev", "--workspace"]);
    let again: Vec<&String> = run.difference(&test).collect();
    assert!(again.is_empty(), "built with other features by `make test`: {again:#?}");
}
