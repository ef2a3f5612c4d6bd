//! Runs one function in Lambda.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

use super::function::{Environment, Function, HandlerError, InvocationContext, Setup};
use super::invocation_log::{json_log, log_panic};
use crate::clock::SystemClock;
use crate::fault::FaultPoints;
use crate::ids::RandomIds;

/// Builds a function from the process environment and handles its invocations.
///
/// Returns when Lambda ends the process.
pub fn run(function: Function) -> Result<(), HandlerError> {
    tracing::subscriber::set_global_default(json_log(std::io::stdout))?;
    std::panic::set_hook(Box::new(log_panic));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        let setup = Setup {
            environment: process_environment(),
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            faults: FaultPoints::default(),
        };
        let handler = function.start(setup).await?;
        lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
            let context = context(&event.context);
            handler(event.payload, context)
        }))
        .await
    })
}

/// Reads the process environment.
#[expect(clippy::disallowed_methods, reason = "the only place that reads the environment")]
fn process_environment() -> Environment {
    let variables: HashMap<String, String> = std::env::vars().collect();
    Environment::from_map(variables)
}

fn context(context: &lambda_runtime::Context) -> InvocationContext {
    let deadline = i64::try_from(context.deadline)
        .ok()
        .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok());
    InvocationContext {
        request_id: context.request_id.clone(),
        deadline: deadline.unwrap_or(Timestamp::MAX),
    }
}
