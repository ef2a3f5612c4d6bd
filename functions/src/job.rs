//! The event that `dispatch` sends to the functions that run jobs.

use serde::{Deserialize, Serialize};
use shared::error::Result;
use shared::ids::EntryId;
use shared::outbox::{OutboxEntry, OutboxHome, OutboxState};

use crate::app::App;

/// A reference to a claimed job. It is the event of the functions that run jobs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobRef {
    /// The partition of the job.
    pub home: OutboxHome,
    /// The ID of the job.
    pub job_id: EntryId,
    /// The job's version when it was claimed. A later claim has a higher version.
    pub version: u64,
}

impl JobRef {
    /// Returns the job if this claim is still the current one.
    pub async fn get_claimed_job(&self, app: &App) -> Result<Option<OutboxEntry>> {
        let job = app.store.get_job(&self.home, self.job_id).await?;
        Ok(job.filter(|job| job.state == OutboxState::Claimed && job.version == self.version))
    }
}
