//! A whole system in memory, an agent signed in to it, and what a test does to it again and again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use local::twilio::{Pace, Twilio};
use local::{Options, System};
use reqwest::Method;
use serde_json::{Value, json};
use shared::fault::Fault;
use shared::lambda::{Handler, HandlerError, Setup};

use super::nemesis::{Blow, Points};
use crate::desk::table::TABLE;
use crate::desk::webhook::{self, Webhook};
use crate::desk::{self, Call, Desk, OURS, root};

/// A customer.
pub(super) const ANNA: &str = "+12065550101";
/// Another customer.
pub(super) const BORIS: &str = "+12065550102";

/// When the sweep runs by itself.
const EACH_MINUTE: &str = "rate(1 minute)";

/// A system on stage.
pub(super) struct Stage {
    /// The desk at which an agent sits.
    pub(super) desk: Desk,
    access: Mutex<String>,
}

impl Stage {
    /// A fresh system in memory whose carrier takes no time.
    pub(super) async fn open() -> Self {
        Self::with(|_| ()).await
    }

    /// A fresh system whose functions' calls can be broken. Its dispatch passes the point `dispatch` first: refused
    /// there, it never sees its records.
    pub(super) async fn with_points() -> (Self, Points) {
        let mut points = None;
        let stage = Self::with(|options| {
            let on = Points::on(&options.clock);
            options.faults = on.faults();
            points = Some(on);
            let known = options.functions.iter_mut().find(|f| f.name == "dispatch");
            known.unwrap().build = deaf_dispatch;
        });
        (stage.await, points.unwrap())
    }

