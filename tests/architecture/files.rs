//! Access to the source files of the repository.

use std::path::{Path, PathBuf};

/// Returns the top folder of the repository.
pub fn project_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// A source file.
pub struct Source {
    /// The path below the top folder, with `/`.
    pub path: String,
    /// The text.
    pub text: String,
}

impl Source {
    /// Returns the text before the inline tests.
    ///
    /// A declaration `mod tests;` does not count, because product code can follow it.
    pub fn before_tests(&self) -> &str {
        self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("")
    }

    /// Returns the text before the inline tests, without comments.
    pub fn code(&self) -> String {
        let lines = self.before_tests().lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Returns whether it is test code.
    pub fn is_test(&self) -> bool {
        self.path.split('/').any(|field| field == "tests" || field == "tests.rs")
            || self.path.ends_with(".test.ts")
    }
}

/// Returns all files below `folder` whose names end in one of `endings`.
pub fn sources(folder: &str, endings: &[&str]) -> Vec<Source> {
    let root = project_root();
    let mut sources = Vec::new();
    collect(&root.join(folder), &mut |path| {
        if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
            let text = std::fs::read_to_string(path).unwrap();
            let path = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            sources.push(Source { path, text });
        }
    });
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!sources.is_empty(), "{folder} holds nothing");
    sources
}

fn collect(folder: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["node_modules", "dist", "target", "test-results"].contains(&&*name) {
                collect(&path, visit);
            }
        } else {
            visit(&path);
        }
    }
}

#[test]
fn product_code_excludes_inline_tests_but_not_code_after_a_test_module() {
    let code_of = |text: &str| Source { path: String::new(), text: text.to_owned() }.code();
    assert_eq!(code_of("fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n"), "fn a() {}");
    let with_module_file = "#[cfg(test)]\nmod tests;\nfn a() {}";
    assert_eq!(code_of(with_module_file), with_module_file);
    let with_test_modules = sources("local", &["mod.rs"]).into_iter().filter(|source| {
        source.text.contains("#[cfg(test)]\nmod tests;") && source.code().contains("\nimpl ")
    });
    assert!(with_test_modules.count() >= 3);
}
