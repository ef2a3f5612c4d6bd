//! The Twilio simulator: an honest peer over real sockets, with phones.
//!
//! - `api`: Messages and Event Streams as Twilio answers for them; `line`: the wire under it, which can refuse and cut.
//! - `exchange`: the state and the two ways in; `store`: the file behind it.
//! - `worker` does what is due: `network` carries messages to phones, `fetch` gets their files, `courier` posts signed webhooks, `inbound`
//!   fills in those of inbound messages. `streams` tells the sinks of Event Streams, beside it; `hands` is how both work.
//! - [`phones`]: what the phones page talks to. [`script`]: what goes wrong; [`rule`]: when. [`observed`]: what was seen.
//! - [`signature`], [`segments`], [`number`], [`keywords`], [`message`], [`more`], [`address`]: Twilio's rules, written once more from Twilio's
//!   description. Nothing here is shared with the product, so that one mistake cannot hide on both sides.

use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinHandle;

pub mod address;
mod api;
mod courier;
mod error;
mod exchange;
mod fault;
mod fetch;
mod hands;
mod inbound;
pub mod keywords;
mod limits;
mod line;
pub mod message;
pub mod more;
mod network;
pub mod number;
pub mod observed;
mod options;
pub mod phones;
pub mod rule;
pub mod script;
pub mod segments;
pub mod signature;
mod store;
mod streams;
#[cfg(test)]
mod tests;
mod webhook;
mod worker;

pub use error::TwilioError;
pub use message::{Message, Status};
pub use more::{Media, Particulars, Typed};
pub use observed::{CreateSeen, EventsSeen, WebhookSeen};
pub use options::TwilioOptions;
pub use rule::Rule;
pub use script::{CallbackFault, CreateFault, InboundFault, Limits, MediaFault, Pace, Script};
pub use store::phones::{Condition, Phone};

use exchange::Exchange;
use line::Exchangeable;
use store::{Store, messages};
use worker::Clients;

/// A running simulator.
pub struct Twilio {
    exchange: Arc<Exchange>,
    address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

impl Twilio {
    /// Starts the simulator; deliveries left over from the last run go on at once.
    pub async fn start(options: TwilioOptions) -> Result<Self, TwilioError> {
        let script = Arc::new(Script::default());
        let store = Store::open(options.folder.as_deref())?;
        let listener = Exchangeable::bind(store.last_port()?, script.refusing()).await?;
        let address = listener.address();
        store.keep_port(address.port())?;
        let base = options.public_url.as_str().trim_end_matches('/');
        let exchange = Arc::new(Exchange {
            account_sid: options.account_sid,
            auth_token: options.auth_token,
            numbers: options.senders,
            service: options.service,
            url: format!("http://{address}"),
            inbound_url: format!("{base}/twilio/messages"),
            store,
            clock: options.clock,
            script,
            observed: observed::Observed::default(),
            traffic: limits::Traffic::default(),
            bell: Notify::new(),
            stream_bell: Notify::new(),
            left: watch::Sender::new(0),
            news: broadcast::Sender::new(1024),
            stopping: watch::Sender::new(false),
        });
        phones::first_customer(&exchange)?;
        exchange.changed();
        let serving = tokio::spawn(api::serve(listener, Arc::clone(&exchange)));
        let clients = Clients { webhooks: courier::client()?, files: fetch::client()? };
        let streaming =
            tokio::spawn(streams::post::run(Arc::clone(&exchange), clients.webhooks.clone()));
        let working = tokio::spawn(worker::run(Arc::clone(&exchange), clients));
        Ok(Self { exchange, address, tasks: vec![serving, streaming, working] })
    }

    /// The base address of its REST API.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the phones page talks to, to be mounted at `/phones/api`.
    pub fn phones(&self) -> axum::Router {
        phones::router(Arc::clone(&self.exchange))
    }

    /// What goes wrong.
    pub fn script(&self) -> &Script {
        &self.exchange.script
    }

    /// Types `body` on the phone `from`; stored, and its webhook planned, when this returns.
    pub fn type_text(&self, from: &str, to: &str, body: &str) -> Result<Message, TwilioError> {
        let (from, to, body) = (from.to_owned(), to.to_owned(), body.to_owned());
        self.send_from_phone(Typed { from, to, body, ..Typed::default() })
    }

