//! A hosted function, which runs in this process or in another one.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use serde_json::Value;
use shared::clock::Clock;
use shared::lambda::{Environment, Function, Handler, InvocationContext, Setup};
use tokio::sync::OnceCell;

use super::environment::environment;
use super::error::{InvokeError, cause_chain, panic_error};
use super::options::FunctionHostOptions;
use crate::template::FunctionSpec;

/// One function of the template.
pub(super) struct HostedFunction {
    /// Its definition in the template.
    pub(super) spec: FunctionSpec,
    runtime: Runtime,
}

/// Where a function runs.
enum Runtime {
    /// In this process, built at its first invocation.
    InProcess { function: Function, setup: Box<Setup>, handler: OnceCell<Handler> },
    /// In another process, which offers Lambda's `Invoke` operation.
    Remote { client: reqwest::Client, url: reqwest::Url },
    /// Nowhere, because it has no handler.
    Missing,
}

impl HostedFunction {
    /// Creates the function of `spec` with the runtime that `options` require.
    pub(super) fn new(
        options: &FunctionHostOptions<'_>,
        client: &reqwest::Client,
        spec: &FunctionSpec,
    ) -> Self {
        let runtime = choose_runtime(options, client, spec);
        if matches!(runtime, Runtime::Missing) {
            tracing::warn!(function.name = %spec.name, "Function has no handler");
        }
        Self { spec: spec.clone(), runtime }
    }

    /// Builds the handler if the function runs in this process.
    pub(super) async fn warm_up(&self) -> Result<(), InvokeError> {
        if let Runtime::InProcess { function, setup, handler } = &self.runtime {
            get_or_build(function, setup, handler).await?;
        }
        Ok(())
    }

    /// Runs the function until it ends or its timeout has passed.
    ///
    /// Catches panics.
    pub(super) async fn run_with_timeout(
        &self,
        event: Value,
        context: InvocationContext,
        clock: &dyn Clock,
    ) -> Result<Value, InvokeError> {
        let request_id = context.request_id.clone();
        let started = Instant::now();
        let timeout = self.spec.timeout;
        let outcome = tokio::select! {
            run = AssertUnwindSafe(self.run(event, context)).catch_unwind() => {
                run.unwrap_or_else(|panic| Err(panic_error(&*panic)))
            }
            () = clock.sleep(timeout) => {
                Err(InvokeError::Timeout { request_id: request_id.clone(), timeout })
            }
        };
        report(&self.spec.name, &request_id, started.elapsed(), &outcome);
        outcome
    }

    async fn run(&self, event: Value, context: InvocationContext) -> Result<Value, InvokeError> {
        match &self.runtime {
            Runtime::InProcess { function, setup, handler } => {
                let handler = get_or_build(function, setup, handler).await?;
                handler(event, context).await.map_err(|e| InvokeError::Error(cause_chain(&*e)))
            }
            Runtime::Remote { client, url } => post(client, url.clone(), event).await,
            Runtime::Missing => Err(InvokeError::Unknown(self.spec.name.clone())),
        }
    }
}

async fn get_or_build<'a>(
    function: &Function,
    setup: &Setup,
    cell: &'a OnceCell<Handler>,
) -> Result<&'a Handler, InvokeError> {
    cell.get_or_try_init(|| function.start(setup.clone()))
        .await
        .map_err(|e| InvokeError::Error(cause_chain(&*e)))
}

fn choose_runtime(
    options: &FunctionHostOptions<'_>,
    client: &reqwest::Client,
    spec: &FunctionSpec,
) -> Runtime {
    if let Some(base) = &options.invoke_url {
        let mut url = base.clone();
        url.set_path(&format!("/2015-03-31/functions/{}/invocations", spec.name));
        return Runtime::Remote { client: client.clone(), url };
    }
    let Some(function) = options.table.iter().find(|function| function.name == spec.name) else {
        return Runtime::Missing;
    };
    let setup = Setup {
        environment: Environment::from_map(environment(spec, options.endpoints)),
        clock: Arc::clone(&options.clock),
        ids: Arc::clone(&options.ids),
        faults: options.faults.clone(),
    };
    Runtime::InProcess { function: *function, setup: Box::new(setup), handler: OnceCell::new() }
}

async fn post(
    client: &reqwest::Client,
    url: reqwest::Url,
    event: Value,
) -> Result<Value, InvokeError> {
    let to_error = |e: &reqwest::Error| InvokeError::Error(cause_chain(e));
    let response = client.post(url).json(&event).send().await.map_err(|e| to_error(&e))?;
    let success =
        response.status().is_success() && !response.headers().contains_key("x-amz-function-error");
    let body: Value = response.json().await.map_err(|e| to_error(&e))?;
    if success { Ok(body) } else { Err(InvokeError::Error(body.to_string())) }
}

fn report(name: &str, id: &str, duration: Duration, outcome: &Result<Value, InvokeError>) {
    match outcome {
        Ok(_) => {
            tracing::debug!(function.name = name, request.id = id, duration = ?duration, "Invocation finished");
        }
        Err(error) => {
            tracing::error!(function.name = name, request.id = id, duration = ?duration, %error, "Invocation failed");
        }
    }
}
