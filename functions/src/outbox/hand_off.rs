//! Hands a claimed job to the function that runs it.

use shared::error::{Error, Result};
use shared::lambda::{Invoker, InvokerOptions};
use shared::outbox::{OutboxEntry, OutboxKind, add, backoff};

use crate::app::App;
use crate::job::JobRef;

/// Invokes the functions that run long jobs.
#[derive(Debug)]
pub(super) struct JobInvoker {
    invoker: Invoker,
    fetch_media: Option<String>,
    erase_conversation: Option<String>,
}

impl JobInvoker {
    /// Creates the invoker from the environment.
    pub(super) fn from_app(app: &App) -> Self {
        let invoker = Invoker::new(InvokerOptions {
            endpoint: app.env("AWS_ENDPOINT_URL_LAMBDA"),
            region: app.access.region.clone(),
            credentials: app.access.credentials(),
            clock: app.clock.clone(),
            ids: app.ids.clone(),
            faults: app.faults.clone(),
        });
        Self {
            invoker,
            fetch_media: app.env("FETCH_MEDIA_FUNCTION"),
            erase_conversation: app.env("ERASE_CONVERSATION_FUNCTION"),
        }
    }

    fn function_name(&self, kind: OutboxKind) -> Result<&str> {
        let (name, variable) = match kind {
            OutboxKind::EraseConversation => {
                (&self.erase_conversation, "ERASE_CONVERSATION_FUNCTION")
            }
            _ => (&self.fetch_media, "FETCH_MEDIA_FUNCTION"),
        };
        name.as_deref().ok_or_else(|| Error::configuration(variable, "is not set"))
    }
}

/// Hands a claimed job off. Defers it if the invocation fails.
///
/// A job that the other function never completes is claimed again when its lease has expired.
pub(super) async fn hand_off(app: &App, job_invoker: &JobInvoker, job: &OutboxEntry) -> Result<()> {
    let job_ref = JobRef {
        conversation_id: job.conversation_id.clone(),
        job_id: job.id,
        version: job.version,
    };
    let result = match job_invoker.function_name(job.kind) {
        Ok(function) => job_invoker.invoker.invoke(function, &job_ref).await,
        Err(error) => Err(error),
    };
    if let Err(error) = result {
        let cause = error.cause_chain();
        tracing::warn!(outbox_entry.id = %job.id, kind = ?job.kind, error = cause, "Job hand-off failed");
        let wait = backoff(job.attempts, None);
        app.store.defer(job, add(app.clock.now(), wait)).await?;
    }
    Ok(())
}
