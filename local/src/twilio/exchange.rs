//! The state that every part of the simulator works on, and the two ways in: a call to the API, a text from a phone.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use shared::clock::Clock;
use shared::ids::{Ids, RandomIds};
use tokio::sync::{Notify, broadcast, watch};

use super::address::Channel;
use super::keywords::Keyword;
use super::limits::Traffic;
use super::message::{Direction, Message, Status};
use super::more::{More, Typed};
use super::observed::Observed;
use super::phones::News;
use super::rule::Call;
use super::script::{InboundFault, Script};
use super::store::phones::{self, Phone};
use super::store::work::{self, Job, Post};
use super::store::{Store, events, messages};
use super::streams::event;
use super::{inbound, network, segments};

/// Everything that the parts share.
pub(super) struct Exchange {
    /// The account.
    pub(super) account_sid: String,
    /// Its token: the password of the API and the key of the signatures.
    pub(super) auth_token: String,
    /// The account's senders, on every channel; an SMS number is E.164.
    pub(super) numbers: Vec<String>,
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
    /// What goes wrong.
    pub(super) script: Arc<Script>,
    /// What was seen.
    pub(super) observed: Observed,
    /// How much is under way.
    pub(super) traffic: Traffic,
    /// Rung when there is new work.
    pub(super) bell: Notify,
    /// Rung when there are new events for a sink.
    pub(super) stream_bell: Notify,
    /// How much work is left.
    pub(super) left: watch::Sender<usize>,
    /// What the phones page is told.
    pub(super) news: broadcast::Sender<News>,
    /// Set at the end.
    pub(super) stopping: watch::Sender<bool>,
}

/// What a call to the API asks for, checked.
#[derive(Debug, Clone)]
pub(super) struct Order {
    /// The recipient.
    pub(super) to: String,
    /// One of the account's senders.
    pub(super) from: String,
    /// The text.
    pub(super) body: String,
    /// Where callbacks go.
    pub(super) status_callback: Option<String>,
    /// What it has beside its text.
    pub(super) more: More,
    /// The carrier does not take its usual time.
    pub(super) hurried: bool,
    /// How long its sender has others to send before.
    pub(super) wait: Duration,
}

impl Exchange {
    /// Now.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// `duration` from now.
    pub(super) fn after(&self, duration: Duration) -> Timestamp {
        let now = self.now();
        now.checked_add(duration).unwrap_or(now)
    }

    /// Counts the work anew and wakes whoever waits for it. Called after every write.
    pub(super) fn changed(&self) {
        // Sent under the store's lock: an older count cannot overtake a newer one.
        let counted = self.store.with(|db| {
            let untried = events::untried(db)?;
            if untried > 0 {
                self.stream_bell.notify_one();
            }
            self.left.send_replace(work::left(db)? + untried);
            Ok(())
        });
        if let Err(problem) = counted {
            tracing::error!(%problem, "The simulator cannot count its work");
        }
        self.bell.notify_one();
    }

    /// Tells the phones page, if anybody looks.
    pub(super) fn tell(&self, news: News) {
        // No receiver: nobody looks.
        let _ = self.news.send(news);
    }

    /// Under what a customer's opt-out is kept: the sender, or the Messaging Service that it belongs to.
    pub(super) fn opt_out_key<'a>(&'a self, sender: &'a str) -> &'a str {
        self.service_of(sender).unwrap_or(sender)
    }

    /// The Messaging Service that `sender` belongs to.
    pub(super) fn service_of(&self, sender: &str) -> Option<&str> {
        let pooled = matches!(Channel::of(sender), Channel::Sms | Channel::Rcs);
        self.service.as_deref().filter(|_| pooled && self.numbers.iter().any(|own| own == sender))
    }

    /// The keyword that `body` is, where Twilio acts on keywords sent to `sender`.
    pub(super) fn keyword(&self, sender: &str, body: &str) -> Option<Keyword> {
        let acts = Channel::of(sender) == Channel::Sms || self.service_of(sender).is_some();
        Keyword::read(body).filter(|_| acts)
    }

