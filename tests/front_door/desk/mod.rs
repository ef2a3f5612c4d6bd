//! A whole system in this process, and the people, customers and sockets that meet it at its front door.
//!
//! [`call`]: requests and answers, every one held against the [`document`]. [`person`]: who is signed in. [`phone`]: a customer's
//! phone. [`port`]: where a program listens. [`sentences`]: what answers say, judged by key. [`smith`]: forged tokens. [`socket`]: a page's socket. [`webhook`]:
//! what Twilio posts. [`table`]: what is stored.

pub mod call;
pub mod document;
pub mod person;
pub mod phone;
pub mod port;
pub mod sentences;
pub mod smith;
pub mod socket;
pub mod table;
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

pub use call::{Answer, Call};
pub use person::Person;
pub use socket::Socket;
pub use webhook::Webhook;

/// The number that customers write to.
pub const OURS: &str = "+18555080989";

/// A running system.
pub struct Desk {
    system: System,
    http: reqwest::Client,
}

/// Returns what is logged beside a failing test: what `RUST_LOG` names, otherwise errors.
#[expect(clippy::disallowed_methods, reason = "a test asks its own environment")]
fn log_filter() -> Targets {
    let wanted = std::env::var("RUST_LOG").ok().and_then(|targets| targets.parse().ok());
    wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::ERROR))
}

impl Desk {
    /// A fresh system: nobody has written yet.
    pub async fn open() -> Self {
        Self::with(|_| {}).await
    }

    /// A fresh system with something about it changed.
    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let log = tracing_subscriber::fmt::layer().with_test_writer();
        // Only the first test of the process starts it.
        drop(tracing_subscriber::registry().with(log_filter()).with(log).try_init());
        let mut options = Options::in_memory(root());
        change(&mut options);
        let system = System::start(options).await.unwrap();
        let client = reqwest::Client::builder().no_proxy();
        let client = client.redirect(reqwest::redirect::Policy::none());
        Self { system, http: client.build().unwrap() }
    }

    /// Its inside.
    pub fn system(&self) -> &System {
        &self.system
    }

    /// The simulated Twilio.
    pub fn twilio(&self) -> &local::twilio::Twilio {
        self.system.twilio().unwrap()
    }

    /// Where `path` is.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.system.url())
    }

    /// The port of the front door.
    pub fn port(&self) -> u16 {
        self.system.url().rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Holds the system's clock: no time passes but what a test lets pass.
    pub fn hold(&self) {
        self.system.clock().hold();
    }

    /// Lets `duration` pass at once, for everything in the system.
    pub fn pass(&self, duration: Duration) {
        self.system.clock().advance(duration);
    }

    /// Waits until nothing is going on any more.
    pub async fn settle(&self) {
        in_time("everything to settle", self.system.settle()).await;
    }

    /// A request of nobody in particular.
    pub fn call(&self, method: Method, path: &str) -> Call {
        Call::new(self, method, path)
    }

    /// A POST of `body` by nobody in particular.
    pub async fn post(&self, path: &str, body: serde_json::Value) -> Answer {
        self.call(Method::POST, path).json(&body).send().await
    }

    /// The first admin, signed in by a link.
    pub async fn admin(&self) -> Person<'_> {
        let link = self.system.sign_in_token().await.unwrap();
        Person::sign_in(self, serde_json::json!({ "link": link })).await
    }

    /// An agent called `name`, made by `admin` and signed in.
    pub async fn agent(&self, admin: &Person<'_>, name: &str) -> Person<'_> {
        let password = "correct horse battery";
        let user = serde_json::json!({ "username": name, "password": password, "role": "agent" });
        admin.post("/api/users", user).await.is(201);
        let proof = serde_json::json!({ "username": name, "password": password });
        Person::sign_in(self, proof).await
    }

    /// A customer's text, as Twilio posts it; its SID.
    pub async fn text(&self, from: &str, body: &str) -> String {
        let sid = webhook::sid("SM");
        let answer = Webhook::text(self, &sid, from, body).send().await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "<Response/>"));
        sid
    }

    /// Texts of (number, text, SID), all at once. Where the machine is too busy to take one within a webhook's time it is
    /// posted again, as Twilio does: five times at the most.
    pub async fn texts_at_once(&self, texts: &[(String, String, String)]) {
        let posts = texts.iter().map(async |(from, body, sid)| {
            let mut status = 0;
            for _ in 0..=5 {
                status = Webhook::text(self, sid, from, body).send().await.status;
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

    /// The end. What is going on comes to its own, in its own time.
    pub async fn close(self) {
        self.system.clock().let_go();
        self.system.stop().await;
    }
}

/// The project's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A number that no other call of this got.
pub fn fresh() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// A customer's number that nobody else has.
pub fn customer() -> String {
    format!("+1206555{:04}", fresh() % 10_000)
}

/// What `what` comes to, which must not take long.
pub async fn in_time<T>(what: &str, doing: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(Duration::from_mins(1), doing).await;
    outcome.unwrap_or_else(|_| panic!("waited too long for {what}"))
}

/// Looks again and again, by `look`, until it finds something.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    in_time(what, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}
