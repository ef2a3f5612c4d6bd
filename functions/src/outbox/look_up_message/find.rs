//! Finds the message that an unknown send created in Twilio's message list.

use jiff::Timestamp;
use jiff::civil::Date;
use shared::attempts::Attempts;
use shared::error::{Error, Result};
use shared::ids::EntryId;
use shared::message::Message;
use shared::outbox::OutboxEntry;
use shared::twilio::message_list::{ListedDirection, ListedMessage};

use super::candidates::{Candidate, list_candidates};
use crate::app::App;
use crate::outbox::context::DispatchContext;

/// The number of attempts to match messages while sends of the queue are being completed.
const MAX_ATTEMPTS: u32 = 8;

/// Why a look-up has no result.
pub(super) enum LookUpError {
    /// Twilio's list could not be read.
    Twilio(String),
    /// The table could not be read.
    Table(Error),
}

/// Returns the message in Twilio's list that `unknown` created.
///
/// It has the same text, was created while the send was claimed, and has no dedup record. If several sends have the
/// same text, the oldest message belongs to the oldest send.
pub(super) async fn find_in_twilio_list(
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
    // Twilio lists the newest first, with times in whole seconds. Within a second, the order of the list decides.
    found.reverse();
    found.sort_by_key(|entry| entry.date_created);
    let mut attempts = Attempts::new(MAX_ATTEMPTS);
    loop {
        attempts.begin().map_err(LookUpError::Table)?;
        let unmatched =
            without_dedup_record(app, &found, &candidates).await.map_err(LookUpError::Table)?;
        let queue =
            app.store.list_queue(&message.conversation).await.map_err(LookUpError::Table)?;
        let current =
            list_candidates(app, &queue, unknown, message).await.map_err(LookUpError::Table)?;
        if current
            .iter()
            .map(|candidate| candidate.id)
            .eq(candidates.iter().map(|candidate| candidate.id))
        {
            return Ok(pair_oldest_first(unmatched, candidates, unknown.id));
        }
        // A candidate was completed in the meantime, and its message now has a dedup record.
        candidates = current;
    }
}

/// Returns the messages of `found` that a candidate may have created and that have no dedup record.
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

/// Returns the message of `entry_id` when each message goes to the oldest candidate that may have created it.
///
/// `unmatched` and `candidates` are sorted by age, the oldest first. Returns `None` if a send in progress may have
/// created the message.
fn pair_oldest_first(
    unmatched: Vec<ListedMessage>,
    mut candidates: Vec<Candidate>,
    entry_id: EntryId,
) -> Option<ListedMessage> {
    candidates.retain(|candidate| candidate.sid.is_none());
    let mut ours = None;
    for entry in unmatched {
        if let Some(index) = candidates.iter().position(|candidate| candidate.could_match(&entry))
            && candidates.remove(index).id == entry_id
        {
            ours = Some(entry);
        }
    }
    ours.filter(|entry| {
        !candidates.iter().any(|candidate| candidate.in_progress && candidate.could_match(entry))
    })
}

/// Returns all UTC days of a time span, the first one first.
fn utc_days(from: Timestamp, until: Timestamp) -> impl Iterator<Item = Date> {
    let day = |time: Timestamp| time.to_zoned(jiff::tz::TimeZone::UTC).date();
    let last = day(until);
    std::iter::successors(Some(day(from)), |day| day.tomorrow().ok())
        .take_while(move |day| *day <= last)
}

#[cfg(test)]
mod tests {
    use shared::message::delivery_status::DeliveryStatus;
    use shared::sid::MessageSid;

    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn sid(number: u8) -> MessageSid {
        MessageSid::parse(&format!("SM{number:032x}")).unwrap()
    }

    fn listed(number: u8, second: i64) -> ListedMessage {
        ListedMessage {
            sid: sid(number),
            body: "Hello".to_owned(),
            status: DeliveryStatus::Sent,
            direction: ListedDirection::Outbound,
            date_created: Timestamp::from_second(second).unwrap(),
            error_code: None,
            num_segments: None,
            price: None,
        }
    }

    /// A candidate that was claimed from one second to another.
    fn candidate(id: u128, from: i64, until: i64) -> Candidate {
        let second = |second| Timestamp::from_second(second).unwrap();
        let (from, until) = (second(from), second(until));
        Candidate { id: EntryId::from_parts(0, id), from, until, in_progress: false, sid: None }
    }

    fn pair(
        messages: &[ListedMessage],
        candidates: Vec<Candidate>,
        id: u128,
    ) -> Option<MessageSid> {
        pair_oldest_first(messages.to_vec(), candidates, EntryId::from_parts(0, id))
            .map(|message| message.sid)
    }

    #[test]
    fn messages_with_the_same_text_are_paired_in_order_of_age() {
        let candidates = || vec![candidate(1, 0, 100), candidate(2, 50, 150)];
        let messages = [listed(1, 60), listed(2, 70)];
        assert_eq!(pair(&messages, candidates(), 1), Some(sid(1)));
        assert_eq!(pair(&messages, candidates(), 2), Some(sid(2)));
        // One message belongs to the older send, and the younger one has none.
        assert_eq!(pair(&messages[..1], candidates(), 2), None);
    }

    #[test]
    fn a_message_outside_of_the_claim_is_not_paired() {
        assert_eq!(pair(&[listed(1, 101)], vec![candidate(1, 0, 100)], 1), None);
        assert_eq!(pair(&[listed(1, 100)], vec![candidate(1, 0, 100)], 1), Some(sid(1)));
        // It is left for the younger send, which was claimed then.
        let candidates = vec![candidate(1, 0, 100), candidate(2, 50, 150)];
        assert_eq!(pair(&[listed(1, 120)], candidates, 2), Some(sid(1)));
    }

    #[test]
    fn a_send_in_progress_keeps_the_message_undecided() {
        let in_progress = Candidate { in_progress: true, ..candidate(2, 0, 100) };
        assert_eq!(pair(&[listed(1, 60)], vec![candidate(1, 0, 100), in_progress], 1), None);
    }

    #[test]
    fn a_candidate_that_a_callback_named_takes_no_message() {
        let named = Candidate { sid: Some(sid(9)), ..candidate(1, 0, 100) };
        assert_eq!(pair(&[listed(1, 60)], vec![named, candidate(2, 0, 100)], 2), Some(sid(1)));
    }

    #[test]
    fn a_time_span_has_all_its_utc_days() {
        let days = |from, until| {
            utc_days(time(from), time(until)).map(|day| day.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(days("2026-03-01T00:00:00Z", "2026-03-01T23:59:59Z"), ["2026-03-01"]);
        assert_eq!(
            days("2026-02-28T23:59:58Z", "2026-03-01T00:00:01Z"),
            ["2026-02-28", "2026-03-01"]
        );
        assert_eq!(
            days("2026-02-27T23:59:58Z", "2026-03-02T00:00:00Z"),
            ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]
        );
        assert_eq!(days("2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z"), [""; 0]);
    }
}
