//! A whole system in this process, and the users, phones, sockets and webhooks that access it.
//!
//! - [`call`]: requests and responses, checked against the [`document`] and the [`localized`] texts.
//! - [`user`]: signed-in users. [`phone`]: phones of customers. [`socket`]: sockets. [`webhook`]: webhooks.
//! - [`forged_tokens`]: forged access tokens. [`table`]: stored items. [`port`]: free ports.

pub mod call;
pub mod document;
pub mod forged_tokens;
pub mod localized;
pub mod phone;
pub mod port;
pub mod skipped;
pub mod socket;
pub mod table;
pub mod user;
pub mod webhook;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use local::{Options, System};
use reqwest::Method;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub use call::{Call, TestResponse};
pub use socket::Socket;
pub use user::TestUser;
pub use webhook::Webhook;

/// The number that customers write to.
pub const BUSINESS_NUMBER: &str = "+18555080989";

/// A running system.
pub struct TestSystem {
    inner: System,
    http_client: reqwest::Client,
}

/// Returns the log filter of tests: `RUST_LOG` if set, otherwise errors.
#[expect(clippy::disallowed_methods, reason = "tests read RUST_LOG")]
fn log_filter() -> Targets {
    let requested = std::env::var("RUST_LOG").ok().and_then(|targets| targets.parse().ok());
    requested.unwrap_or_else(|| Targets::new().with_default(LevelFilter::ERROR))
}

impl TestSystem {
    /// Starts a new system without data.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts a new system with changed options.
    pub async fn start_with(configure: impl FnOnce(&mut Options)) -> Self {
        let log = tracing_subscriber::fmt::layer().with_test_writer();
        // Only the first call in a process succeeds.
        drop(tracing_subscriber::registry().with(log_filter()).with(log).try_init());
        let mut options = Options::in_memory(project_root()).unwrap();
        configure(&mut options);
        let system = System::start(options).await.unwrap();
        let client = reqwest::Client::builder().no_proxy();
        let client = client.redirect(reqwest::redirect::Policy::none());
        Self { inner: system, http_client: client.build().unwrap() }
    }

    /// Returns the system itself.
    pub fn inner(&self) -> &System {
        &self.inner
    }

    /// Returns the simulator.
    pub fn twilio(&self) -> &twilio_simulator::Twilio {
        self.inner.twilio().unwrap()
    }

    /// Returns the URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.inner.url())
    }

    /// Returns the port of the system.
    pub fn port(&self) -> u16 {
        self.inner.url().rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Freezes the clock of the system. Only [`Self::advance`] changes the time.
    pub fn freeze_clock(&self) {
        self.inner.clock().freeze();
    }

    /// Advances the clock of the system.
    pub fn advance(&self, duration: Duration) {
        self.inner.clock().advance(duration);
    }

    /// Waits until the system is idle.
    pub async fn wait_until_idle(&self) {
        with_timeout("everything to settle", self.inner.wait_until_idle()).await;
    }

    /// Creates a request without authentication.
    pub fn call(&self, method: Method, path: &str) -> Call {
        Call::new(self, method, path)
    }

    /// Posts a JSON body without authentication.
    pub async fn post(&self, path: &str, body: serde_json::Value) -> TestResponse {
        self.call(Method::POST, path).json(&body).send().await
    }

    /// Signs in the first admin by a link.
    pub async fn admin(&self) -> TestUser<'_> {
        let sign_in_token = self.inner.sign_in_token().await.unwrap();
        TestUser::sign_in(self, serde_json::json!({ "link_token": sign_in_token })).await
    }

    /// Creates an agent and signs them in.
    pub async fn agent(&self, admin: &TestUser<'_>, name: &str) -> TestUser<'_> {
        let password = "correct horse battery";
        let user = serde_json::json!({ "username": name, "password": password, "role": "agent" });
        admin.post("/api/users", user).await.expect_status(201);
        let credentials = serde_json::json!({ "username": name, "password": password });
        TestUser::sign_in(self, credentials).await
    }

    /// Posts the webhook of a customer's text. Returns its SID.
    pub async fn receive_text(&self, from: &str, body: &str) -> String {
        let sid = webhook::new_sid("SM");
        let response = Webhook::inbound_text(self, &sid, from, body).send().await;
        assert_eq!((response.status, response.text.as_str()), (200, "<Response/>"));
        sid
    }

    /// Posts texts (number, text, SID) concurrently.
    ///
    /// On a busy machine a webhook can time out. It is then posted again, at most five times, as Twilio does.
    pub async fn receive_texts_concurrently(&self, texts: &[(String, String, String)]) {
        let posts = texts.iter().map(async |(from, body, sid)| {
            let mut status = 0;
            for _ in 0..=5 {
                status = Webhook::inbound_text(self, sid, from, body).send().await.status;
                if status < 500 {
                    break;
                }
            }
            status
        });
        for status in join_all(posts).await {
            assert_eq!(status, 200);
        }
    }

    /// Stops the system after the work in progress has ended.
    pub async fn stop(self) {
        self.inner.clock().unfreeze();
        self.inner.stop().await;
    }
}

/// Returns the folder of the repository.
pub fn project_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns a new number with each call.
pub fn next_id() -> u64 {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    COUNTER.fetch_add(1, Ordering::Relaxed) + 1
}

/// Returns a new customer number.
pub fn customer_number() -> String {
    format!("+1206555{:04}", next_id() % 10_000)
}

/// Waits for a future. Panics with `description` on a timeout.
pub async fn with_timeout<T>(description: &str, future: impl Future<Output = T>) -> T {
    let result = tokio::time::timeout(Duration::from_mins(1), future).await;
    result.unwrap_or_else(|_| panic!("waited too long for {description}"))
}

/// Calls a function until it returns a value.
pub async fn wait_for<T, F: Future<Output = Option<T>>>(
    description: &str,
    mut probe: impl FnMut() -> F,
) -> T {
    with_timeout(description, async {
        loop {
            if let Some(value) = probe().await {
                return value;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}
