//! The paths that the code of a module uses: in `use` declarations, expressions, macros and attributes.

use std::fmt::{self, Display, Formatter};

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, ItemMod, ItemUse, Macro, Meta, UseTree, Visibility};

use super::test_code::{is_cfg_test, is_test};

/// One use of a path.
pub struct Reference {
    /// The segments.
    pub path: Vec<String>,
    /// The line, from 1.
    pub line: usize,
    /// The name that a `use` declaration gives it, `*` for a glob; `None` for a path in the code.
    pub binds: Option<String>,
    /// Whether other modules can use that name.
    pub public: bool,
}

impl Reference {
    /// Returns whether it is `use path::*`.
    pub fn is_glob(&self) -> bool {
        self.binds.as_deref() == Some("*")
    }
}

impl Display for Reference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let declaration = match (&self.binds, self.public) {
            (Some(_), true) => "pub use ",
            (Some(_), false) => "use ",
            (None, _) => "",
        };
        let star = if self.is_glob() { "::*" } else { "" };
        write!(f, "{declaration}{}{star}", self.path.join("::"))
    }
}

/// Returns the paths in a module's items, without those of its tests and of its inline modules.
pub fn references(items: &[Item]) -> Vec<Reference> {
    let mut collector = Collector { found: Vec::new() };
    for item in items {
        collector.visit_item(item);
    }
    collector.found
}

struct Collector {
    found: Vec<Reference>,
}

impl Collector {
    fn add_use(&mut self, tree: &UseTree, prefix: &[String], public: bool) {
        let mut path = prefix.to_vec();
        let (name, line) = match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                return self.add_use(&part.tree, &path, public);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_use(tree, prefix, public);
                }
                return;
            }
            UseTree::Name(leaf) => {
                path.push(leaf.ident.to_string());
                (leaf.ident.to_string(), leaf.ident.span().start().line)
            }
            UseTree::Rename(leaf) => {
                path.push(leaf.ident.to_string());
                (leaf.rename.to_string(), leaf.ident.span().start().line)
            }
            UseTree::Glob(star) => ("*".to_owned(), star.span().start().line),
        };
        // `use a::b::{self}` binds `b`.
        let mut name = name;
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
            if name == "self" {
                name = path.last().cloned().unwrap_or_default();
            }
        }
        self.found.push(Reference { path, line, binds: Some(name), public });
    }

    /// Adds the paths in tokens that are not parsed, and in strings of attributes such as `with = "a::b"`.
    fn add_tokens(&mut self, tokens: TokenStream, strings: bool) {
        let mut path: Vec<String> = Vec::new();
        let mut line = 0;
        let mut colons = 0;
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for token in &tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.add_path(&mut path, line);
                        line = ident.span().start().line;
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.add_path(&mut path, line);
                    self.add_tokens(group.stream(), strings);
                    colons = 0;
                }
                TokenTree::Literal(literal) if strings => {
                    self.add_path(&mut path, line);
                    let text = literal.to_string();
                    let is_path =
                        |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':' || c == '"';
                    if text.contains("::") && text.chars().all(is_path) {
                        let mut path =
                            text.trim_matches('"').split("::").map(str::to_owned).collect();
                        self.add_path(&mut path, literal.span().start().line);
                    }
                    colons = 0;
                }
                _ => {
                    self.add_path(&mut path, line);
                    colons = 0;
                }
            }
        }
        self.add_path(&mut path, line);
    }

    /// Adds a path of more than one segment and empties it. A single name has its `use` declaration.
    fn add_path(&mut self, path: &mut Vec<String>, line: usize) {
        if path.len() > 1 {
            let path = path.clone();
            self.found.push(Reference { path, line, binds: None, public: false });
        }
        path.clear();
    }
}

impl<'ast> Visit<'ast> for Collector {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let test = matches!(item, ImplItem::Fn(item) if is_cfg_test(&item.attrs));
        if !test {
            visit::visit_impl_item(self, item);
        }
    }

    /// An inline module has a scope of its own.
    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}

    /// `pub(in path)` uses nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let public = !matches!(item.vis, Visibility::Inherited);
        self.add_use(&item.tree, &[], public);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut segments = path.segments.iter().map(|part| part.ident.to_string()).collect();
        self.add_path(&mut segments, path.span().start().line);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        visit::visit_macro(self, call);
        self.add_tokens(call.tokens.clone(), false);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        match &attribute.meta {
            Meta::List(list) => self.add_tokens(list.tokens.clone(), true),
            Meta::Path(_) | Meta::NameValue(_) => {}
        }
    }
}
