//! The events that invoke a function: routes, streams and schedules.

use std::time::Duration;

use super::context::FunctionContext;
use super::error::TemplateError;
use super::model::{StreamSpec, TriggerSpec};
use super::node::Node;
use super::view::MapView;

const KINDS: &[&str] = &["HttpApi", "DynamoDB", "ScheduleV2"];

const STREAM: &[&str] = &[
    "Stream",
    "StartingPosition",
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "ParallelizationFactor",
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError",
    "FunctionResponseTypes",
    "FilterCriteria",
    "DestinationConfig",
];

/// Parses the `Events` of a function.
pub(super) fn triggers(
    context: FunctionContext<'_>,
    events: &Node,
) -> Result<Vec<TriggerSpec>, TemplateError> {
    let mut triggers = Vec::new();
    for entry in events.entries("Events")? {
        let view = MapView::new(context.scope, &entry.value, "an event", &["Type", "Properties"])?;
        let properties = view.required("Properties")?;
        triggers.push(match view.required_text("Type")?.as_str() {
            "HttpApi" => route(context, properties)?,
            "DynamoDB" => TriggerSpec::Stream(stream(context, properties)?),
            "ScheduleV2" => schedule(context, properties)?,
            kind => return Err(TemplateError::unknown(entry.line, "event type", kind, KINDS)),
        });
    }
    Ok(triggers)
}

fn route(context: FunctionContext<'_>, node: &Node) -> Result<TriggerSpec, TemplateError> {
    let view = MapView::new(context.scope, node, "an HttpApi event", &["ApiId", "Method", "Path"])?;
    let api = view.required_text("ApiId")?;
    if context.http_api != Some(api.as_str()) {
        return Err(TemplateError::at(node.line, format!("`{api}` is not the HTTP API")));
    }
    let path = view.required_text("Path")?;
    if !path.starts_with('/') {
        return Err(TemplateError::at(node.line, "a Path must begin with `/`"));
    }
    Ok(TriggerSpec::Http { method: view.required_text("Method")?.to_uppercase(), path })
}

fn stream(context: FunctionContext<'_>, node: &Node) -> Result<StreamSpec, TemplateError> {
    let scope = context.scope;
    let view = MapView::new(scope, node, "a DynamoDB event", STREAM)?;
    let arn = view.required_text("Stream")?;
    let table = context
        .tables
        .iter()
        .find(|table| table.stream && scope.attribute(&table.logical_id, "StreamArn") == Some(&arn))
        .ok_or_else(|| {
            TemplateError::at(node.line, "Stream must refer to a table with a stream")
        })?;
    let from_start = match view.required_text("StartingPosition")?.as_str() {
        "TRIM_HORIZON" => true,
        "LATEST" => false,
        position => {
            let known = &["TRIM_HORIZON", "LATEST"];
            return Err(TemplateError::unknown(node.line, "StartingPosition", position, known));
        }
    };
    let window = view.number("MaximumBatchingWindowInSeconds")?.unwrap_or(0);
    let age = view.number("MaximumRecordAgeInSeconds")?;
    Ok(StreamSpec {
        table: table.name.clone(),
        batch_size: size(view.number("BatchSize")?, 100),
        window: Duration::from_secs(window.into()),
        parallelization_factor: size(view.number("ParallelizationFactor")?, 1),
        from_start,
        bisect: view.bool("BisectBatchOnFunctionError")?,
        retries: view.number("MaximumRetryAttempts")?,
        record_age: age.map(|seconds| Duration::from_secs(seconds.into())),
        partial_failures: partial_failures(context, &view)?,
        filters: filters(context, &view)?,
        on_failure: on_failure(context, &view)?,
    })
}

fn size(value: Option<u32>, default: usize) -> usize {
    value.and_then(|number| usize::try_from(number).ok()).unwrap_or(default)
}

fn partial_failures(
    context: FunctionContext<'_>,
    view: &MapView<'_>,
) -> Result<bool, TemplateError> {
    let mut is_reported = false;
    for node in view.list("FunctionResponseTypes")? {
        let kind = context.scope.text(node)?;
        if kind != "ReportBatchItemFailures" {
            let known = &["ReportBatchItemFailures"];
            return Err(TemplateError::unknown(node.line, "response type", &kind, known));
        }
        is_reported = true;
    }
    Ok(is_reported)
}

fn filters(
    context: FunctionContext<'_>,
    view: &MapView<'_>,
) -> Result<Vec<serde_json::Value>, TemplateError> {
    let Some(node) = view.get("FilterCriteria") else { return Ok(Vec::new()) };
    let criteria = MapView::new(context.scope, node, "FilterCriteria", &["Filters"])?;
    let mut filters = Vec::new();
    for node in criteria.list("Filters")? {
        let pattern =
            MapView::new(context.scope, node, "Filters", &["Pattern"])?.required_text("Pattern")?;
        let parsed = serde_json::from_str(&pattern)
            .map_err(|e| TemplateError::at(node.line, format!("Pattern is not JSON: {e}")))?;
        filters.push(parsed);
    }
    Ok(filters)
}

fn on_failure(
    context: FunctionContext<'_>,
    view: &MapView<'_>,
) -> Result<Option<String>, TemplateError> {
    let Some(node) = view.get("DestinationConfig") else { return Ok(None) };
    let config = MapView::new(context.scope, node, "DestinationConfig", &["OnFailure"])?;
    let known = &["Type", "Destination"];
    let target = MapView::new(context.scope, config.required("OnFailure")?, "OnFailure", known)?;
    let kind = target.required_text("Type")?;
    if kind != "SQS" {
        return Err(TemplateError::unknown(node.line, "Type of OnFailure", &kind, &["SQS"]));
    }
    let arn = target.required_text("Destination")?;
    let queue = context.queues.iter().find(|queue| queue.arn == arn);
    let queue =
        queue.ok_or_else(|| TemplateError::at(node.line, "Destination must refer to a queue"))?;
    Ok(Some(queue.name.clone()))
}

fn schedule(context: FunctionContext<'_>, node: &Node) -> Result<TriggerSpec, TemplateError> {
    let known = &["ScheduleExpression", "RoleArn", "RetryPolicy"];
    let view = MapView::new(context.scope, node, "a ScheduleV2 event", known)?;
    let expression = view.required_text("ScheduleExpression")?;
    let every = rate(&expression).ok_or_else(|| {
        let message = format!("unsupported schedule `{expression}`; use `rate(5 minutes)`");
        TemplateError::at(node.line, message)
    })?;
    Ok(TriggerSpec::Schedule { interval: every })
}

/// Parses `rate(1 minute)`, `rate(2 hours)` or `rate(7 days)`.
fn rate(expression: &str) -> Option<Duration> {
    let inner = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    let (number, unit) = inner.split_once(' ')?;
    let seconds = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return None,
    };
    number.parse::<u64>().ok().filter(|n| *n > 0).map(|n| Duration::from_secs(n * seconds))
}
