//! Resolves a path in the code to the module that defines the item.

use super::tree::Crate;

/// The maximum length of a chain of re-exports.
const MAX_DEPTH: usize = 12;

/// What a path refers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// A module.
    Module(usize),
    /// An item that this module defines.
    Item(usize),
}

/// Returns the targets of `path` in the module `scope`.
///
/// There are several if a name exists in several namespaces, and none for other crates.
pub fn resolve(tree: &Crate, scope: usize, path: &[String]) -> Vec<Target> {
    resolve_from(tree, scope, path, 0)
}

fn resolve_from(tree: &Crate, scope: usize, path: &[String], depth: usize) -> Vec<Target> {
    if depth > MAX_DEPTH {
        return Vec::new();
    }
    let mut at = match path.first().map(String::as_str) {
        Some("crate") => vec![Target::Module(0)],
        Some("self") => vec![Target::Module(scope)],
        Some("super") => tree.scopes[scope].parent.map(Target::Module).into_iter().collect(),
        Some(name) => member(tree, scope, name, depth),
        None => Vec::new(),
    };
    for name in path.iter().skip(1) {
        let next = at.iter().flat_map(|target| match *target {
            Target::Item(_) => vec![*target],
            Target::Module(module) if name == "super" => {
                tree.scopes[module].parent.map(Target::Module).into_iter().collect()
            }
            Target::Module(module) => {
                let found = member(tree, module, name, depth);
                // An item that a macro defines.
                if found.is_empty() { vec![Target::Item(module)] } else { found }
            }
        });
        at = next.collect();
        // Of a function and a module with the same name, only the module has members.
        if at.iter().any(|target| matches!(target, Target::Module(_))) && path.last() != Some(name)
        {
            at.retain(|target| matches!(target, Target::Module(_)));
        }
    }
    at.dedup();
    at
}

/// Returns the targets of a name in a module.
fn member(tree: &Crate, module: usize, name: &str, depth: usize) -> Vec<Target> {
    let scope = &tree.scopes[module];
    let mut found: Vec<Target> =
        scope.children.get(name).map(|child| Target::Module(*child)).into_iter().collect();
    if scope.items.contains(name) {
        found.push(Target::Item(module));
    }
    for path in scope.imports.get(name).into_iter().flatten() {
        // `use name;` and `use name::…` of another crate bind that crate's name.
        if path.first().is_some_and(|first| first == name) && !scope.children.contains_key(name) {
            continue;
        }
        found.extend(resolve_from(tree, module, path, depth + 1));
    }
    if found.is_empty() {
        for path in &scope.globs {
            for target in resolve_from(tree, module, path, depth + 1) {
                if let Target::Module(other) = target
                    && other != module
                {
                    found.extend(member(tree, other, name, depth + 1));
                }
            }
        }
    }
    found
}
