//! The source files, read.

use std::path::{Path, PathBuf};

/// The top of the tree.
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// A source file.
pub struct Source {
    /// Its path below the top, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// The text before its tests, where they stand in the same file. Tests that are only named (`mod tests;`) end
    /// nothing: what follows is the product.
    pub fn product(&self) -> &str {
        self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("")
    }

    /// The text before its tests, without comments.
    pub fn code(&self) -> String {
        let lines = self.product().lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Whether it is test code.
    pub fn is_test(&self) -> bool {
        self.path.split('/').any(|part| part == "tests" || part == "tests.rs")
            || self.path.ends_with(".test.ts")
    }
}

/// Every file below `folder` that ends in one of `endings`.
pub fn sources(folder: &str, endings: &[&str]) -> Vec<Source> {
    let top = top();
    let mut found = Vec::new();
    collect(&top.join(folder), &mut |path| {
        if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
            let text = std::fs::read_to_string(path).unwrap();
            let path = path.strip_prefix(&top).unwrap().to_string_lossy().replace('\\', "/");
            found.push(Source { path, text });
        }
    });
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "{folder} holds nothing");
    found
}

fn collect(folder: &Path, take: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["node_modules", "dist", "target", "test-results"].contains(&&*name) {
                collect(&path, take);
            }
        } else {
            take(&path);
        }
    }
}

#[test]
fn a_file_is_read_up_to_the_tests_in_it_and_past_the_tests_beside_it() {
    let read = |text: &str| Source { path: String::new(), text: text.to_owned() }.code();
    assert_eq!(read("fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n"), "fn a() {}");
    let beside = "#[cfg(test)]\nmod tests;\nfn a() {}";
    assert_eq!(read(beside), beside);
    let named = sources("local/src", &["mod.rs"]).into_iter().filter(|source| {
        source.text.contains("#[cfg(test)]\nmod tests;") && source.code().contains("\nimpl ")
    });
    assert!(named.count() >= 3);
}
