//! The sends of a conversation queue that may have created a message in Twilio's list.

use std::time::Duration;

use jiff::Timestamp;
use shared::error::Result;
use shared::ids::EntryId;
use shared::message::Message;
use shared::outbox::{LEASE_DURATION, OutboxEntry, OutboxState, add};
use shared::sid::MessageSid;
use shared::twilio::message_list::ListedMessage;

use crate::app::App;

/// The largest assumed difference between Twilio's clock and ours.
const CLOCK_SKEW: Duration = Duration::from_secs(5);

/// A send with the same text that may match an entry in Twilio's list.
pub(super) struct Candidate {
    /// The outbox entry's ID.
    pub(super) id: EntryId,
    /// The earliest time at which Twilio may have created the message.
    pub(super) from: Timestamp,
    /// The latest time at which Twilio may have created the message.
    pub(super) until: Timestamp,
    /// Whether a run of `dispatch` holds the claim and may complete it.
    pub(super) in_progress: bool,
    /// The SID that a callback has set.
    pub(super) sid: Option<MessageSid>,
}

impl Candidate {
    fn new(entry: &OutboxEntry, message: &Message) -> Self {
        let claimed_at = entry.claimed_at.unwrap_or_else(|| message.created_at());
        let lease_expires_at =
            entry.lease_expires_at.unwrap_or_else(|| add(claimed_at, LEASE_DURATION));
        Self {
            id: entry.id,
            from: claimed_at.checked_sub(CLOCK_SKEW).unwrap_or(claimed_at),
            until: add(lease_expires_at, CLOCK_SKEW),
            in_progress: entry.state == OutboxState::Claimed,
            sid: message.sid.clone(),
        }
    }

    /// Returns whether Twilio created `entry` within the time span of this send.
    pub(super) fn could_match(&self, entry: &ListedMessage) -> bool {
        (self.from..=self.until).contains(&entry.date_created)
    }
}

/// Returns `unknown` and the other sends with the same text that Twilio may have, the oldest first.
pub(super) async fn list_candidates(
    app: &App,
    queue: &[OutboxEntry],
    unknown: &OutboxEntry,
    message: &Message,
) -> Result<Vec<Candidate>> {
    let mut candidates = Vec::new();
    for entry in queue {
        let possible = match entry.state {
            OutboxState::Unknown => entry.id <= unknown.id,
            OutboxState::Claimed => true,
            OutboxState::Ready | OutboxState::Deferred => false,
        };
        if possible {
            let (conversation, message_id) = entry.message()?;
            let candidate_message = app.store.get_message(conversation, message_id).await?;
            let same_text = candidate_message.filter(|candidate| candidate.body == message.body);
            candidates.extend(same_text.map(|candidate| Candidate::new(entry, &candidate)));
        }
    }
    Ok(candidates)
}
