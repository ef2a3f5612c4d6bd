//! A Twilio simulator: an HTTP server with the Messages API, Event Streams, webhooks and phones.
//!
//! - `api`: the REST API by `product`; `listener`: its connections, which tests can refuse and cut.
//! - `outbound`: accepts create requests of the API; `inbound`: accepts messages from phones.
//! - `state`: the shared state; `store`: its SQLite file.
//! - `worker`: runs due tasks: `carrier` delivers to phones, `fetch` gets media, `webhook_sender` posts signed
//!   webhooks. `streams` posts events to sinks. Both run their tasks in a `task_pool`.
//! - [`phones`]: the API of the Phones page. [`script`]: the faults; [`rule`]: when they apply. [`observed`]: the
//!   requests that were observed.
//! - [`signature`], [`segments`], [`number`], [`keywords`], [`message`], [`extras`], [`address`]: Twilio's rules,
//!   written from Twilio's documentation. They share no code with the product, so that one mistake cannot be on both
//!   sides.

use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinHandle;

pub mod address;
mod api;
mod carrier;
mod error;
pub mod extras;
mod fault;
mod fetch;
mod inbound;
mod inbound_form;
pub mod keywords;
mod limits;
mod listener;
pub mod message;
pub mod number;
pub mod observed;
mod options;
mod outbound;
mod phone_event;
pub mod phones;
mod product;
pub mod rule;
pub mod script;
pub mod segments;
pub mod signature;
mod state;
mod store;
mod streams;
mod task_pool;
#[cfg(test)]
mod tests;
mod webhook;
mod webhook_sender;
mod worker;

pub use error::TwilioError;
pub use extras::{AppExtras, Media, PhoneInput};
pub use message::{Message, Status};
pub use observed::{ObservedCreate, ObservedEventPost, ObservedWebhook};
pub use options::TwilioOptions;
pub use rule::FaultRule;
pub use script::{CallbackFault, CreateFault, InboundFault, Limits, MediaFault, Pace, Script};
pub use store::phones::{Phone, PhoneCondition};

use listener::FaultyListener;
use state::SimulatorState;
use store::{Store, messages};
use worker::Clients;

/// A running simulator.
pub struct Twilio {
    state: Arc<SimulatorState>,
    address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

impl Twilio {
    /// Starts the simulator.
    ///
    /// Tasks that remained from the last run continue at once.
    pub async fn start(options: TwilioOptions) -> Result<Self, TwilioError> {
        let script = Arc::new(Script::default());
        let store = Store::open(options.folder.as_deref())?;
        let listener = FaultyListener::bind(store.get_port()?, script.subscribe_refusing()).await?;
        let address = listener.address();
        store.put_port(address.port())?;
        let base_url = options.public_url.as_str().trim_end_matches('/');
        let state = Arc::new(SimulatorState {
            account_sid: options.account_sid,
            auth_token: options.auth_token,
            senders: options.senders,
            service: options.service,
            url: format!("http://{address}"),
            inbound_url: format!("{base_url}/twilio/messages"),
            store,
            clock: options.clock,
            ids: options.ids,
            script,
            observed: observed::Observed::default(),
            send_queue: limits::SendQueue::default(),
            work_ready: Notify::new(),
            stream_work_ready: Notify::new(),
            remaining_work: watch::Sender::new(0),
            phone_events: broadcast::Sender::new(1024),
            stopping: watch::Sender::new(false),
        });
        phones::add_first_customer(&state)?;
        state.work_changed();
        let api_task = tokio::spawn(api::serve(listener, Arc::clone(&state)));
        let clients = Clients { webhooks: webhook_sender::client()?, files: fetch::client()? };
        let streams_task =
            tokio::spawn(streams::post::run(Arc::clone(&state), clients.webhooks.clone()));
        let worker_task = tokio::spawn(worker::run(Arc::clone(&state), clients));
        Ok(Self { state, address, tasks: vec![api_task, streams_task, worker_task] })
    }

    /// Returns the URL of the REST API, below which each product has its path: `/api`, `/events`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the base URL of each product as a pattern: the URL with `/{product}`.
    pub fn url_pattern(&self) -> String {
        format!("{}/{{product}}", self.url())
    }

    /// Returns the phones API, to be mounted at `/phones/api`.
    pub fn phones(&self) -> axum::Router {
        phones::router(Arc::clone(&self.state))
    }

    /// Returns the script of faults.
    pub fn script(&self) -> &Script {
        &self.state.script
    }

    /// Sends `body` from the phone `from`.
    ///
    /// Returns when the message and its webhook task are stored.
    pub fn type_text(&self, from: &str, to: &str, body: &str) -> Result<Message, TwilioError> {
        let (from, to, body) = (from.to_owned(), to.to_owned(), body.to_owned());
        self.send_from_phone(PhoneInput { from, to, body, ..PhoneInput::default() })
    }

