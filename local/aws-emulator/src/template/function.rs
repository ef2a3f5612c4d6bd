//! Functions: their settings, environment and permissions.

use std::collections::BTreeMap;
use std::time::Duration;

use super::context::FunctionContext;
use super::error::TemplateError;
use super::event;
use super::model::{FunctionSpec, Grant};
use super::node::{Node, NodeKind};
use super::scope::Scope;
use super::view::MapView;

/// The supported properties.
///
/// Those about building and logging have no effect here.
const FUNCTION: &[&str] = &[
    "CodeUri",
    "Handler",
    "Runtime",
    "Architectures",
    "MemorySize",
    "Timeout",
    "Environment",
    "Policies",
    "Events",
    "Description",
    "LoggingConfig",
    "Tags",
];

/// Checks `Globals.Function`.
pub(super) fn check_globals(scope: &Scope, node: &Node) -> Result<(), TemplateError> {
    MapView::new(scope, node, "Globals.Function", FUNCTION).map(drop)
}

/// Parses an `AWS::Serverless::Function`.
pub(super) fn function(
    context: FunctionContext<'_>,
    id: &str,
    metadata: Option<&Node>,
    node: &Node,
) -> Result<FunctionSpec, TemplateError> {
    let scope = context.scope;
    let view = MapView::new(scope, node, "AWS::Serverless::Function", FUNCTION)?
        .with_defaults(context.globals);
    let triggers = match node.get("Events") {
        Some(events) => event::triggers(context, events)?,
        None => Vec::new(),
    };
    Ok(FunctionSpec {
        logical_id: id.to_owned(),
        name: binary_name(scope, metadata, node.line)?,
        environment: environment(scope, &[context.globals, Some(node)])?,
        timeout: Duration::from_secs(view.number("Timeout")?.unwrap_or(3).into()),
        memory_mb: view.number("MemorySize")?.unwrap_or(128),
        grants: grants(scope, view.list("Policies")?)?,
        triggers,
    })
}

fn binary_name(
    scope: &Scope,
    metadata: Option<&Node>,
    line: usize,
) -> Result<String, TemplateError> {
    let missing_error =
        || TemplateError::at(line, "a function needs Metadata.BuildProperties.Binary");
    let metadata = metadata.ok_or_else(missing_error)?;
    let view = MapView::new(scope, metadata, "Metadata", &["BuildMethod", "BuildProperties"])?;
    let properties = view.get("BuildProperties").ok_or_else(missing_error)?;
    MapView::new(scope, properties, "BuildProperties", &["Binary"])?.required_text("Binary")
}

/// Merges the variables of all `layers`.
///
/// Later layers take precedence.
fn environment(
    scope: &Scope,
    layers: &[Option<&Node>],
) -> Result<BTreeMap<String, String>, TemplateError> {
    let mut variables = BTreeMap::new();
    for layer in layers.iter().flatten().filter_map(|layer| layer.get("Environment")) {
        let view = MapView::new(scope, layer, "Environment", &["Variables"])?;
        for entry in view.required("Variables")?.entries("Variables")? {
            variables.insert(entry.key.clone(), scope.text(&entry.value)?);
        }
    }
    Ok(variables)
}

fn grants(scope: &Scope, policies: &[Node]) -> Result<Vec<Grant>, TemplateError> {
    let mut grants = Vec::new();
    for policy in policies {
        let view = MapView::new(scope, policy, "a policy", &["Version", "Statement"])?;
        for statement in view.list("Statement")? {
            grants.extend(parse_statement(scope, statement)?);
        }
    }
    Ok(grants)
}

fn parse_statement(scope: &Scope, statement: &Node) -> Result<Vec<Grant>, TemplateError> {
    let known = &["Sid", "Effect", "Action", "Resource"];
    let view = MapView::new(scope, statement, "a statement", known)?;
    let effect = view.required_text("Effect")?;
    if effect != "Allow" {
        return Err(TemplateError::unknown(statement.line, "Effect", &effect, &["Allow"]));
    }
    let resources = texts(scope, view.required("Resource")?)?;
    let mut grants = Vec::new();
    for action in texts(scope, view.required("Action")?)? {
        for resource in &resources {
            grants.push(Grant { action: action.clone(), resource: resource.clone() });
        }
    }
    Ok(grants)
}

fn texts(scope: &Scope, node: &Node) -> Result<Vec<String>, TemplateError> {
    match &node.kind {
        NodeKind::List(items) => items.iter().map(|item| scope.text(item)).collect(),
        _ => Ok(vec![scope.text(node)?]),
    }
}
