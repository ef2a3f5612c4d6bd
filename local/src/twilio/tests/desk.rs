//! A desk that writes down what Twilio posts to it, and answers as told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::twilio::signature;

/// One webhook as it came.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) form: Vec<(String, String)>,
    pub(super) body: axum::body::Bytes,
}

impl Seen {
    pub(super) fn field(&self, name: &str) -> &str {
        self.form.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }
}

#[derive(Clone)]
struct Shared {
    seen: Arc<Mutex<Vec<Seen>>>,
    count: watch::Sender<usize>,
    answers: Arc<Mutex<Vec<u16>>>,
    mute: watch::Sender<bool>,
}

/// The desk. Its door closes when it is dropped.
pub(super) struct Desk {
    shared: Shared,
    address: SocketAddr,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Desk {
    pub(super) async fn open() -> Self {
        Self::open_on(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub(super) fn open_on(listener: TcpListener) -> Self {
        let shared = Shared {
            seen: Arc::default(),
            count: watch::Sender::new(0),
            answers: Arc::default(),
            mute: watch::Sender::new(false),
        };
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(note).with_state(shared.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { shared, address, serving }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next answers; 200 when they are used up.
    pub(super) fn answer(&self, statuses: &[u16]) {
        self.shared.answers.lock().unwrap().extend(statuses.iter().rev());
    }

    /// From now on webhooks are taken and never answered.
    pub(super) fn mute(&self) {
        self.shared.mute.send_replace(true);
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Waits until so many webhooks came.
    pub(super) async fn heard(&self, count: usize) {
        self.shared.count.subscribe().wait_for(|seen| *seen >= count).await.unwrap();
    }

    /// The statuses of the callbacks, in the order of their coming.
    pub(super) fn statuses(&self) -> Vec<String> {
        self.seen().iter().map(|seen| seen.field("MessageStatus").to_owned()).collect()
    }

    /// Whether the signature that came is the one over our own address and the form that came.
    pub(super) fn is_signed(&self, seen: &Seen, token: &str) -> bool {
        let url = format!("{}{}", self.url(), seen.path);
        seen.headers["x-twilio-signature"] == signature::sign(token, &url, &seen.form)
    }
}

async fn note(
    State(shared): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> StatusCode {
    let is_json = headers.get("content-type").is_some_and(|kind| kind == "application/json");
    let form: &[u8] = if is_json { &[] } else { &body };
    let form = url::form_urlencoded::parse(form).into_owned().collect();
    shared.seen.lock().unwrap().push(Seen { path: uri.to_string(), headers, form, body });
    shared.count.send_modify(|count| *count += 1);
    if *shared.mute.borrow() {
        std::future::pending::<()>().await;
    }
    let answer = shared.answers.lock().unwrap().pop().unwrap_or(200);
    StatusCode::from_u16(answer).unwrap()
}
