//! The state that all parts of the simulator share.

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
use super::product::Product;
use super::script::Script;
use super::segments;
use super::store::phones::{self, Phone};
use super::store::{Store, events, work};

/// The state that all parts of the simulator share.
pub(super) struct SimulatorState {
    /// The account SID.
    pub(super) account_sid: String,
    /// The auth token: the password of the API and the key of the signatures.
    pub(super) auth_token: String,
    /// The account's senders on all channels.
    ///
    /// SMS numbers are E.164.
    pub(super) senders: Vec<String>,
    /// The Messaging Service of the SMS and RCS senders.
    pub(super) service: Option<String>,
    /// The URL below which each product has its path.
    pub(super) url: String,
    /// The URL that inbound messages are posted to.
    pub(super) inbound_url: String,
    /// The SQLite store.
    pub(super) store: Store,
    /// The clock.
    pub(super) clock: Arc<dyn Clock>,
    /// The source of SIDs and of random delays.
    pub(super) ids: Arc<dyn Ids>,
    /// The faults and settings.
    pub(super) script: Arc<Script>,
    /// The observed requests.
    pub(super) observed: Observed,
    /// The queues of the senders and the number of API calls in flight.
    pub(super) send_queue: SendQueue,
    /// Notified when there are new tasks.
    pub(super) work_ready: Notify,
    /// Notified when there are new events for a sink.
    pub(super) stream_work_ready: Notify,
    /// The number of remaining tasks and unposted events.
    pub(super) remaining_work: watch::Sender<usize>,
    /// The live events of the Phones page.
    pub(super) phone_events: broadcast::Sender<PhoneEvent>,
    /// Set to `true` when the simulator stops.
    pub(super) stopping: watch::Sender<bool>,
}

impl SimulatorState {
    /// Returns the base URL of a product, without a slash at the end.
    pub(super) fn product_url(&self, product: Product) -> String {
        format!("{}{}", self.url, product.path())
    }

    /// Returns the current time.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns a new SID that begins with `prefix`.
    pub(super) fn new_sid(&self, prefix: &str) -> String {
        format!("{prefix}{:032x}", self.ids.random())
    }

    /// Returns the time after `duration`.
    pub(super) fn after(&self, duration: Duration) -> Timestamp {
        let now = self.now();
        now.checked_add(duration).unwrap_or(now)
    }

    /// Counts the remaining work and wakes its workers.
    ///
    /// Must be called after every write.
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

    /// Publishes a live event of the Phones page.
    pub(super) fn publish(&self, event: PhoneEvent) {
        // Without a receiver, no page is open.
        let _ = self.phone_events.send(event);
    }

    /// Returns the key of opt-outs: the sender's Messaging Service, or the sender itself.
    pub(super) fn opt_out_key<'a>(&'a self, sender: &'a str) -> &'a str {
        self.service_for(sender).unwrap_or(sender)
    }

    /// Returns the Messaging Service that `sender` belongs to.
    pub(super) fn service_for(&self, sender: &str) -> Option<&str> {
        let in_pool = matches!(Channel::from_address(sender), Channel::Sms | Channel::Rcs);
        self.service
            .as_deref()
            .filter(|_| in_pool && self.senders.iter().any(|own_sender| own_sender == sender))
    }

    /// Returns the keyword in `body` if Twilio processes keywords that are sent to `sender`.
    pub(super) fn keyword(&self, sender: &str, body: &str) -> Option<Keyword> {
        let is_supported =
            Channel::from_address(sender) == Channel::Sms || self.service_for(sender).is_some();
        Keyword::parse(body).filter(|_| is_supported)
    }

    /// Returns the phone with this number.
    ///
    /// Adds it if the Phones page does not show it.
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
