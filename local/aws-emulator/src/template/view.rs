//! A map of the template that accepts only known names.

use super::error::TemplateError;
use super::node::Node;
use super::scope::Scope;

/// A map of the template, all of whose names are known.
#[derive(Debug, Clone, Copy)]
pub(super) struct MapView<'a> {
    node: &'a Node,
    defaults: Option<&'a Node>,
    scope: &'a Scope,
    what: &'a str,
}

impl<'a> MapView<'a> {
    /// Creates the view of `node`, called `what` in errors.
    ///
    /// A name that is not in `known` is an error.
    pub(super) fn new(
        scope: &'a Scope,
        node: &'a Node,
        what: &'a str,
        known: &[&str],
    ) -> Result<Self, TemplateError> {
        for entry in node.entries(what)? {
            if !known.contains(&entry.key.as_str()) {
                let location = format!("property of {what}");
                return Err(TemplateError::unknown(entry.line, &location, &entry.key, known));
            }
        }
        Ok(Self { node, defaults: None, scope, what })
    }

    /// Returns the view with `defaults` for missing values (the template's `Globals`).
    pub(super) fn with_defaults(self, defaults: Option<&'a Node>) -> Self {
        Self { defaults, ..self }
    }

    /// Returns the line on which the map begins.
    pub(super) fn line(&self) -> usize {
        self.node.line
    }

    /// Returns the value of `key`.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.node.get(key).or_else(|| self.defaults.and_then(|defaults| defaults.get(key)))
    }

    /// Returns the value of `key`.
    ///
    /// A missing one is an error.
    pub(super) fn required(&self, key: &str) -> Result<&'a Node, TemplateError> {
        self.get(key).ok_or_else(|| {
            TemplateError::at(self.node.line, format!("{} needs `{key}`", self.what))
        })
    }

    /// Returns the resolved text of `key`.
    pub(super) fn text(&self, key: &str) -> Result<Option<String>, TemplateError> {
        self.get(key).map(|node| self.scope.text(node)).transpose()
    }

    /// Returns the resolved text of `key`.
    ///
    /// A missing one is an error.
    pub(super) fn required_text(&self, key: &str) -> Result<String, TemplateError> {
        self.scope.text(self.required(key)?)
    }

    /// Returns the whole number of `key`.
    ///
    /// `-1`, which means *unlimited* in AWS, counts as missing.
    pub(super) fn number(&self, key: &str) -> Result<Option<u32>, TemplateError> {
        let Some(node) = self.get(key) else { return Ok(None) };
        let text = self.scope.text(node)?;
        if text == "-1" {
            return Ok(None);
        }
        text.parse()
            .map(Some)
            .map_err(|_| TemplateError::at(node.line, format!("`{key}` must be a whole number")))
    }

    /// Returns the boolean of `key`, `false` if it is missing.
    pub(super) fn bool(&self, key: &str) -> Result<bool, TemplateError> {
        Ok(self.text(key)?.as_deref() == Some("true"))
    }

    /// Returns the list of `key`, empty if it is missing.
    pub(super) fn list(&self, key: &str) -> Result<&'a [Node], TemplateError> {
        self.get(key).map_or(Ok(&[]), |node| node.items(key))
    }
}
