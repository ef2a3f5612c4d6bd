//! A look-up: whether Twilio has a message of which nobody knows. After one, five and fifteen minutes it asks
//! Twilio's own list; what is not there then is unconfirmed.

use std::time::Duration;

use jiff::Timestamp;
use shared::error::Result;
use shared::ids::Ulid;
use shared::intent::{Intent, IntentState, LEASE, later};
use shared::message::Message;
use shared::sid::MessageSid;
use shared::store::Settled;
use shared::twilio::client::{Direction, Listed};

use super::sending::Line;
use crate::app::App;

/// Twilio's clock and ours may differ by this much.
const SKEW: Duration = Duration::from_secs(5);

/// When it looks again, counted from the claim; after the last it is unconfirmed.
const LOOKS: [Duration; 2] = [Duration::from_mins(5), Duration::from_mins(15)];

/// A list that cannot be read says nothing: it is asked again so much later,
const UNREADABLE: Duration = Duration::from_mins(5);

/// and given up after a day.
const GIVEN_UP: Duration = Duration::from_hours(24);

/// Does what a claimed look-up job says.
pub(super) async fn run(app: &App, twilio: &Line, job: &Intent) -> Result<()> {
    let lane = app.store.lane(&job.conversation).await?;
    let Some(unknown) = lane.iter().find(|intent| intent.target == job.target) else {
        return app.store.drop_job(job).await;
    };
    if settled_by_callback(app, unknown, Some(job)).await? {
        return Ok(());
    }
    let Some(message) = app.store.message(&job.conversation, job.target).await? else {
        return app.store.settle(unknown, Some(job), &Settled::Dropped).await.map(|_| ());
    };
    let listed = listed(app, twilio, &lane, unknown, &message).await;
    match listed {
        Ok(Some(found)) => {
            let how =
                Settled::Sent { sid: found.sid, segments: found.num_segments, price: found.price };
            app.store.settle(unknown, Some(job), &how).await?;
        }
        Ok(None) => next(app, unknown, job).await?,
        Err(Asking::Twilio(why)) => {
            tracing::warn!(message.id = %message.id, why, "Twilio's list could not be read");
            unreadable(app, unknown, job).await?;
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
            let how = Settled::Sent { sid, segments: None, price: None };
            app.store.settle(intent, job, &how).await.map(|_| true)
        }
        None => Ok(false),
    }
}

/// Twilio's list was read, and it is not there: look again, or say that it is unconfirmed.
async fn next(app: &App, unknown: &Intent, job: &Intent) -> Result<()> {
    let now = app.clock.now();
    let claimed_at = unknown.claimed_at.unwrap_or(now);
    match LOOKS.into_iter().map(|look| later(claimed_at, look)).find(|due| *due > now) {
        Some(due_at) => app.store.defer(job, due_at).await.map(|_| ()),
        None => app.store.settle(unknown, Some(job), &Settled::Unconfirmed).await.map(|_| ()),
    }
}

async fn unreadable(app: &App, unknown: &Intent, job: &Intent) -> Result<()> {
    let now = app.clock.now();
    if later(unknown.claimed_at.unwrap_or(now), GIVEN_UP) <= now {
        return app.store.settle(unknown, Some(job), &Settled::Unconfirmed).await.map(|_| ());
    }
    app.store.defer(job, later(now, UNREADABLE)).await.map(|_| ())
}

enum Asking {
    Twilio(String),
    Table(shared::error::Error),
}

/// One of the sends of a lane that have the same text, of which Twilio may have each.
struct Twin {
    id: Ulid,
    from: Timestamp,
    until: Timestamp,
    /// Its run may still settle it by itself.
    under_way: bool,
    /// What a callback named.
    sid: Option<MessageSid>,
}

impl Twin {
    fn of(intent: &Intent, message: &Message) -> Self {
        let claimed_at = intent.claimed_at.unwrap_or_else(|| message.created());
        let lease = intent.lease.unwrap_or_else(|| later(claimed_at, LEASE));
        Self {
            id: intent.id,
            from: claimed_at.checked_sub(SKEW).unwrap_or(claimed_at),
            until: later(lease, SKEW),
            under_way: intent.state == IntentState::Claimed,
            sid: message.sid.clone(),
        }
    }

