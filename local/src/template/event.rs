//! What invokes a function: routes, streams, schedules.

use std::time::Duration;

use super::error::TemplateError;
use super::function::Surroundings;
use super::model::{StreamSpec, TriggerSpec};
use super::node::Node;
use super::view::View;

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

/// The `Events` of a function.
pub(super) fn triggers(
    around: Surroundings<'_>,
    events: &Node,
) -> Result<Vec<TriggerSpec>, TemplateError> {
    let mut triggers = Vec::new();
    for entry in events.entries("Events")? {
        let view = View::of(around.scope, &entry.value, "an event", &["Type", "Properties"])?;
        let properties = view.need("Properties")?;
        triggers.push(match view.need_text("Type")?.as_str() {
            "HttpApi" => route(around, properties)?,
            "DynamoDB" => TriggerSpec::Stream(stream(around, properties)?),
            "ScheduleV2" => schedule(around, properties)?,
            other => return Err(TemplateError::unknown(entry.line, "event type", other, KINDS)),
        });
    }
    Ok(triggers)
}

fn route(around: Surroundings<'_>, node: &Node) -> Result<TriggerSpec, TemplateError> {
    let view = View::of(around.scope, node, "an HttpApi event", &["ApiId", "Method", "Path"])?;
    let api = view.need_text("ApiId")?;
    if around.http_api != Some(api.as_str()) {
        return Err(TemplateError::at(node.line, format!("`{api}` is not the HTTP API")));
    }
    let path = view.need_text("Path")?;
    if !path.starts_with('/') {
        return Err(TemplateError::at(node.line, "a Path begins with `/`"));
    }
    Ok(TriggerSpec::Http { method: view.need_text("Method")?.to_uppercase(), path })
}

fn stream(around: Surroundings<'_>, node: &Node) -> Result<StreamSpec, TemplateError> {
    let scope = around.scope;
    let view = View::of(scope, node, "a DynamoDB event", STREAM)?;
    let arn = view.need_text("Stream")?;
    let table = around
        .tables
        .iter()
        .find(|table| table.stream && scope.attribute(&table.logical_id, "StreamArn") == Some(&arn))
        .ok_or_else(|| TemplateError::at(node.line, "Stream names no table that has a stream"))?;
    let from_start = match view.need_text("StartingPosition")?.as_str() {
        "TRIM_HORIZON" => true,
        "LATEST" => false,
        other => {
            let known = &["TRIM_HORIZON", "LATEST"];
            return Err(TemplateError::unknown(node.line, "StartingPosition", other, known));
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
        bisect: view.flag("BisectBatchOnFunctionError")?,
        retries: view.number("MaximumRetryAttempts")?,
        record_age: age.map(|seconds| Duration::from_secs(seconds.into())),
        partial_failures: partial_failures(around, &view)?,
        filters: filters(around, &view)?,
        on_failure: on_failure(around, &view)?,
    })
}

fn size(given: Option<u32>, default: usize) -> usize {
    given.and_then(|given| usize::try_from(given).ok()).unwrap_or(default)
}

fn partial_failures(around: Surroundings<'_>, view: &View<'_>) -> Result<bool, TemplateError> {
    let mut reported = false;
    for node in view.list("FunctionResponseTypes")? {
        let kind = around.scope.text(node)?;
        if kind != "ReportBatchItemFailures" {
            let known = &["ReportBatchItemFailures"];
            return Err(TemplateError::unknown(node.line, "response type", &kind, known));
        }
        reported = true;
    }
    Ok(reported)
}

fn filters(
    around: Surroundings<'_>,
    view: &View<'_>,
) -> Result<Vec<serde_json::Value>, TemplateError> {
    let Some(node) = view.get("FilterCriteria") else { return Ok(Vec::new()) };
    let criteria = View::of(around.scope, node, "FilterCriteria", &["Filters"])?;
    let mut filters = Vec::new();
    for node in criteria.list("Filters")? {
        let pattern =
            View::of(around.scope, node, "Filters", &["Pattern"])?.need_text("Pattern")?;
        let parsed = serde_json::from_str(&pattern)
            .map_err(|e| TemplateError::at(node.line, format!("Pattern is not JSON: {e}")))?;
        filters.push(parsed);
    }
    Ok(filters)
}

fn on_failure(around: Surroundings<'_>, view: &View<'_>) -> Result<Option<String>, TemplateError> {
    let Some(node) = view.get("DestinationConfig") else { return Ok(None) };
    let config = View::of(around.scope, node, "DestinationConfig", &["OnFailure"])?;
    let known = &["Type", "Destination"];
    let target = View::of(around.scope, config.need("OnFailure")?, "OnFailure", known)?;
    let kind = target.need_text("Type")?;
    if kind != "SQS" {
        return Err(TemplateError::unknown(node.line, "Type of OnFailure", &kind, &["SQS"]));
    }
    let arn = target.need_text("Destination")?;
    let queue = around.queues.iter().find(|queue| queue.arn == arn);
    let queue = queue.ok_or_else(|| TemplateError::at(node.line, "Destination names no queue"))?;
    Ok(Some(queue.name.clone()))
}

fn schedule(around: Surroundings<'_>, node: &Node) -> Result<TriggerSpec, TemplateError> {
    let known = &["ScheduleExpression", "RoleArn", "RetryPolicy"];
    let view = View::of(around.scope, node, "a ScheduleV2 event", known)?;
    let expression = view.need_text("ScheduleExpression")?;
    let every = rate(&expression).ok_or_else(|| {
        let message = format!("`{expression}` is not known; write `rate(5 minutes)`");
        TemplateError::at(node.line, message)
    })?;
    Ok(TriggerSpec::Schedule { every })
}

/// `rate(1 minute)`, `rate(2 hours)`, `rate(7 days)`.
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
