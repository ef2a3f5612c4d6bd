//! Resolved names: the local values of `Ref`, `GetAtt`, `Sub` and `Join`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::error::TemplateError;
use super::node::{Entry, Node, NodeKind};

/// The name of the local system's only stack.
pub const STACK: &str = "partyline";
/// The region in its ARNs.
pub const REGION: &str = "eu-central-1";
/// The account in its ARNs.
pub const ACCOUNT: &str = "000000000000";

const CALLS: &[&str] = &["Ref", "GetAtt", "Sub", "Join"];

/// All names that a template may refer to.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// The values of `Ref`, by logical ID.
    references: BTreeMap<String, String>,
    /// The values of `GetAtt`, by `LogicalId.Attribute`.
    attributes: BTreeMap<String, String>,
}

impl Scope {
    /// Returns the names of all `resources` and the pseudo parameters.
    pub(super) fn from_resources(resources: &[Entry]) -> Self {
        let mut scope = Self::default();
        let pseudo = [
            ("AWS::StackName", STACK),
            ("AWS::Region", REGION),
            ("AWS::AccountId", ACCOUNT),
            ("AWS::Partition", "aws"),
            ("AWS::URLSuffix", "amazonaws.com"),
        ];
        for (name, value) in pseudo {
            scope.references.insert(name.to_owned(), value.to_owned());
        }
        for entry in resources {
            let kind = entry.value.get("Type").and_then(Node::as_text).unwrap_or_default();
            scope.declare(&entry.key, kind);
        }
        scope
    }

    fn declare(&mut self, id: &str, kind: &str) {
        let name = format!("{STACK}-{id}");
        let arn =
            |service: &str, rest: &str| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}");
        let mut attribute = |attribute: &str, value: String| {
            self.attributes.insert(format!("{id}.{attribute}"), value);
        };
        let reference = match kind {
            "AWS::DynamoDB::Table" => {
                let table = arn("dynamodb", &format!("table/{name}"));
                attribute("StreamArn", format!("{table}/stream/2026-01-01T00:00:00.000"));
                attribute("Arn", table);
                name
            }
            "AWS::S3::Bucket" => {
                let name = name.to_lowercase();
                attribute("Arn", format!("arn:aws:s3:::{name}"));
                name
            }
            "AWS::SQS::Queue" => {
                attribute("Arn", arn("sqs", &name));
                attribute("QueueName", name.clone());
                format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}")
            }
            "AWS::Serverless::Function" => {
                attribute("Arn", arn("lambda", &format!("function:{name}")));
                name
            }
            "AWS::IAM::Role" => {
                attribute("Arn", format!("arn:aws:iam::{ACCOUNT}:role/{name}"));
                name
            }
            _ => id.to_lowercase(),
        };
        self.references.insert(id.to_owned(), reference);
    }

    /// Returns the value of `Ref: id`.
    pub(super) fn reference(&self, id: &str) -> Option<&str> {
        self.references.get(id).map(String::as_str)
    }

    /// Returns the value of `GetAtt: id.name`.
    pub(super) fn attribute(&self, id: &str, name: &str) -> Option<&str> {
        self.attributes.get(&format!("{id}.{name}")).map(String::as_str)
    }

    /// Returns `node` with every intrinsic resolved.
    pub(super) fn resolve(&self, node: &Node) -> Result<Value, TemplateError> {
        match &node.kind {
            NodeKind::Scalar(value) => Ok(value.clone()),
            NodeKind::List(items) => items.iter().map(|item| self.resolve(item)).collect(),
            NodeKind::Map(entries) => entries
                .iter()
                .map(|entry| Ok((entry.key.clone(), self.resolve(&entry.value)?)))
                .collect(),
            NodeKind::Call(name, argument) => self.call(name, argument).map(Value::String),
        }
    }

    /// Returns `node`, a scalar or an intrinsic, as text.
    pub(super) fn text(&self, node: &Node) -> Result<String, TemplateError> {
        match self.resolve(node)? {
            Value::String(text) => Ok(text),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(flag) => Ok(flag.to_string()),
            _ => Err(TemplateError::at(node.line, "this must be text")),
        }
    }

    fn call(&self, name: &str, argument: &Node) -> Result<String, TemplateError> {
        let line = argument.line;
        match name {
            "Ref" => self.lookup(&self.text(argument)?, line),
            "GetAtt" => {
                let path = match &argument.kind {
                    NodeKind::List(parts) => {
                        let parts: Vec<_> =
                            parts.iter().map(|part| self.text(part)).collect::<Result<_, _>>()?;
                        parts.join(".")
                    }
                    _ => self.text(argument)?,
                };
                self.lookup(&path, line)
            }
            "Sub" => match &argument.kind {
                NodeKind::List(parts) => match parts.as_slice() {
                    [pattern, substitutions] => {
                        self.substitute(&self.text(pattern)?, Some(substitutions), line)
                    }
                    _ => Err(TemplateError::at(line, "Sub takes a text, or a text and a map")),
                },
                _ => self.substitute(&self.text(argument)?, None, line),
            },
            "Join" => match argument.items("the argument of Join")? {
                [separator, parts] => {
                    let parts = parts.items("the second argument of Join")?;
                    let parts: Vec<_> =
                        parts.iter().map(|part| self.text(part)).collect::<Result<_, _>>()?;
                    Ok(parts.join(&self.text(separator)?))
                }
                _ => Err(TemplateError::at(line, "Join takes a separator and a list")),
            },
            name => Err(TemplateError::unknown(line, "intrinsic function", name, CALLS)),
        }
    }

    /// Returns the value of a `Ref` name or a `GetAtt` path (`LogicalId.Attribute`).
    fn lookup(&self, name: &str, line: usize) -> Result<String, TemplateError> {
        self.references.get(name).or_else(|| self.attributes.get(name)).cloned().ok_or_else(|| {
            TemplateError::at(line, format!("`{name}` is not a resource, attribute or parameter"))
        })
    }

    fn substitute(
        &self,
        pattern: &str,
        substitutions: Option<&Node>,
        line: usize,
    ) -> Result<String, TemplateError> {
        let mut out = String::new();
        let mut rest = pattern;
        while let Some((prefix, after)) = rest.split_once("${") {
            out.push_str(prefix);
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| TemplateError::at(line, "missing `}` after `${`"))?;
            match substitutions.and_then(|map| map.get(name)) {
                Some(value) => out.push_str(&self.text(value)?),
                None => out.push_str(&self.lookup(name, line)?),
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }
}
