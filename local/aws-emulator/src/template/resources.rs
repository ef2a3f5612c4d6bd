//! Tables, queues and APIs.

use super::error::TemplateError;
use super::model::{HttpApiSpec, IndexSpec, QueueSpec, SocketApiSpec, TableSpec};
use super::node::Node;
use super::scope::{ACCOUNT, REGION, Scope};
use super::view::MapView;

const TABLE: &[&str] = &[
    "TableName",
    "BillingMode",
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "StreamSpecification",
    "TimeToLiveSpecification",
    "PointInTimeRecoverySpecification",
    "Tags",
];

/// Parses an `AWS::DynamoDB::Table`.
pub(super) fn table(scope: &Scope, id: &str, node: &Node) -> Result<TableSpec, TemplateError> {
    let view = MapView::new(scope, node, "AWS::DynamoDB::Table", TABLE)?;
    require_string_keys(scope, &view)?;
    let (hash_key, range_key) = keys(scope, view.list("KeySchema")?, view.line())?;
    let indexes = view
        .list("GlobalSecondaryIndexes")?
        .iter()
        .map(|node| index(scope, node))
        .collect::<Result<_, _>>()?;
    Ok(TableSpec {
        logical_id: id.to_owned(),
        name: scope.reference(id).unwrap_or_default().to_owned(),
        arn: scope.attribute(id, "Arn").unwrap_or_default().to_owned(),
        hash_key,
        range_key,
        indexes,
        stream: stream(scope, &view)?,
        ttl_attribute: ttl(scope, &view)?,
    })
}

fn require_string_keys(scope: &Scope, view: &MapView<'_>) -> Result<(), TemplateError> {
    for node in view.list("AttributeDefinitions")? {
        let known = &["AttributeName", "AttributeType"];
        let kind = MapView::new(scope, node, "AttributeDefinitions", known)?;
        if kind.required_text("AttributeType")? != "S" {
            return Err(TemplateError::at(node.line, "only keys of type S are supported"));
        }
    }
    Ok(())
}

fn keys(
    scope: &Scope,
    nodes: &[Node],
    line: usize,
) -> Result<(String, Option<String>), TemplateError> {
    let (mut hash, mut range) = (None, None);
    for node in nodes {
        let view = MapView::new(scope, node, "KeySchema", &["AttributeName", "KeyType"])?;
        let name = view.required_text("AttributeName")?;
        match view.required_text("KeyType")?.as_str() {
            "HASH" => hash = Some(name),
            "RANGE" => range = Some(name),
            key_type => {
                return Err(TemplateError::unknown(
                    node.line,
                    "KeyType",
                    key_type,
                    &["HASH", "RANGE"],
                ));
            }
        }
    }
    let hash = hash.ok_or_else(|| TemplateError::at(line, "KeySchema has no HASH key"))?;
    Ok((hash, range))
}

fn index(scope: &Scope, node: &Node) -> Result<IndexSpec, TemplateError> {
    let known = &["IndexName", "KeySchema", "Projection"];
    let view = MapView::new(scope, node, "GlobalSecondaryIndexes", known)?;
    let (hash_key, range_key) = keys(scope, view.list("KeySchema")?, node.line)?;
    let projection =
        MapView::new(scope, view.required("Projection")?, "Projection", &["ProjectionType"])?;
    Ok(IndexSpec {
        name: view.required_text("IndexName")?,
        hash_key,
        range_key,
        projection: projection.required_text("ProjectionType")?,
    })
}

fn stream(scope: &Scope, view: &MapView<'_>) -> Result<bool, TemplateError> {
    let Some(node) = view.get("StreamSpecification") else { return Ok(false) };
    let images = MapView::new(scope, node, "StreamSpecification", &["StreamViewType"])?
        .required_text("StreamViewType")?;
    if images != "NEW_AND_OLD_IMAGES" {
        let known = &["NEW_AND_OLD_IMAGES"];
        return Err(TemplateError::unknown(node.line, "StreamViewType", &images, known));
    }
    Ok(true)
}

fn ttl(scope: &Scope, view: &MapView<'_>) -> Result<Option<String>, TemplateError> {
    let Some(node) = view.get("TimeToLiveSpecification") else { return Ok(None) };
    let known = &["AttributeName", "Enabled"];
    let ttl = MapView::new(scope, node, "TimeToLiveSpecification", known)?;
    Ok(if ttl.bool("Enabled")? { ttl.text("AttributeName")? } else { None })
}

/// Parses an `AWS::SQS::Queue`.
pub(super) fn queue(scope: &Scope, id: &str, node: &Node) -> Result<QueueSpec, TemplateError> {
    let known = &["MessageRetentionPeriod", "SqsManagedSseEnabled", "Tags"];
    MapView::new(scope, node, "AWS::SQS::Queue", known)?;
    Ok(QueueSpec {
        logical_id: id.to_owned(),
        name: scope.attribute(id, "QueueName").unwrap_or_default().to_owned(),
        arn: scope.attribute(id, "Arn").unwrap_or_default().to_owned(),
    })
}

/// Parses an `AWS::Serverless::HttpApi`.
pub(super) fn http_api(scope: &Scope, id: &str, node: &Node) -> Result<HttpApiSpec, TemplateError> {
    MapView::new(scope, node, "AWS::Serverless::HttpApi", &["Name", "Description"])?;
    Ok(HttpApiSpec { id: scope.reference(id).unwrap_or_default().to_owned() })
}

/// Parses an `AWS::Serverless::WebSocketApi` and the function ARN of each of its routes.
pub(super) fn socket_api(
    scope: &Scope,
    id: &str,
    node: &Node,
) -> Result<(SocketApiSpec, Vec<(String, String)>), TemplateError> {
    let known = &["RouteSelectionExpression", "StageName", "Routes", "Name", "Description"];
    let view = MapView::new(scope, node, "AWS::Serverless::WebSocketApi", known)?;
    let expression = view.required_text("RouteSelectionExpression")?;
    let route_field = expression.strip_prefix("$request.body.").ok_or_else(|| {
        TemplateError::at(node.line, "RouteSelectionExpression must be `$request.body.<field>`")
    })?;
    let mut routes = Vec::new();
    for entry in view.required("Routes")?.entries("Routes")? {
        let route = MapView::new(scope, &entry.value, "a socket route", &["FunctionArn"])?;
        routes.push((entry.key.clone(), route.required_text("FunctionArn")?));
    }
    let stage = view.required_text("StageName")?;
    let id = scope.reference(id).unwrap_or_default().to_owned();
    let api = SocketApiSpec {
        route_field: route_field.to_owned(),
        arn: format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{id}/{stage}"),
        management_url: format!("https://{id}.execute-api.{REGION}.amazonaws.com/{stage}"),
        id,
        stage,
    };
    Ok((api, routes))
}
