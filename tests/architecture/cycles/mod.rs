//! No package has a cycle between modules.
//!
//! Two graphs are checked. In the graph of files, a file depends on the files that define the items it uses; re-exports
//! are followed to the definition. In the graph of each folder, a child represents all files below it, and a re-export
//! is also a dependency on the module that re-exports. `mod child;` is not a dependency, but `pub use child::Item` is:
//! a module that re-exports an item of a child must not define items that the child uses.

mod components;
mod references;
mod resolve;
mod test_code;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use resolve::{Target, resolve};
use tree::Crate;

use crate::files::project_root;
use crate::packages::packages;

/// The packages that still have cycles, in alphabetical order.
const OPEN: &[&str] = &[];

/// The lines at which one module uses items of another.
#[derive(Default)]
struct Uses(BTreeMap<(String, String), BTreeSet<String>>);

impl Uses {
    fn add(&mut self, from: &str, to: &str, places: impl IntoIterator<Item = String>) {
        if from != to {
            self.0.entry((from.to_owned(), to.to_owned())).or_default().extend(places);
        }
    }

    /// Returns a description of each cycle: its modules, and every line that uses another of them.
    fn cycles(&self) -> Vec<String> {
        let modules: BTreeSet<&String> = self.0.keys().flat_map(|(from, to)| [from, to]).collect();
        let modules: Vec<&String> = modules.into_iter().collect();
        let index = |module: &String| modules.binary_search(&module).unwrap();
        let mut edges = vec![Vec::new(); modules.len()];
        for (from, to) in self.0.keys() {
            edges[index(from)].push(index(to));
        }
        let describe = |component: Vec<usize>| {
            let members: Vec<&String> = component.iter().map(|member| modules[*member]).collect();
            let mut text = format!("{} modules use each other: {members:?}\n", members.len());
            for ((from, to), places) in &self.0 {
                if members.contains(&from) && members.contains(&to) {
                    let places: Vec<&str> = places.iter().map(String::as_str).collect();
                    text.push_str(&format!("  {from} -> {to}\n    {}\n", places.join("\n    ")));
                }
            }
            text
        };
        components::cycles(&edges).into_iter().map(describe).collect()
    }
}

/// Adds the uses between the files of a crate, by their paths below `base`.
///
/// `defined` gets the uses of items that a file defines, `named` those of items that a file re-exports.
fn add_uses(base: &Path, root: &Path, defined: &mut Uses, named: &mut Uses) {
    let tree = Crate::read(root);
    let name = |scope: usize| {
        let path = tree.files[tree.scopes[scope].file].canonicalize().unwrap();
        path.strip_prefix(base).unwrap().to_string_lossy().replace('\\', "/")
    };
    for index in 0..tree.scopes.len() {
        for reference in &tree.scopes[index].references {
            let from = name(index);
            let place = format!("{from}:{} {reference}", reference.line);
            for target in resolve(&tree, index, &reference.path) {
                match target {
                    Target::Item(module) => defined.add(&from, &name(module), [place.clone()]),
                    Target::Module(module) if reference.is_glob() || reference.public => {
                        defined.add(&from, &name(module), [place.clone()]);
                    }
                    // A path to a module uses no item of it.
                    Target::Module(_) => continue,
                }
                let parent = &reference.path[..reference.path.len() - 1];
                for module in resolve(&tree, index, parent) {
                    // The names in the crate root belong to its children.
                    if let Target::Module(module @ 1..) = module {
                        named.add(&from, &name(module), [place.clone()]);
                    }
                }
            }
        }
    }
}

/// Returns the uses between the children of one folder. Each child represents all files below it.
fn between_children(uses: &[&Uses], folder: &str) -> Uses {
    let child = |file: &str| {
        let rest = file.strip_prefix(folder)?.strip_prefix('/')?;
        let name = rest.split('/').next()?;
        (!["mod.rs", "lib.rs", "main.rs"].contains(&name))
            .then(|| format!("{folder}/{}", name.trim_end_matches(".rs")))
    };
    let mut between = Uses::default();
    for ((from, to), places) in uses.iter().flat_map(|uses| &uses.0) {
        if let (Some(from), Some(to)) = (child(from), child(to)) {
            between.add(&from, &to, places.iter().cloned());
        }
    }
    between
}

/// Returns a description of each cycle between files and between folders.
fn cycles_of(roots: &[String]) -> Vec<String> {
    let (mut defined, mut named) = (Uses::default(), Uses::default());
    for root in roots {
        add_uses(&project_root(), Path::new(root), &mut defined, &mut named);
    }
    let mut found = defined.cycles();
    let files = defined.0.keys().flat_map(|(from, to)| [from, to]);
    let folders: BTreeSet<&str> = files.flat_map(|file| ancestors(file)).collect();
    for folder in folders {
        found.extend(between_children(&[&defined, &named], folder).cycles());
    }
    found
}

/// Returns the folders that contain a file, the innermost first.
fn ancestors(file: &str) -> impl Iterator<Item = &str> {
    file.rmatch_indices('/').map(|(end, _)| &file[..end])
}

#[test]
fn no_package_has_a_module_cycle() {
    let mut open = Vec::new();
    let mut unexpected = String::new();
    for package in packages() {
        let cycles = cycles_of(&package.roots);
        if cycles.is_empty() {
            continue;
        }
        if !OPEN.contains(&&*package.name) {
            unexpected.push_str(&format!("{}:\n{}\n", package.name, cycles.join("\n")));
        }
        open.push(package.name);
    }
    assert!(unexpected.is_empty(), "module cycles:\n{unexpected}");
    open.sort_unstable();
    assert_eq!(open, OPEN, "OPEN lists a package without a cycle, or in another order");
}

/// Returns the uses between the files of a crate with this content.
fn uses_of(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().canonicalize().unwrap();
    for (path, text) in files {
        let path = base.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (mut defined, mut named) = (Uses::default(), Uses::default());
    add_uses(&base, &base.join("lib.rs"), &mut defined, &mut named);
    let lines = defined.0.into_iter().flat_map(|((_, to), places)| {
        places.into_iter().map(move |place| format!("{place} is in {to}"))
    });
    lines.collect()
}

#[test]
fn a_use_is_a_dependency_on_the_file_that_defines_the_item() {
    let uses = uses_of(&[
        ("lib.rs", "mod a;\npub mod b;\nuse b::Thing;"),
        ("a.rs", "use crate::b;\nfn f() { b::make(); vec![b::c::MADE] }\n"),
        ("b/mod.rs", "pub mod c;\npub use c::{Thing, make};\npub struct Own;"),
        ("b/c.rs", "#[serde(with = \"super::Own\")]\npub struct Thing;\npub fn make() {}"),
    ]);
    let expected = [
        "a.rs:2 b::c::MADE is in b/c.rs",
        "a.rs:2 b::make is in b/c.rs",
        "b/c.rs:1 super::Own is in b/mod.rs",
        "b/mod.rs:2 pub use c::Thing is in b/c.rs",
        "b/mod.rs:2 pub use c::make is in b/c.rs",
        "lib.rs:3 use b::Thing is in b/c.rs",
    ];
    assert_eq!(uses, expected);
}

#[test]
fn tests_and_visibilities_are_no_dependencies() {
    let uses = uses_of(&[
        ("lib.rs", "mod a;\npub fn f() {}\n#[cfg(test)]\nuse a::g;"),
        ("a.rs", "pub(in crate) fn g() {}\n#[cfg(test)]\nmod tests { use crate::f; }"),
    ]);
    assert_eq!(uses, Vec::<String>::new());
}