    /// Sends something from a phone; stored, and its webhook planned, when this returns.
    pub fn send_from_phone(&self, typed: Typed) -> Result<Message, TwilioError> {
        self.exchange.phone_at(&typed.from)?;
        Ok(self.exchange.take(typed)?)
    }

    /// Keeps a file, to be sent from a phone.
    pub fn keep_media(
        &self,
        content_type: &str,
        name: Option<&str>,
        bytes: &[u8],
    ) -> Result<Media, TwilioError> {
        let (content_type, name) = (content_type.to_owned(), name.map(str::to_owned));
        let media = Media { sid: fetch::new_sid(), content_type, name, size: bytes.len() };
        self.exchange.store.with(|db| store::media::insert(db, &media, bytes))?;
        Ok(media)
    }

    /// A file on a phone and its bytes.
    pub fn media(&self, sid: &str) -> Result<Option<(Media, Vec<u8>)>, TwilioError> {
        Ok(self.exchange.store.with(|db| store::media::find(db, sid))?)
    }

    /// The customer opens the thread on the phone: what has arrived is read.
    pub fn read_on(&self, phone: &str) -> Result<(), TwilioError> {
        Ok(network::read(&self.exchange, phone)?)
    }

    /// Says how the network finds a phone, whether or not it stands on the bench.
    pub fn set_condition(&self, phone: &str, condition: Condition) -> Result<(), TwilioError> {
        let found = self.exchange.store.with(|db| store::phones::find(db, phone))?;
        let known = found.unwrap_or_else(|| {
            let new = Phone::new(phone.to_owned(), None, self.exchange.now());
            Phone { shown: false, ..new }
        });
        let changed = Phone { condition, ..known };
        self.exchange.store.with(|db| store::phones::put(db, &changed))?;
        Ok(())
    }

    /// Airplane mode of a phone: messages to it stay `sent` until it ends.
    pub fn set_airplane(&self, phone: &str, airplane: bool) -> Result<(), TwilioError> {
        let known = self.exchange.phone_at(phone)?;
        phones::change(&self.exchange, &Phone { airplane, ..known })?;
        Ok(())
    }

    /// Every message, both directions, oldest first.
    pub fn messages(&self) -> Result<Vec<Message>, TwilioError> {
        Ok(self.exchange.store.with(messages::all)?)
    }

    /// Every call that wanted to create a message, in order.
    pub fn creates(&self) -> Vec<CreateSeen> {
        self.exchange.observed.creates()
    }

    /// Every attempt to post a webhook, in order of ending.
    pub fn webhooks(&self) -> Vec<WebhookSeen> {
        self.exchange.observed.webhooks()
    }

    /// Every attempt to post events to a sink, in order of ending.
    pub fn events(&self) -> Vec<EventsSeen> {
        self.exchange.observed.events()
    }

    /// Completes when nothing is left to do: no step, no webhook, no callback, no event that was not tried. (A message that
    /// waits for a phone in airplane mode is no work, nor an event that waits for its next try; a webhook that nobody takes is.)
    pub async fn settled(&self) {
        let mut left = self.exchange.left.subscribe();
        // The sender lives as long as this borrow.
        let _ = left.wait_for(|left| *left == 0).await;
    }

    /// Takes over what happened before it was started: messages in order, those that it knows already left out, and
    /// phones for the bench. Nothing is posted for it.
    pub fn remember(&self, past: Vec<Message>, phones: &[Phone]) -> Result<(), TwilioError> {
        self.exchange.store.transaction(|db| {
            for mut message in past {
                if messages::find(db, &message.sid)?.is_none() {
                    messages::insert(db, &mut message)?;
                    messages::update(db, &message)?;
                    if keywords::Keyword::read(&message.body) == Some(keywords::Keyword::Stop) {
                        let key = self.exchange.opt_out_key(&message.to);
                        store::phones::opt(db, &message.from, key, true)?;
                    }
                }
            }
            phones.iter().try_for_each(|phone| store::phones::put(db, phone))
        })?;
        Ok(())
    }

    /// The present moment of the simulator's clock.
    pub fn now(&self) -> Timestamp {
        self.exchange.now()
    }

    /// Ends everything at once; what was pending goes on after the next start.
    pub async fn stop(self) {
        self.exchange.stopping.send_replace(true);
        for task in self.tasks {
            // A task that panicked has ended too.
            let _ = task.await;
        }
    }
}