    /// Sends a message from a phone.
    ///
    /// Returns when the message and its webhook task are stored.
    pub fn send_from_phone(&self, input: PhoneInput) -> Result<Message, TwilioError> {
        self.state.get_or_add_phone(&input.from)?;
        Ok(inbound::accept(&self.state, input)?)
    }

    /// Stores a file that a phone can send.
    pub fn store_media(
        &self,
        content_type: &str,
        name: Option<&str>,
        bytes: &[u8],
    ) -> Result<Media, TwilioError> {
        let (content_type, name) = (content_type.to_owned(), name.map(str::to_owned));
        let media = Media { sid: self.state.new_sid("ME"), content_type, name, size: bytes.len() };
        self.state.store.with(|db| store::media::insert(db, &media, bytes))?;
        Ok(media)
    }

    /// Returns a file and its bytes.
    pub fn media(&self, sid: &str) -> Result<Option<(Media, Vec<u8>)>, TwilioError> {
        Ok(self.state.store.with(|db| store::media::find(db, sid))?)
    }

    /// Marks the messages on a phone as read, as if the customer opened the thread.
    pub fn open_thread(&self, phone: &str) -> Result<(), TwilioError> {
        Ok(carrier::mark_read(&self.state, phone)?)
    }

    /// Sets the condition of a phone, whether or not the Phones page shows it.
    pub fn set_condition(&self, phone: &str, condition: PhoneCondition) -> Result<(), TwilioError> {
        let stored = self.state.store.with(|db| store::phones::find(db, phone))?;
        let current = stored.unwrap_or_else(|| {
            let new = Phone::new(phone.to_owned(), None, self.state.now());
            Phone { visible: false, ..new }
        });
        let changed = Phone { condition, ..current };
        self.state.store.with(|db| store::phones::put(db, &changed))?;
        Ok(())
    }

    /// Turns airplane mode on or off.
    ///
    /// Messages to a phone in airplane mode stay `sent`.
    pub fn set_airplane(&self, phone: &str, airplane: bool) -> Result<(), TwilioError> {
        let phone = self.state.get_or_add_phone(phone)?;
        phones::save_phone(&self.state, &Phone { airplane, ..phone })?;
        Ok(())
    }

    /// Returns all messages of both directions, oldest first.
    pub fn messages(&self) -> Result<Vec<Message>, TwilioError> {
        Ok(self.state.store.with(messages::list_all)?)
    }

    /// Returns the observed create requests, in order.
    pub fn creates(&self) -> Vec<ObservedCreate> {
        self.state.observed.creates()
    }

    /// Returns the observed attempts to post a webhook, in the order of completion.
    pub fn webhooks(&self) -> Vec<ObservedWebhook> {
        self.state.observed.webhooks()
    }

    /// Returns the observed attempts to post events to a sink, in the order of completion.
    pub fn events(&self) -> Vec<ObservedEventPost> {
        self.state.observed.events()
    }

    /// Waits until no task is left and every event was posted at least once.
    ///
    /// Messages that wait for a phone in airplane mode and events that wait for a retry do not count. A webhook that
    /// cannot be delivered counts.
    pub async fn wait_until_idle(&self) {
        let mut remaining = self.state.remaining_work.subscribe();
        // The sender lives as long as this borrow.
        let _ = remaining.wait_for(|count| *count == 0).await;
    }

    /// Stores messages and phones from before the start, in order.
    ///
    /// Posts nothing for them.
    ///
    /// Skips messages that are already stored.
    pub fn import_history(
        &self,
        history: Vec<Message>,
        phones: &[Phone],
    ) -> Result<(), TwilioError> {
        self.state.store.transaction(|db| {
            for mut message in history {
                if messages::find(db, &message.sid)?.is_none() {
                    messages::insert(db, &mut message)?;
                    messages::update(db, &message)?;
                    if keywords::Keyword::parse(&message.body) == Some(keywords::Keyword::Stop) {
                        let key = self.state.opt_out_key(&message.to);
                        store::phones::set_opt_out(db, &message.from, key, true)?;
                    }
                }
            }
            phones.iter().try_for_each(|phone| store::phones::put(db, phone))
        })?;
        Ok(())
    }

    /// Returns the current time of the simulator's clock.
    pub fn now(&self) -> Timestamp {
        self.state.now()
    }

    /// Stops at once.
    ///
    /// Unfinished tasks continue at the next start.
    pub async fn stop(self) {
        self.state.stopping.send_replace(true);
        for task in self.tasks {
            // A task that panicked has ended, too.
            let _ = task.await;
        }
    }
}
