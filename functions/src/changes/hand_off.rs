//! A job that takes long: claimed here, and handed to the function that does it.

use serde::{Deserialize, Serialize};
use shared::conversation::ConversationId;
use shared::error::{Error, Result};
use shared::ids::Ulid;
use shared::lambda::{Invoker, InvokerOptions};
use shared::outbox::{OutboxEntry, OutboxKind, OutboxState, add, backoff};

use crate::app::App;

/// What the function that does a job is told: which one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobRef {
    /// The job's conversation.
    pub conversation_id: ConversationId,
    /// The job.
    pub job_id: Ulid,
    /// The job's step when it was claimed: a later claim makes an earlier one void.
    pub version: u64,
}

impl JobRef {
    /// The job as it stands, if this claim is still the present one.
    pub async fn get_claimed_job(&self, app: &App) -> Result<Option<OutboxEntry>> {
        let job = app.store.get_job(&self.conversation_id, self.job_id).await?;
        Ok(job.filter(|job| job.state == OutboxState::Claimed && job.version == self.version))
    }
}

/// Who does what takes long.
#[derive(Debug)]
pub(super) struct JobInvoker {
    invoker: Invoker,
    fetch_media: Option<String>,
    erase_conversation: Option<String>,
}

impl JobInvoker {
    /// From the environment.
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

/// Hands a claimed job over. What is not taken is put off; what is taken and never
/// done wakes when the claim's time is over.
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
