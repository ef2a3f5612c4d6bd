//! A running simulator: starting, stopping and waiting.

use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinHandle;

use crate::error::TwilioError;
use crate::listener::FaultyListener;
use crate::options::TwilioOptions;
use crate::script::Script;
use crate::state::SimulatorState;
use crate::store::Store;
use crate::worker::{self, Clients};
use crate::{api, fetch, limits, observed, phones, streams, webhook_sender};

/// A running simulator.
pub struct Twilio {
    pub(crate) state: Arc<SimulatorState>,
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

    /// Waits until no task is left and every event was posted at least once.
    ///
    /// Messages that wait for a phone in airplane mode and events that wait for a retry do not count. A webhook that
    /// cannot be delivered counts.
    pub async fn wait_until_idle(&self) {
        let mut remaining = self.state.remaining_work.subscribe();
        // The sender lives as long as this borrow.
        let _ = remaining.wait_for(|count| *count == 0).await;
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