    /// Accepts a message for a phone: stored with its first step before this returns.
    pub(super) fn accept(&self, order: Order) -> rusqlite::Result<Message> {
        let mut message = self.draft(Direction::Api, order.from, order.to, order.body);
        message.status_callback = order.status_callback;
        message.carry(order.more);
        message.status = match (&message.more.send_at, &message.more.service) {
            (Some(_), _) => Status::Scheduled,
            (None, Some(_)) => Status::Accepted,
            (None, None) => Status::Queued,
        };
        let (due, step) = network::first_step(self, &message, order.hurried);
        let due = due.checked_add(order.wait).unwrap_or(due);
        self.store.transaction(|db| {
            messages::insert(db, &mut message)?;
            work::plan(db, &message.sid, due, &step)
        })?;
        self.changed();
        Ok(message)
    }

    /// Takes what was typed on a phone: stored with its webhook before this returns.
    pub(super) fn take(&self, typed: Typed) -> rusqlite::Result<Message> {
        let keyword = self.keyword(&typed.to, &typed.body);
        let mut message = self.draft(Direction::Inbound, typed.from, typed.to, typed.body);
        message.sent_at = Some(message.created_at);
        let service = self.service_of(&message.to).map(str::to_owned);
        let (media, particulars) = (typed.media, typed.particulars);
        message.carry(More { media, service, particulars, ..More::default() });
        let (from, to) = (message.from.clone(), message.to.clone());
        let fault = self.script.inbound_meets(
            Call { number: &from, body: &message.body, status: Some(Status::Received) },
            message.created_at,
        );
        let (due, copies) = match fault {
            Some(InboundFault::Late { by }) => (self.after(by), 1),
            Some(InboundFault::Copies { count }) => (message.created_at, count),
            None => (message.created_at, 1),
        };
        let name = self.store.with(|db| phones::find(db, &from))?.and_then(|phone| phone.name);
        let told = keyword
            .filter(|_| message.more.service.is_some() && self.script.has_advanced_opt_out());
        let form = inbound::form(self, &message, name.as_deref(), told);
        let post = Post { inbound: true, url: self.inbound_url.clone(), form, copies, attempts: 0 };
        self.store.transaction(|db| {
            messages::insert(db, &mut message)?;
            work::plan(db, &message.sid, due, &Job::Post(post))?;
            event::emit(self, db, &message)?;
            match keyword {
                Some(Keyword::Stop) => phones::opt(db, &from, self.opt_out_key(&to), true),
                Some(Keyword::Start) => phones::opt(db, &from, self.opt_out_key(&to), false),
                Some(Keyword::Help) | None => Ok(()),
            }
        })?;
        self.changed();
        self.tell(News::message(&message));
        if let Some(keyword) = keyword {
            self.reply(&to, &from, keyword)?;
        }
        Ok(message)
    }

    /// The phone with this number, put on the bench if it is not there yet.
    pub(super) fn phone_at(&self, number: &str) -> rusqlite::Result<Phone> {
        if let Some(phone) = self.store.with(|db| phones::find(db, number))?
            && phone.shown
        {
            return Ok(phone);
        }
        let phone = Phone::new(number.to_owned(), None, self.now());
        self.store.with(|db| phones::put(db, &phone))?;
        self.tell(News::phone(&phone));
        Ok(phone)
    }

    /// Twilio's own answer to a keyword; the desk hears nothing of it.
    fn reply(&self, from: &str, to: &str, keyword: Keyword) -> rusqlite::Result<()> {
        let body = keyword.reply().to_owned();
        let mut message = self.draft(Direction::Reply, from.to_owned(), to.to_owned(), body);
        let (due, step) = network::first_step(self, &message, false);
        self.store.transaction(|db| {
            messages::insert(db, &mut message)?;
            work::plan(db, &message.sid, due, &step)
        })?;
        self.changed();
        Ok(())
    }

    fn draft(&self, direction: Direction, from: String, to: String, body: String) -> Message {
        let now = self.now();
        Message {
            seq: 0,
            sid: format!("SM{:032x}", RandomIds.random()),
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
            answer: None,
            waiting: false,
            redacted: false,
            deleted: false,
            more: More::default(),
        }
    }
}
