//! The packages of the workspace, from `cargo metadata`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::files::{Source, project_root, sources};

/// A package of the workspace.
#[derive(Debug)]
pub struct Package {
    /// Its name in the manifest.
    pub name: String,
    /// Its folder below the top level.
    pub folder: String,
    /// The root files of its libraries, binaries, examples, tests and benchmarks.
    pub roots: Vec<String>,
    /// The names by which its code uses its dependencies, those of tests included.
    pub dependencies: Vec<String>,
}

/// Returns every package of the workspace.
pub fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(project_root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages: Vec<Package> =
        metadata["packages"].as_array().unwrap().iter().map(package).collect();
    for folder in ["shared", "functions", "tests"] {
        assert!(packages.iter().any(|package| package.folder == folder), "no package in {folder}");
    }
    packages
}

fn package(metadata: &Value) -> Package {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = |name: &str| metadata[name].as_array().unwrap().iter();
    let manifest = text(&metadata["manifest_path"]);
    let folder = Path::new(&manifest).parent().unwrap().canonicalize().unwrap();
    let dependencies = list("dependencies").map(|dependency| {
        used_as(dependency["rename"].as_str().or(dependency["name"].as_str()).unwrap())
    });
    Package {
        name: text(&metadata["name"]),
        folder: folder.strip_prefix(project_root()).unwrap().to_string_lossy().replace('\\', "/"),
        roots: list("targets").map(|target| text(&target["src_path"])).collect(),
        dependencies: dependencies.collect(),
    }
}

/// Returns the name by which code uses a package.
pub fn used_as(package: &str) -> String {
    package.trim_start_matches("partyline-").replace('-', "_")
}

/// Returns the Rust sources of every package but the tests.
pub fn product_sources() -> Vec<Source> {
    let packages = packages().into_iter().filter(|package| package.folder != "tests");
    let sources = packages.flat_map(|package| sources(&package.folder, &[".rs"]));
    sources.filter(|source| !source.is_test()).collect()
}

/// The packages of the workspace on which each package may depend.
///
/// `local/partyline-local` may depend on all packages except the tests.
const DEPENDENCIES: [(&str, &[&str]); 4] = [
    ("shared", &[]),
    ("functions", &["shared"]),
    ("local/aws-emulator", &["shared"]),
    ("local/twilio-simulator", &["shared"]),
];

#[test]
fn packages_depend_on_each_other_one_way() {
    let packages = packages();
    let names: Vec<String> = packages.iter().map(|package| used_as(&package.name)).collect();
    for package in &packages {
        let listed = DEPENDENCIES.iter().find(|(folder, _)| *folder == package.folder);
        for name in package.dependencies.iter().filter(|name| names.contains(name)) {
            let allowed = listed.map_or(name != "tests", |(_, below)| below.contains(&&**name));
            assert!(allowed, "{} depends on {name}", package.name);
        }
    }
}
