//! Hands a claimed job to the function that runs it.

use shared::error::Result;
use shared::lambda::Invoker;
use shared::outbox::{JobFunction, OutboxEntry, add, backoff};

use crate::app::{App, JobFunctions};
use crate::job::JobRef;

/// Invokes the functions that run long jobs.
#[derive(Debug)]
pub(super) struct JobInvoker {
    invoker: Invoker,
    functions: JobFunctions,
}

impl JobInvoker {
    /// Creates the invoker from the environment.
    pub(super) fn from_app(app: &App) -> Result<Self> {
        let (functions, invoker) = app.job_functions()?;
        Ok(Self { invoker, functions })
    }

    fn function_name(&self, function: JobFunction) -> &str {
        match function {
            JobFunction::FetchMedia => &self.functions.fetch_media,
            JobFunction::EraseConversation => &self.functions.erase_conversation,
        }
    }
}

/// Hands a claimed job off. Defers it if the invocation fails.
///
/// A job that the other function never completes is claimed again when its lease has expired.
pub(super) async fn hand_off(
    app: &App,
    job_invoker: &JobInvoker,
    function: JobFunction,
    job: &OutboxEntry,
) -> Result<()> {
    let job_ref = JobRef { home: job.home.clone(), job_id: job.id, version: job.version };
    let function = job_invoker.function_name(function);
    let result = job_invoker.invoker.invoke(function, &job_ref).await;
    if let Err(error) = result {
        let cause = error.cause_chain();
        tracing::warn!(outbox_entry.id = %job.id, kind = ?job.kind, error = cause, "Job hand-off failed");
        let wait = backoff(job.attempts, None);
        app.store.defer(job, add(app.clock.now(), wait)).await?;
    }
    Ok(())
}
