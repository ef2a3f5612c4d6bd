//! The template as a tree with line numbers, in which short and long intrinsics are alike.

use saphyr::{MarkedYaml, ScalarStyle, Tag, YamlData, YamlLoader};
use saphyr_parser::Parser;

use super::error::TemplateError;

/// One value of the template.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The line, counted from 1.
    pub(super) line: usize,
    /// The value.
    pub(super) kind: NodeKind,
}

/// The kinds of values.
#[derive(Debug, Clone)]
pub(super) enum NodeKind {
    /// A string, number, boolean or null.
    Scalar(serde_json::Value),
    /// A list.
    List(Vec<Node>),
    /// Names and values, in the order of the file.
    Map(Vec<Entry>),
    /// An intrinsic function (`Ref`, `GetAtt`, …) and its argument.
    Call(String, Box<Node>),
}

/// One name and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The name.
    pub(super) key: String,
    /// The line of the name.
    pub(super) line: usize,
    /// The value.
    pub(super) value: Node,
}

impl Node {
    /// Parses one YAML document.
    pub(super) fn parse(source: &str) -> Result<Self, TemplateError> {
        let mut loader = YamlLoader::<MarkedYaml<'_>>::default();
        loader.early_parse(false);
        Parser::new_from_str(source).load(&mut loader, true).map_err(|e| syntax_error(&e))?;
        let documents = loader.into_documents();
        let first = documents.first().ok_or_else(|| TemplateError::at(1, "the file is empty"))?;
        Self::from_yaml(first)
    }

    fn from_yaml(yaml: &MarkedYaml<'_>) -> Result<Self, TemplateError> {
        let line = yaml.span.start.line();
        let kind = match &yaml.data {
            YamlData::Representation(text, style, tag) => {
                let scalar = NodeKind::Scalar(scalar(text, *style));
                match tag.as_deref().and_then(call_name) {
                    Some(name) => {
                        let text = NodeKind::Scalar(text.as_ref().into());
                        NodeKind::Call(name, Box::new(Self { line, kind: text }))
                    }
                    None => scalar,
                }
            }
            YamlData::Sequence(items) => {
                NodeKind::List(items.iter().map(Self::from_yaml).collect::<Result<_, _>>()?)
            }
            YamlData::Mapping(pairs) => {
                let entries = pairs.iter().map(|(key, value)| Entry::from_yaml(key, value));
                long_form(entries.collect::<Result<_, _>>()?)
            }
            YamlData::Tagged(tag, inner) => match call_name(tag) {
                Some(name) => NodeKind::Call(name, Box::new(Self::from_yaml(inner)?)),
                None => Self::from_yaml(inner)?.kind,
            },
            YamlData::Value(_) | YamlData::Alias(_) | YamlData::BadValue => {
                return Err(TemplateError::at(line, "unsupported value"));
            }
        };
        Ok(Self { line, kind })
    }

    /// Returns the entries of a map.
    ///
    /// Any other value is an error.
    pub(super) fn entries(&self, what: &str) -> Result<&[Entry], TemplateError> {
        match &self.kind {
            NodeKind::Map(entries) => Ok(entries),
            _ => Err(TemplateError::at(self.line, format!("{what} must be a map"))),
        }
    }

    /// Returns the items of a list.
    ///
    /// Any other value is an error.
    pub(super) fn items(&self, what: &str) -> Result<&[Node], TemplateError> {
        match &self.kind {
            NodeKind::List(items) => Ok(items),
            _ => Err(TemplateError::at(self.line, format!("{what} must be a list"))),
        }
    }

    /// Returns the text of a string.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Scalar(value) => value.as_str(),
            _ => None,
        }
    }

    /// Returns the value of `key` in a map.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        match &self.kind {
            NodeKind::Map(entries) => {
                entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
            }
            _ => None,
        }
    }
}

impl Entry {
    fn from_yaml(key: &MarkedYaml<'_>, value: &MarkedYaml<'_>) -> Result<Self, TemplateError> {
        let line = key.span.start.line();
        match &key.data {
            YamlData::Representation(text, _, None) => {
                Ok(Self { key: text.clone().into_owned(), line, value: Node::from_yaml(value)? })
            }
            _ => Err(TemplateError::at(line, "a name must be plain text")),
        }
    }
}

fn syntax_error(error: &saphyr::ScanError) -> TemplateError {
    TemplateError::at(error.marker().line(), error.info().to_owned())
}

/// Returns the name of an intrinsic: `GetAtt` of `!GetAtt`, as of `Fn::GetAtt`.
fn call_name(tag: &Tag) -> Option<String> {
    (tag.handle == "!").then(|| tag.suffix.clone())
}

fn long_form(entries: Vec<Entry>) -> NodeKind {
    let call = match entries.as_slice() {
        [only] if only.key == "Ref" => Some("Ref".to_owned()),
        [only] => only.key.strip_prefix("Fn::").map(str::to_owned),
        _ => None,
    };
    match call {
        Some(name) => {
            let argument = entries.into_iter().next().map(|entry| Box::new(entry.value));
            argument.map_or(NodeKind::Map(Vec::new()), |argument| NodeKind::Call(name, argument))
        }
        None => NodeKind::Map(entries),
    }
}

fn scalar(text: &str, style: ScalarStyle) -> serde_json::Value {
    if style != ScalarStyle::Plain {
        return text.into();
    }
    match text {
        "" | "~" | "null" => serde_json::Value::Null,
        "true" | "True" => true.into(),
        "false" | "False" => false.into(),
        _ => match text.parse::<i64>() {
            Ok(number) => number.into(),
            Err(_) => text.into(),
        },
    }
}
