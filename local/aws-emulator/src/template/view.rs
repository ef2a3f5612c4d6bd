//! A map of the template, read with a list of the names that are known.

use super::error::TemplateError;
use super::node::Node;
use super::scope::Scope;

/// One map whose every name is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct MapView<'a> {
    node: &'a Node,
    defaults: Option<&'a Node>,
    scope: &'a Scope,
    what: &'a str,
}

impl<'a> MapView<'a> {
    /// Reads `node`, which is `what`; a name that is not in `known` is an error.
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

    /// The same, with `defaults` for what is absent (the template's `Globals`).
    pub(super) fn with_defaults(self, defaults: Option<&'a Node>) -> Self {
        Self { defaults, ..self }
    }

    /// The line on which it begins.
    pub(super) fn line(&self) -> usize {
        self.node.line
    }

    /// The value under `key`.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.node.get(key).or_else(|| self.defaults.and_then(|defaults| defaults.get(key)))
    }

    /// The value under `key`, which must be there.
    pub(super) fn required(&self, key: &str) -> Result<&'a Node, TemplateError> {
        self.get(key).ok_or_else(|| {
            TemplateError::at(self.node.line, format!("{} needs `{key}`", self.what))
        })
    }

    /// The text under `key`, resolved.
    pub(super) fn text(&self, key: &str) -> Result<Option<String>, TemplateError> {
        self.get(key).map(|node| self.scope.text(node)).transpose()
    }

    /// The text under `key`, which must be there.
    pub(super) fn required_text(&self, key: &str) -> Result<String, TemplateError> {
        self.scope.text(self.required(key)?)
    }

    /// The whole number under `key`; `-1`, AWS's word for *without end*, counts as absent.
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

    /// The flag under `key`; absent is false.
    pub(super) fn bool(&self, key: &str) -> Result<bool, TemplateError> {
        Ok(self.text(key)?.as_deref() == Some("true"))
    }

    /// The items of the list under `key`; absent is empty.
    pub(super) fn list(&self, key: &str) -> Result<&'a [Node], TemplateError> {
        self.get(key).map_or(Ok(&[]), |node| node.items(key))
    }
}
