//! One function where it runs: here, warm after its first invocation, or in another process.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use serde_json::Value;
use shared::clock::Clock;
use shared::lambda::{Context, Environment, Function, Handler, Setup};
use tokio::sync::OnceCell;

use super::FunctionsOptions;
use super::environment::environment;
use super::error::{InvokeError, chain, panicked};
use crate::template::FunctionSpec;

/// One function of the template.
pub(super) struct Hosted {
    /// What the template says of it.
    pub(super) spec: FunctionSpec,
    place: Place,
}

/// Where a function runs.
enum Place {
    /// Here, built at its first invocation.
    Here { function: Function, setup: Box<Setup>, handler: OnceCell<Handler> },
    /// In another process that takes Lambda's `Invoke` call.
    There { client: reqwest::Client, url: reqwest::Url },
    /// Nowhere: nobody wrote it.
    Nowhere,
}

impl Hosted {
    /// The function of `spec`, where `options` want it to run.
    pub(super) fn of(
        options: &FunctionsOptions<'_>,
        client: &reqwest::Client,
        spec: &FunctionSpec,
    ) -> Self {
        let place = place(options, client, spec);
        if matches!(place, Place::Nowhere) {
            tracing::warn!(function.name = %spec.name, "the template names a function that has no handler");
        }
        Self { spec: spec.clone(), place }
    }

    /// Builds it, if it runs here.
    pub(super) async fn warm_up(&self) -> Result<(), InvokeError> {
        if let Place::Here { function, setup, handler } = &self.place {
            built(function, setup, handler).await?;
        }
        Ok(())
    }

    /// Runs it until it ends or its time is over; a panic harms nobody else.
    pub(super) async fn run_in_time(
        &self,
        event: Value,
        context: Context,
        clock: &dyn Clock,
    ) -> Result<Value, InvokeError> {
        let request_id = context.request_id.clone();
        let started = Instant::now();
        let timeout = self.spec.timeout;
        let outcome = tokio::select! {
            run = AssertUnwindSafe(self.run(event, context)).catch_unwind() => {
                run.unwrap_or_else(|panic| Err(panicked(&*panic)))
            }
            () = clock.sleep(timeout) => {
                Err(InvokeError::Timeout { request_id: request_id.clone(), timeout })
            }
        };
        report(&self.spec.name, &request_id, started.elapsed(), &outcome);
        outcome
    }

    async fn run(&self, event: Value, context: Context) -> Result<Value, InvokeError> {
        match &self.place {
            Place::Here { function, setup, handler } => {
                let handler = built(function, setup, handler).await?;
                handler(event, context).await.map_err(|e| InvokeError::Error(chain(&*e)))
            }
            Place::There { client, url } => post(client, url.clone(), event).await,
            Place::Nowhere => Err(InvokeError::Unknown(self.spec.name.clone())),
        }
    }
}

async fn built<'a>(
    function: &Function,
    setup: &Setup,
    cell: &'a OnceCell<Handler>,
) -> Result<&'a Handler, InvokeError> {
    cell.get_or_try_init(|| (function.build)(setup.clone()))
        .await
        .map_err(|e| InvokeError::Error(chain(&*e)))
}

fn place(options: &FunctionsOptions<'_>, client: &reqwest::Client, spec: &FunctionSpec) -> Place {
    if let Some(base) = &options.invoke_url {
        let mut url = base.clone();
        url.set_path(&format!("/2015-03-31/functions/{}/invocations", spec.name));
        return Place::There { client: client.clone(), url };
    }
    let Some(function) = options.table.iter().find(|function| function.name == spec.name) else {
        return Place::Nowhere;
    };
    let setup = Setup {
        environment: Environment::of(environment(spec, options.endpoints)),
        clock: Arc::clone(&options.clock),
        ids: Arc::clone(&options.ids),
        faults: options.faults.clone(),
    };
    Place::Here { function: *function, setup: Box::new(setup), handler: OnceCell::new() }
}

async fn post(
    client: &reqwest::Client,
    url: reqwest::Url,
    event: Value,
) -> Result<Value, InvokeError> {
    let failed = |e: &reqwest::Error| InvokeError::Error(chain(e));
    let answer = client.post(url).json(&event).send().await.map_err(|e| failed(&e))?;
    let success =
        answer.status().is_success() && !answer.headers().contains_key("x-amz-function-error");
    let body: Value = answer.json().await.map_err(|e| failed(&e))?;
    if success { Ok(body) } else { Err(InvokeError::Error(body.to_string())) }
}

fn report(name: &str, id: &str, took: Duration, outcome: &Result<Value, InvokeError>) {
    match outcome {
        Ok(_) => {
            tracing::debug!(function.name = name, request.id = id, duration = ?took, "function answered");
        }
        Err(error) => {
            tracing::error!(function.name = name, request.id = id, duration = ?took, %error, "function failed");
        }
    }
}