    /// Whether Twilio made `entry` while this was claimed.
    fn may_be(&self, entry: &Listed) -> bool {
        (self.from..=self.until).contains(&entry.date_created)
    }
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
    let mut twins = twins_of(app, lane, unknown, message).await.map_err(Asking::Table)?;
    let from = twins.iter().map(|twin| twin.from).min().unwrap_or_default();
    let until = twins.iter().map(|twin| twin.until).max().unwrap_or_default();
    let mut found: Vec<Listed> = Vec::new();
    let route = twilio.route(message);
    for day in days(from, until) {
        let all = twilio.client.list_messages(&route.to, route.from.as_ref(), day).await;
        for entry in all.map_err(|error| Asking::Twilio(error.to_string()))? {
            let ours = entry.direction != Direction::Inbound && entry.body == message.body;
            if ours && found.iter().all(|known| known.sid != entry.sid) {
                found.push(entry);
            }
        }
    }
    // Twilio lists the newest first, to the second: within a second its order is all there is.
    found.reverse();
    found.sort_by_key(|entry| entry.date_created);
    loop {
        let free = free(app, &found, &twins).await.map_err(Asking::Table)?;
        let lane = app.store.lane(&unknown.conversation).await.map_err(Asking::Table)?;
        let now = twins_of(app, &lane, unknown, message).await.map_err(Asking::Table)?;
        if now.iter().map(|twin| twin.id).eq(twins.iter().map(|twin| twin.id)) {
            return Ok(paired(free, twins, unknown.id));
        }
        // One was settled meanwhile and took its message with it.
        twins = now;
    }
}

/// What of `found` one of the twins may have made, and nobody knows yet.
async fn free(app: &App, found: &[Listed], twins: &[Twin]) -> Result<Vec<Listed>> {
    let mut free = Vec::new();
    for entry in found.iter().filter(|entry| twins.iter().any(|twin| twin.may_be(entry))) {
        let named = twins.iter().any(|twin| twin.sid.as_ref() == Some(&entry.sid));
        if !named && app.store.message_by_sid(&entry.sid).await?.is_none() {
            free.push(entry.clone());
        }
    }
    Ok(free)
}

/// `unknown` and whoever else may have made a message with its text, the oldest first.
async fn twins_of(
    app: &App,
    lane: &[Intent],
    unknown: &Intent,
    message: &Message,
) -> Result<Vec<Twin>> {
    let mut twins = Vec::new();
    for intent in lane {
        let possible = match intent.state {
            IntentState::Unknown => intent.id <= unknown.id,
            IntentState::Claimed => true,
            IntentState::Ready | IntentState::Later => false,
        };
        if possible {
            let other = app.store.message(&intent.conversation, intent.target).await?;
            let twin = other.filter(|other| other.body == message.body);
            twins.extend(twin.map(|twin| Twin::of(intent, &twin)));
        }
    }
    Ok(twins)
}

/// What falls to `own` when each of `free`, the oldest first, goes to the oldest twin that may have made it.
fn paired(free: Vec<Listed>, mut twins: Vec<Twin>, own: Ulid) -> Option<Listed> {
    twins.retain(|twin| twin.sid.is_none());
    let mut ours = None;
    for entry in free {
        if let Some(place) = twins.iter().position(|twin| twin.may_be(&entry))
            && twins.remove(place).id == own
        {
            ours = Some(entry);
        }
    }
    // One that is under way may have made it, and is about to say so.
    ours.filter(|entry| !twins.iter().any(|twin| twin.under_way && twin.may_be(entry)))
}

fn days(from: Timestamp, until: Timestamp) -> Vec<jiff::civil::Date> {
    let day = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (first, last) = (day(from), day(until));
    if first == last { vec![first] } else { vec![first, last] }
}
