//! A server that records the webhooks posted to it and responds as configured.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::signature;

/// A received webhook.
#[derive(Debug, Clone)]
pub(super) struct ReceivedWebhook {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) form: Vec<(String, String)>,
    pub(super) body: axum::body::Bytes,
}

impl ReceivedWebhook {
    pub(super) fn field(&self, name: &str) -> &str {
        self.form.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }
}

#[derive(Clone)]
struct Shared {
    webhooks: Arc<Mutex<Vec<ReceivedWebhook>>>,
    count: watch::Sender<usize>,
    statuses: Arc<Mutex<Vec<u16>>>,
    is_silent: watch::Sender<bool>,
}

/// The server.
///
/// It stops when it is dropped.
pub(super) struct WebhookReceiver {
    shared: Shared,
    address: SocketAddr,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for WebhookReceiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl WebhookReceiver {
    pub(super) async fn start() -> Self {
        Self::start_on(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub(super) fn start_on(listener: TcpListener) -> Self {
        let shared = Shared {
            webhooks: Arc::default(),
            count: watch::Sender::new(0),
            statuses: Arc::default(),
            is_silent: watch::Sender::new(false),
        };
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(record).with_state(shared.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { shared, address, serving }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sets the statuses of the next responses.
    ///
    /// Later ones are 200.
    pub(super) fn respond_with(&self, statuses: &[u16]) {
        self.shared.statuses.lock().unwrap().extend(statuses.iter().rev());
    }

    /// Accepts later webhooks without responding to them.
    pub(super) fn stop_responding(&self) {
        self.shared.is_silent.send_replace(true);
    }

    pub(super) fn webhooks(&self) -> Vec<ReceivedWebhook> {
        self.shared.webhooks.lock().unwrap().clone()
    }

    /// Waits until `count` webhooks were received.
    pub(super) async fn wait_for(&self, count: usize) {
        self.shared.count.subscribe().wait_for(|received| *received >= count).await.unwrap();
    }

    /// Returns the statuses of the callbacks, in the order of receipt.
    pub(super) fn callback_statuses(&self) -> Vec<String> {
        self.webhooks().iter().map(|webhook| webhook.field("MessageStatus").to_owned()).collect()
    }

    /// Returns whether the signature is valid for our own URL and the received form.
    pub(super) fn is_signed(&self, webhook: &ReceivedWebhook, token: &str) -> bool {
        let url = format!("{}{}", self.url(), webhook.path);
        webhook.headers["x-twilio-signature"] == signature::sign(token, &url, &webhook.form)
    }
}

async fn record(
    State(shared): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> StatusCode {
    let is_json = headers.get("content-type").is_some_and(|kind| kind == "application/json");
    let form: &[u8] = if is_json { &[] } else { &body };
    let form = url::form_urlencoded::parse(form).into_owned().collect();
    shared.webhooks.lock().unwrap().push(ReceivedWebhook {
        path: uri.to_string(),
        headers,
        form,
        body,
    });
    shared.count.send_modify(|count| *count += 1);
    if *shared.is_silent.borrow() {
        std::future::pending::<()>().await;
    }
    let status = shared.statuses.lock().unwrap().pop().unwrap_or(200);
    StatusCode::from_u16(status).unwrap()
}
