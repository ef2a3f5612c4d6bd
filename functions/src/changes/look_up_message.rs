//! A look-up: whether Twilio has a message of which nobody knows. After one, five and fifteen minutes it asks
//! Twilio's own list; what is not there then is unconfirmed.

use std::time::Duration;

use jiff::Timestamp;
use shared::error::Result;
use shared::ids::Ulid;
use shared::message::Message;
use shared::outbox::{LEASE_DURATION, OutboxEntry, OutboxState, add};
use shared::sid::MessageSid;
use shared::store::SendCompletion;
use shared::twilio::client::{ListedDirection, ListedMessage};

use super::send::DispatchContext;
use crate::app::App;

/// Twilio's clock and ours may differ by this much.
const CLOCK_SKEW: Duration = Duration::from_secs(5);

/// When it looks again, counted from the claim; after the last it is unconfirmed.
const LOOK_UP_DELAYS: [Duration; 2] = [Duration::from_mins(5), Duration::from_mins(15)];

/// A list that cannot be read says nothing: it is asked again so much later,
const LIST_RETRY_DELAY: Duration = Duration::from_mins(5);

/// and given up after a day.
const LOOK_UP_DEADLINE: Duration = Duration::from_hours(24);

/// Does what a claimed look-up job says.
pub(super) async fn look_up_message(
    app: &App,
    context: &DispatchContext,
    job: &OutboxEntry,
) -> Result<()> {
    let queue = app.store.list_queue(&job.conversation_id).await?;
    let Some(unknown) = queue.iter().find(|entry| entry.message_id == job.message_id) else {
        return app.store.delete_job(job).await;
    };
    if complete_from_callback(app, unknown, Some(job)).await? {
        return Ok(());
    }
    let Some(message) = app.store.get_message(&job.conversation_id, job.message_id).await? else {
        return app
            .store
            .complete_send(unknown, Some(job), &SendCompletion::Discarded)
            .await
            .map(|_| ());
    };
    let result = find_in_twilio_list(app, context, &queue, unknown, &message).await;
    match result {
        Ok(Some(found_message)) => {
            let completion = SendCompletion::Accepted {
                sid: found_message.sid,
                segments: found_message.num_segments,
                price: found_message.price,
            };
            app.store.complete_send(unknown, Some(job), &completion).await?;
        }
        Ok(None) => retry_or_give_up(app, unknown, job).await?,
        Err(LookUpError::Twilio(error)) => {
            tracing::warn!(message.id = %message.id, error, "Twilio message list request failed");
            retry_list_later(app, unknown, job).await?;
        }
        Err(LookUpError::Table(error)) => return Err(error),
    }
    Ok(())
}

/// A callback has named the SID meanwhile: that settles it.
pub(super) async fn complete_from_callback(
    app: &App,
    entry: &OutboxEntry,
    job: Option<&OutboxEntry>,
) -> Result<bool> {
    let message = app.store.get_message(&entry.conversation_id, entry.message_id).await?;
    match message.and_then(|message| message.sid) {
        Some(sid) => {
            let completion = SendCompletion::Accepted { sid, segments: None, price: None };
            app.store.complete_send(entry, job, &completion).await.map(|_| true)
        }
        None => Ok(false),
    }
}

/// Twilio's list was read, and it is not there: look again, or say that it is unconfirmed.
async fn retry_or_give_up(app: &App, unknown: &OutboxEntry, job: &OutboxEntry) -> Result<()> {
    let now = app.clock.now();
    let claimed_at = unknown.claimed_at.unwrap_or(now);
    match LOOK_UP_DELAYS.into_iter().map(|delay| add(claimed_at, delay)).find(|due| *due > now) {
        Some(due_at) => app.store.defer(job, due_at).await.map(|_| ()),
        None => app
            .store
            .complete_send(unknown, Some(job), &SendCompletion::Unconfirmed)
            .await
            .map(|_| ()),
    }
}

async fn retry_list_later(app: &App, unknown: &OutboxEntry, job: &OutboxEntry) -> Result<()> {
    let now = app.clock.now();
    if add(unknown.claimed_at.unwrap_or(now), LOOK_UP_DEADLINE) <= now {
        return app
            .store
            .complete_send(unknown, Some(job), &SendCompletion::Unconfirmed)
            .await
            .map(|_| ());
    }
    app.store.defer(job, add(now, LIST_RETRY_DELAY)).await.map(|_| ())
}

enum LookUpError {
    Twilio(String),
    Table(shared::error::Error),
}

