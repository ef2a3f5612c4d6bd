//! The module tree of a crate.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::{Attribute, Item, ItemMod, Meta};

use super::references::{Reference, references};
use super::test_code::is_test;

/// A module or inline module with its names.
#[derive(Default)]
pub struct Scope {
    /// The index of the file that contains it.
    pub file: usize,
    /// The parent module; `None` for the crate root.
    pub parent: Option<usize>,
    /// The child modules by name.
    pub children: BTreeMap<String, usize>,
    /// The paths that `use` declarations bind to a name.
    pub imports: BTreeMap<String, Vec<Vec<String>>>,
    /// The paths of `use path::*` declarations.
    pub globs: Vec<Vec<String>>,
    /// The items that the module defines itself.
    pub items: BTreeSet<String>,
    /// The paths that its code uses.
    pub references: Vec<Reference>,
}

/// All modules of one crate. The scope with index 0 is the crate root.
#[derive(Default)]
pub struct Crate {
    /// The source files.
    pub files: Vec<PathBuf>,
    /// The modules, inline ones included.
    pub scopes: Vec<Scope>,
}

impl Crate {
    /// Reads a crate from its root file and follows its `mod` declarations.
    pub fn read(root: &Path) -> Self {
        let mut tree = Self::default();
        let folder = root.parent().unwrap();
        tree.add_file(root, folder, None);
        tree
    }

    /// Adds the module in `path`, whose children are below `folder`.
    fn add_file(&mut self, path: &Path, folder: &Path, parent: Option<usize>) -> usize {
        let text = std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let parsed =
            syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        self.files.push(path.to_path_buf());
        let file = self.files.len() - 1;
        self.add_scope(file, &parsed.items, folder, parent)
    }

    fn add_scope(
        &mut self,
        file: usize,
        items: &[Item],
        folder: &Path,
        parent: Option<usize>,
    ) -> usize {
        let mut scope = Scope { file, parent, references: references(items), ..Scope::default() };
        for reference in &scope.references {
            let Some(name) = &reference.binds else { continue };
            if reference.is_glob() {
                scope.globs.push(reference.path.clone());
            } else {
                scope.imports.entry(name.clone()).or_default().push(reference.path.clone());
            }
        }
        scope.items = items.iter().filter(|item| !is_test(item)).filter_map(item_name).collect();
        self.scopes.push(scope);
        let index = self.scopes.len() - 1;
        for item in items.iter().filter(|item| !is_test(item)) {
            if let Item::Mod(module) = item {
                let child = self.add_child(index, module, folder);
                self.scopes[index].children.insert(module.ident.to_string(), child);
            }
        }
        index
    }

    fn add_child(&mut self, parent: usize, module: &ItemMod, folder: &Path) -> usize {
        let name = module.ident.to_string();
        let below = folder.join(&name);
        if let Some((_, items)) = &module.content {
            return self.add_scope(self.scopes[parent].file, items, &below, Some(parent));
        }
        if let Some(path) = path_attribute(&module.attrs) {
            let declared_in = &self.files[self.scopes[parent].file];
            let path = declared_in.parent().unwrap().join(path).canonicalize().unwrap();
            let folder = path.parent().unwrap().to_path_buf();
            return self.add_file(&path, &folder, Some(parent));
        }
        let flat = folder.join(format!("{name}.rs"));
        let path = if flat.is_file() { flat } else { below.join("mod.rs") };
        self.add_file(&path, &below, Some(parent))
    }
}

/// Returns the value of `#[path = "…"]`.
fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

/// Returns the name that an item defines, unless it is a module or a `use` declaration.
fn item_name(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Macro(item) => item.ident.as_ref()?.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Union(item) => item.ident.to_string(),
        _ => return None,
    })
}
