//! The system under test.

use std::time::Duration;

use local::{Options, System};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::{project_root, with_timeout};

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

    /// Returns the HTTP client.
    pub fn http_client(&self) -> &reqwest::Client {
        &self.http_client
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

    /// Stops the system after the work in progress has ended.
    pub async fn stop(self) {
        self.inner.clock().unfreeze();
        self.inner.stop().await;
    }
}
