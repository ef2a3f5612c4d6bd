//! A job that takes long: claimed here, and handed to the function that does it.

use serde::{Deserialize, Serialize};
use shared::conversation::ConversationId;
use shared::error::{Error, Result};
use shared::ids::Ulid;
use shared::intent::{Intent, IntentKind, IntentState, deferral, later};
use shared::lambda::{Invoker, InvokerOptions};

use crate::app::App;

/// What the function that does a job is told: which one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Handed {
    /// The job's conversation.
    pub conversation: ConversationId,
    /// The job.
    pub job: Ulid,
    /// The job's step when it was claimed: a later claim makes an earlier one void.
    pub step: u64,
}

impl Handed {
    /// The job as it stands, if this claim is still the present one.
    pub async fn job(&self, app: &App) -> Result<Option<Intent>> {
        let job = app.store.job(&self.conversation, self.job).await?;
        Ok(job.filter(|job| job.state == IntentState::Claimed && job.step == self.step))
    }
}

/// Who does what takes long.
#[derive(Debug)]
pub(super) struct Hands {
    invoker: Invoker,
    fetch_media: Option<String>,
    erase_conversation: Option<String>,
}

impl Hands {
    /// From the environment.
    pub(super) fn of(app: &App) -> Self {
        let invoker = Invoker::new(InvokerOptions {
            endpoint: app.variable("AWS_ENDPOINT_URL_LAMBDA"),
            region: app.access.region.clone(),
            credentials: app.access.credentials(),
            clock: app.clock.clone(),
            ids: app.ids.clone(),
            faults: app.faults.clone(),
        });
        Self {
            invoker,
            fetch_media: app.variable("FETCH_MEDIA"),
            erase_conversation: app.variable("ERASE_CONVERSATION"),
        }
    }

    fn function(&self, kind: IntentKind) -> Result<&str> {
        let (name, variable) = match kind {
            IntentKind::EraseConversation => (&self.erase_conversation, "ERASE_CONVERSATION"),
            _ => (&self.fetch_media, "FETCH_MEDIA"),
        };
        name.as_deref().ok_or_else(|| Error::configuration(variable, "is not set"))
    }
}

/// Hands a claimed job over. What is not taken is put off; what is taken and never
/// done wakes when the claim's time is over.
pub(super) async fn run(app: &App, hands: &Hands, job: &Intent) -> Result<()> {
    let handed = Handed { conversation: job.conversation.clone(), job: job.id, step: job.step };
    let taken = match hands.function(job.kind) {
        Ok(function) => hands.invoker.invoke(function, &handed).await,
        Err(error) => Err(error),
    };
    if let Err(error) = taken {
        let cause = error.causes();
        tracing::warn!(intent.id = %job.id, kind = ?job.kind, cause, "A job was not taken");
        let wait = deferral(job.attempts, None);
        app.store.defer(job, later(app.clock.now(), wait)).await?;
    }
    Ok(())
}