    /// A fresh system, its options changed. It sweeps when a test says so, and never by itself.
    pub(super) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let quiet = folder.path().join("template.yaml");
        let template = std::fs::read_to_string(root().join("template.yaml")).unwrap();
        assert!(template.contains(EACH_MINUTE));
        std::fs::write(&quiet, template.replace(EACH_MINUTE, "rate(365 days)")).unwrap();
        let desk = Desk::with(|options| {
            options.template = Some(quiet);
            change(options);
        })
        .await;
        desk.twilio().script().set_pace(Pace::instant());
        Self { desk, access: Mutex::default() }
    }

    /// Ends it.
    pub(super) async fn close(self) {
        self.desk.close().await;
    }

    /// The simulated Twilio.
    pub(super) fn twilio(&self) -> &Twilio {
        self.desk.twilio()
    }

    /// Everything.
    pub(super) fn system(&self) -> &System {
        self.desk.system()
    }

    /// Waits until nothing is going on.
    pub(super) async fn settle(&self) {
        self.desk.settle().await;
    }

    /// Lets time pass, sweeps, and waits until nothing is going on.
    pub(super) async fn pass(&self, time: Duration) {
        self.desk.pass(time);
        self.sweep().await;
    }

    /// Sweeps and waits until nothing is going on.
    pub(super) async fn sweep(&self) -> Value {
        let swept = self.system().run_schedule("sweep").await.unwrap();
        self.settle().await;
        swept
    }

    /// Calls the people's API as the first admin; signs in anew whenever the token is over.
    pub(super) async fn call(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        for _ in 0..2 {
            let access = self.access.lock().unwrap().clone();
            let call = Call::new(&self.desk, method.clone(), path).bearer(&access);
            let call = if method == Method::GET { call } else { call.json(&body) };
            let answer = call.send().await;
            if answer.status != 401 {
                return (answer.status, answer.body);
            }
            let token = self.desk.admin().await.token;
            *self.access.lock().unwrap() = token;
        }
        panic!("nobody can sign in");
    }

    /// Reads, and expects to be answered.
    pub(super) async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call(Method::GET, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Posts, whatever the answer is.
    pub(super) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, body).await
    }

    /// The id of the conversation with `number`, started if it is not there.
    pub(super) async fn conversation(&self, number: &str) -> String {
        let (status, answer) = self.post("/api/conversations", json!({ "to": number })).await;
        assert!(matches!(status, 200 | 201), "{answer}");
        answer["conversation_id"].as_str().unwrap().to_owned()
    }

    /// Sends `body` with `key`; the new message's id.
    pub(super) async fn send_as(&self, conversation: &str, body: &str, key: &str) -> String {
        let path = format!("/api/conversations/{conversation}/messages");
        let click = json!({ "body": body, "idempotency_key": key });
        let (status, answer) = self.post(&path, click).await;
        assert_eq!(status, 202, "{answer}");
        answer["message_id"].as_str().unwrap().to_owned()
    }

    /// Sends `body` with a key of its own; the new message's id.
    pub(super) async fn send(&self, conversation: &str, body: &str) -> String {
        use shared::ids::Ids as _;
        let key = format!("{:032x}", shared::ids::RandomIds.random());
        self.send_as(conversation, body, &key).await
    }

    /// Sends `texts` while no record reaches dispatch; the next sweep that finds them due wakes their lane.
    pub(super) async fn send_unheard(&self, points: &Points, conversation: &str, texts: &[String]) {
        points.after("dispatch", 0, u32::MAX, Blow::Refuse);
        for text in texts {
            self.send(conversation, text).await;
        }
        self.settle().await;
        points.clear();
    }

    /// The thread as the page reads it, oldest first.
    pub(super) async fn thread(&self, conversation: &str) -> Vec<Value> {
        let path = format!("/api/conversations/{conversation}/messages?limit=100");
        self.get(&path).await["messages"].as_array().unwrap().clone()
    }

    /// The texts of the thread, oldest first.
    pub(super) async fn texts(&self, conversation: &str) -> Vec<String> {
        let thread = self.thread(conversation).await;
        thread.iter().map(|message| message["body"].as_str().unwrap().to_owned()).collect()
    }

    /// One message of the thread.
    pub(super) async fn message(&self, conversation: &str, id: &str) -> Value {
        let mut thread = self.thread(conversation).await.into_iter();
        thread.find(|message| message["message_id"] == id).unwrap()
    }

    /// The label of one message.
    pub(super) async fn label(&self, conversation: &str, id: &str) -> String {
        self.message(conversation, id).await["status"].as_str().unwrap().to_owned()
    }

    /// The open conversations, newest first.
    pub(super) async fn list(&self) -> Vec<Value> {
        let answer = self.get("/api/conversations?filter=open&limit=100").await;
        answer["conversations"].as_array().unwrap().clone()
    }

    /// What came to the phone called `number`, in the order in which Twilio took it.
    pub(super) fn phone(&self, number: &str) -> Vec<String> {
        use local::twilio::message::Direction;
        let all = self.twilio().messages().unwrap().into_iter();
        all.filter(|m| m.to == number && m.direction == Direction::Api).map(|m| m.body).collect()
    }

    /// How many calls wanted to create a message with this text.
    pub(super) fn creates(&self, body: &str) -> usize {
        self.twilio().creates().iter().filter(|create| create.body == body).count()
    }

    /// A text typed on a phone.
    pub(super) fn text(&self, from: &str, body: &str) {
        self.twilio().type_text(from, OURS, body).unwrap();
    }

    /// Posts a webhook as Twilio signs it; the status of the answer.
    pub(super) async fn webhook(&self, path: &str, form: &[(String, String)]) -> u16 {
        Webhook::form(&self.desk, path, form).send().await.status
    }

    /// The form of an inbound text.
    pub(super) fn inbound(&self, from: &str, body: &str, sid: &str) -> Vec<(String, String)> {
        webhook::text(&self.desk, sid, from, body)
    }

    /// The form of a status callback.
    pub(super) fn callback(&self, sid: &str, status: &str) -> Vec<(String, String)> {
        webhook::params(&[
            ("MessageSid", sid),
            ("MessageStatus", status),
            ("From", OURS),
            ("To", ANNA),
            ("AccountSid", &self.system().settings().account_sid),
        ])
    }
}

/// `dispatch`, whose records can be kept from it (a refusal at the point `dispatch`), or whose run can fail (a lost
/// answer).
fn deaf_dispatch(setup: Setup) -> BoxFuture<'static, Result<Handler, HandlerError>> {
    async move {
        let faults = setup.faults.clone();
        let inner = functions::changes::dispatch::build(setup).await?;
        let handler: Handler = Arc::new(move |event, context| {
            let (faults, inner) = (faults.clone(), Arc::clone(&inner));
            async move {
                match faults.pass("dispatch").await {
                    Some(Fault::Refuse) => Ok(json!({ "batchItemFailures": [] })),
                    Some(Fault::LoseAnswer) => Err("the run failed".into()),
                    None => inner(event, context).await,
                }
            }
            .boxed()
        });
        Ok(handler)
    }
    .boxed()
}

/// Puts an item into the table, past every rule.
pub(super) async fn put(stage: &Stage, item: Value) {
    let body = json!({ "TableName": TABLE, "Item": item });
    stage.system().dynamodb().call("local-admin", "PutItem", body).await.unwrap();
}

/// Waits until `true_now`.
pub(super) async fn until(true_now: impl Fn() -> bool) {
    desk::until("what must come", || async { true_now().then_some(()) }).await;
}

/// A SID that no simulator has given out.
pub(super) fn sid(number: u32) -> String {
    format!("SM{number:032x}")
}

/// Seconds.
pub(super) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Minutes.
pub(super) fn minutes(count: u64) -> Duration {
    Duration::from_mins(count)
}