/// One of the sends of a lane that have the same text, of which Twilio may have each.
struct Candidate {
    id: Ulid,
    from: Timestamp,
    until: Timestamp,
    /// Its run may still settle it by itself.
    in_progress: bool,
    /// What a callback named.
    sid: Option<MessageSid>,
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

    /// Whether Twilio made `entry` while this was claimed.
    fn could_match(&self, entry: &ListedMessage) -> bool {
        (self.from..=self.until).contains(&entry.date_created)
    }
}

/// The message in Twilio's list that is ours: same text, created while it was claimed, known to nobody yet. Of several
/// with the same text the oldest belongs to the oldest that is unknown.
async fn find_in_twilio_list(
    app: &App,
    context: &DispatchContext,
    queue: &[OutboxEntry],
    unknown: &OutboxEntry,
    message: &Message,
) -> Result<Option<ListedMessage>, LookUpError> {
    let mut candidates =
        list_candidates(app, queue, unknown, message).await.map_err(LookUpError::Table)?;
    let from = candidates.iter().map(|candidate| candidate.from).min().unwrap_or_default();
    let until = candidates.iter().map(|candidate| candidate.until).max().unwrap_or_default();
    let mut found: Vec<ListedMessage> = Vec::new();
    let route = context.route(message);
    for day in utc_days(from, until) {
        let entries = context.twilio.list_messages(&route.to, route.from.as_ref(), day).await;
        for entry in entries.map_err(|error| LookUpError::Twilio(error.to_string()))? {
            let ours = entry.direction != ListedDirection::Inbound && entry.body == message.body;
            if ours && found.iter().all(|known| known.sid != entry.sid) {
                found.push(entry);
            }
        }
    }
    // Twilio lists the newest first, to the second: within a second its order is all there is.
    found.reverse();
    found.sort_by_key(|entry| entry.date_created);
    loop {
        let unmatched =
            without_dedup_record(app, &found, &candidates).await.map_err(LookUpError::Table)?;
        let queue =
            app.store.list_queue(&unknown.conversation_id).await.map_err(LookUpError::Table)?;
        let current =
            list_candidates(app, &queue, unknown, message).await.map_err(LookUpError::Table)?;
        if current
            .iter()
            .map(|candidate| candidate.id)
            .eq(candidates.iter().map(|candidate| candidate.id))
        {
            return Ok(pair_oldest_first(unmatched, candidates, unknown.id));
        }
        // One was settled meanwhile and took its message with it.
        candidates = current;
    }
}

/// What of `found` one of the twins may have made, and nobody knows yet.
async fn without_dedup_record(
    app: &App,
    found: &[ListedMessage],
    candidates: &[Candidate],
) -> Result<Vec<ListedMessage>> {
    let mut unmatched = Vec::new();
    for entry in
        found.iter().filter(|entry| candidates.iter().any(|candidate| candidate.could_match(entry)))
    {
        let named_by_callback =
            candidates.iter().any(|candidate| candidate.sid.as_ref() == Some(&entry.sid));
        if !named_by_callback && app.store.find_message_by_sid(&entry.sid).await?.is_none() {
            unmatched.push(entry.clone());
        }
    }
    Ok(unmatched)
}

/// `unknown` and whoever else may have made a message with its text, the oldest first.
async fn list_candidates(
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
            let candidate_message =
                app.store.get_message(&entry.conversation_id, entry.message_id).await?;
            let same_text = candidate_message.filter(|candidate| candidate.body == message.body);
            candidates.extend(same_text.map(|candidate| Candidate::new(entry, &candidate)));
        }
    }
    Ok(candidates)
}

/// What falls to `own` when each of `free`, the oldest first, goes to the oldest twin that may have made it.
fn pair_oldest_first(
    unmatched: Vec<ListedMessage>,
    mut candidates: Vec<Candidate>,
    entry_id: Ulid,
) -> Option<ListedMessage> {
    candidates.retain(|twin| twin.sid.is_none());
    let mut ours = None;
    for entry in unmatched {
        if let Some(index) = candidates.iter().position(|candidate| candidate.could_match(&entry))
            && candidates.remove(index).id == entry_id
        {
            ours = Some(entry);
        }
    }
    // One that is under way may have made it, and is about to say so.
    ours.filter(|entry| {
        !candidates.iter().any(|candidate| candidate.in_progress && candidate.could_match(entry))
    })
}

fn utc_days(from: Timestamp, until: Timestamp) -> Vec<jiff::civil::Date> {
    let day = |time: Timestamp| time.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (first, last) = (day(from), day(until));
    if first == last { vec![first] } else { vec![first, last] }
}
