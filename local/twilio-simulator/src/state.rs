//! The state that every part of the simulator works on.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use shared::clock::Clock;
use shared::ids::Ids;
use tokio::sync::{Notify, broadcast, watch};

use super::address::Channel;
use super::extras::MessageExtras;
use super::keywords::Keyword;
use super::limits::SendQueue;
use super::message::{Direction, Message, Status};
use super::observed::Observed;
use super::phone_event::PhoneEvent;
use super::script::Script;
use super::segments;
use super::store::phones::{self, Phone};
use super::store::{Store, events, work};

/// Everything that the parts share.
pub(super) struct SimulatorState {
    /// The account.
    pub(super) account_sid: String,
    /// Its token: the password of the API and the key of the signatures.
    pub(super) auth_token: String,
    /// The account's senders, on every channel; an SMS number is E.164.
    pub(super) senders: Vec<String>,
    /// The Messaging Service that the senders of SMS and RCS belong to.
    pub(super) service: Option<String>,
    /// Its own base address: files of messages are fetched there.
    pub(super) url: String,
    /// Where inbound messages are posted.
    pub(super) inbound_url: String,
    /// The file.
    pub(super) store: Store,
    /// Time.
    pub(super) clock: Arc<dyn Clock>,
    /// The source of SIDs and of random delays.
    pub(super) ids: Arc<dyn Ids>,
    /// What goes wrong.
    pub(super) script: Arc<Script>,
    /// What was seen.
    pub(super) observed: Observed,
    /// How much is under way.
    pub(super) send_queue: SendQueue,
    /// Rung when there is new work.
    pub(super) work_ready: Notify,
    /// Rung when there are new events for a sink.
    pub(super) stream_work_ready: Notify,
    /// How much work is left.
    pub(super) remaining_work: watch::Sender<usize>,
    /// What the phones page is told.
    pub(super) phone_events: broadcast::Sender<PhoneEvent>,
    /// Set at the end.
    pub(super) stopping: watch::Sender<bool>,
}

impl SimulatorState {
    /// Now.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns a new SID that begins with `prefix`.
    pub(super) fn new_sid(&self, prefix: &str) -> String {
        format!("{prefix}{:032x}", self.ids.random())
    }

    /// `duration` from now.
    pub(super) fn after(&self, duration: Duration) -> Timestamp {
        let now = self.now();
        now.checked_add(duration).unwrap_or(now)
    }

    /// Counts the work anew and wakes whoever waits for it. Called after every write.
    pub(super) fn work_changed(&self) {
        // Sent under the store's lock: an older count cannot overtake a newer one.
        let result = self.store.with(|db| {
            let untried = events::count_untried(db)?;
            if untried > 0 {
                self.stream_work_ready.notify_one();
            }
            self.remaining_work.send_replace(work::remaining(db)? + untried);
            Ok(())
        });
        if let Err(error) = result {
            tracing::error!(%error, "Simulator work count failed");
        }
        self.work_ready.notify_one();
    }

    /// Tells the phones page, if anybody looks.
    pub(super) fn publish(&self, event: PhoneEvent) {
        // No receiver: nobody looks.
        let _ = self.phone_events.send(event);
    }

    /// Under what a customer's opt-out is kept: the sender, or the Messaging Service that it belongs to.
    pub(super) fn opt_out_key<'a>(&'a self, sender: &'a str) -> &'a str {
        self.service_for(sender).unwrap_or(sender)
    }

    /// The Messaging Service that `sender` belongs to.
    pub(super) fn service_for(&self, sender: &str) -> Option<&str> {
        let in_pool = matches!(Channel::from_address(sender), Channel::Sms | Channel::Rcs);
        self.service
            .as_deref()
            .filter(|_| in_pool && self.senders.iter().any(|own_sender| own_sender == sender))
    }

    /// The keyword that `body` is, where Twilio acts on keywords sent to `sender`.
    pub(super) fn keyword(&self, sender: &str, body: &str) -> Option<Keyword> {
        let is_supported =
            Channel::from_address(sender) == Channel::Sms || self.service_for(sender).is_some();
        Keyword::parse(body).filter(|_| is_supported)
    }

    /// The phone with this number, put on the bench if it is not there yet.
    pub(super) fn get_or_add_phone(&self, number: &str) -> rusqlite::Result<Phone> {
        if let Some(phone) = self.store.with(|db| phones::find(db, number))?
            && phone.visible
        {
            return Ok(phone);
        }
        let phone = Phone::new(number.to_owned(), None, self.now());
        self.store.with(|db| phones::put(db, &phone))?;
        self.publish(PhoneEvent::phone(&phone));
        Ok(phone)
    }

    /// Returns a message that is not stored yet.
    pub(super) fn new_message(
        &self,
        direction: Direction,
        from: String,
        to: String,
        body: String,
    ) -> Message {
        let now = self.now();
        Message {
            seq: 0,
            sid: self.new_sid("SM"),
            direction,
            from,
            to,
            segments: segments::count(&body),
            body,
            status: if direction == Direction::Inbound { Status::Received } else { Status::Queued },
            error_code: None,
            created_at: now,
            updated_at: now,
            sent_at: None,
            status_callback: None,
            webhook_result: None,
            waiting_for_phone: false,
            redacted: false,
            deleted: false,
            extras: MessageExtras::default(),
        }
    }
}
