//! A look-up: whether Twilio has a message of which nobody knows. After one, five and fifteen minutes it asks
//! Twilio's own list; what is not there then is unconfirmed.

use std::time::Duration;

use jiff::Timestamp;
use shared::error::Result;
use shared::intent::{Intent, IntentState, LEASE, later};
use shared::message::Message;
use shared::store::Settled;
use shared::twilio::client::{Direction, Listed};

use super::sending::Line;
use crate::app::App;

/// Twilio's clock and ours may differ by this much.
const SKEW: Duration = Duration::from_secs(5);

/// From one try to the next: after 1, 5 and 15 minutes in all.
const PAUSES: [Duration; 2] = [Duration::from_mins(4), Duration::from_mins(10)];

/// Does what a look-up job says, if it is still to be done.
pub(super) async fn run(app: &App, twilio: &Line, woken: &Intent) -> Result<()> {
    let Some(job) = app.store.intent(woken).await? else { return Ok(()) };
    let over = job.state == IntentState::Claimed && !job.alive(app.clock.now());
    if job.state != IntentState::Ready && !over {
        return Ok(());
    }
    let Some(job) = app.store.claim(&job).await? else { return Ok(()) };
    let lane = app.store.lane(&job.conversation).await?;
    let Some(unknown) = lane.iter().find(|intent| intent.target == job.target) else {
        return app.store.drop_job(&job).await;
    };
    if settled_by_callback(app, unknown, Some(&job)).await? {
        return Ok(());
    }
    let Some(message) = app.store.message(&job.conversation, job.target).await? else {
        return app.store.settle(unknown, Some(&job), &Settled::Dropped).await.map(|_| ());
    };
    let listed = listed(app, twilio, &lane, unknown, &message).await;
    match listed {
        Ok(Some(found)) => {
            let how = Settled::Sent { sid: found.sid, segments: None };
            app.store.settle(unknown, Some(&job), &how).await?;
        }
        Ok(None) => next(app, unknown, &job).await?,
        Err(Asking::Twilio(why)) => {
            tracing::warn!(message.id = %message.id, why, "Twilio's list could not be read");
            next(app, unknown, &job).await?;
        }
        Err(Asking::Table(error)) => return Err(error),
    }
    Ok(())
}

/// A callback has named the SID meanwhile: that settles it.
pub(super) async fn settled_by_callback(
    app: &App,
    intent: &Intent,
    job: Option<&Intent>,
) -> Result<bool> {
    let message = app.store.message(&intent.conversation, intent.target).await?;
    match message.and_then(|message| message.sid) {
        Some(sid) => {
            let how = Settled::Sent { sid, segments: None };
            app.store.settle(intent, job, &how).await.map(|_| true)
        }
        None => Ok(false),
    }
}

async fn next(app: &App, unknown: &Intent, job: &Intent) -> Result<()> {
    let tried = usize::try_from(job.attempts).unwrap_or(usize::MAX);
    match PAUSES.get(tried.saturating_sub(1)) {
        Some(pause) => {
            app.store.defer(job, later(app.clock.now(), *pause)).await?;
        }
        None => {
            app.store.settle(unknown, Some(job), &Settled::Unconfirmed).await?;
        }
    }
    Ok(())
}

enum Asking {
    Twilio(String),
    Table(shared::error::Error),
}

/// The message in Twilio's list that is ours: same text, created while it was claimed, known to nobody yet. Of several
/// with the same text the oldest belongs to the oldest that is unknown.
async fn listed(
    app: &App,
    twilio: &Line,
    lane: &[Intent],
    unknown: &Intent,
    message: &Message,
) -> Result<Option<Listed>, Asking> {
    let claimed_at = unknown.claimed_at.unwrap_or_else(|| message.created());
    let from = claimed_at.checked_sub(SKEW).unwrap_or(claimed_at);
    let until = later(unknown.lease.unwrap_or_else(|| later(claimed_at, LEASE)), SKEW);
    let mut found: Vec<Listed> = Vec::new();
    for day in days(from, until) {
        let all = twilio.client.list_messages(&message.contact, &message.business, day).await;
        for entry in all.map_err(|error| Asking::Twilio(error.to_string()))? {
            let outbound = entry.direction != Direction::Inbound;
            let in_time = (from..=until).contains(&entry.date_created);
            let new = found.iter().all(|known| known.sid != entry.sid);
            if outbound && in_time && new && entry.body == message.body {
                found.push(entry);
            }
        }
    }
    let mut free = Vec::new();
    for entry in found {
        if app.store.message_by_sid(&entry.sid).await.map_err(Asking::Table)?.is_none() {
            free.push(entry);
        }
    }
    free.sort_by(|a, b| (a.date_created, &a.sid).cmp(&(b.date_created, &b.sid)));
    let older = older_twins(app, lane, unknown, message).await.map_err(Asking::Table)?;
    Ok(free.into_iter().nth(older))
}

/// How many older unknown sends of this lane have the same text.
async fn older_twins(
    app: &App,
    lane: &[Intent],
    unknown: &Intent,
    message: &Message,
) -> Result<usize> {
    let mut twins = 0;
    for other in lane {
        let older = other.state == IntentState::Unknown && other.id < unknown.id;
        if older {
            let other = app.store.message(&other.conversation, other.target).await?;
            twins += usize::from(other.is_some_and(|other| other.body == message.body));
        }
    }
    Ok(twins)
}

fn days(from: Timestamp, until: Timestamp) -> Vec<jiff::civil::Date> {
    let day = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (first, last) = (day(from), day(until));
    if first == last { vec![first] } else { vec![first, last] }
}
