//! A whole system in memory with a signed-in user, and common test steps.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use local::{Options, System};
use reqwest::Method;
use serde_json::{Value, json};
use shared::fault::Fault;
use shared::lambda::{Handler, HandlerError, Setup};
use twilio_simulator::{Pace, Twilio};

use super::fault_injector::{InjectedFault, PointFaults};
use crate::support::table::TABLE;
use crate::support::webhook::{self, Webhook};
use crate::support::{self, BUSINESS_NUMBER, Call, TestSystem, project_root};

/// The number of a customer.
pub(super) const ANNA: &str = "+12065550101";
/// The number of another customer.
pub(super) const BORIS: &str = "+12065550102";

/// The schedule of the sweep.
const SWEEP_SCHEDULE: &str = "rate(1 minute)";

/// A running system.
pub(super) struct ReliabilityFixture {
    /// The system under test.
    pub(super) system: TestSystem,
    access_token: Mutex<String>,
}

impl ReliabilityFixture {
    /// Starts a system whose carrier has no delay.
    pub(super) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// Starts a system with fault points.
    ///
    /// The additional point `dispatch` is at the start of `dispatch`. A refusal there loses its records.
    pub(super) async fn start_with_faults() -> (Self, PointFaults) {
        let mut faults = None;
        let fixture = Self::start_with(|options| {
            let point_faults = PointFaults::with_clock(&options.clock);
            options.faults = point_faults.fault_points();
            faults = Some(point_faults);
            let dispatch =
                options.functions.iter_mut().find(|function| function.name == "dispatch");
            dispatch.unwrap().build = faulty_dispatch;
        });
        (fixture.await, faults.unwrap())
    }

    /// Starts a system with changed options. Its sweep runs only when a test calls it.
    pub(super) async fn start_with(configure: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let template_path = folder.path().join("template.yaml");
        let template = std::fs::read_to_string(project_root().join("template.yaml")).unwrap();
        assert!(template.contains(SWEEP_SCHEDULE));
        std::fs::write(&template_path, template.replace(SWEEP_SCHEDULE, "rate(365 days)")).unwrap();
        let system = TestSystem::start_with(|options| {
            options.template = Some(template_path);
            configure(options);
        })
        .await;
        system.twilio().script().set_pace(Pace::instant());
        Self { system, access_token: Mutex::default() }
    }

    /// Stops the system.
    pub(super) async fn stop(self) {
        self.system.stop().await;
    }

    /// Returns the simulator.
    pub(super) fn twilio(&self) -> &Twilio {
        self.system.twilio()
    }

    /// Returns the system itself.
    pub(super) fn inner(&self) -> &System {
        self.system.inner()
    }

    /// Waits until the system is idle.
    pub(super) async fn wait_until_idle(&self) {
        self.system.wait_until_idle().await;
    }

    /// Advances the clock, sweeps, and waits until the system is idle.
    pub(super) async fn advance_and_sweep(&self, time: Duration) {
        self.system.advance(time);
        self.sweep().await;
    }

    /// Sweeps and waits until the system is idle. Returns the response of the sweep.
    pub(super) async fn sweep(&self) -> Value {
        let sweep_result = self.inner().run_schedule("sweep").await.unwrap();
        self.wait_until_idle().await;
        sweep_result
    }

    /// Calls the API as the first admin. Signs in again when the access token has expired.
    pub(super) async fn call(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        for _ in 0..2 {
            let access_token = self.access_token.lock().unwrap().clone();
            let request = Call::new(&self.system, method.clone(), path).bearer(&access_token);
            let request = if method == Method::GET { request } else { request.json(&body) };
            let response = request.send().await;
            if response.status != 401 {
                return (response.status, response.body);
            }
            let token = self.system.admin().await.token;
            *self.access_token.lock().unwrap() = token;
        }
        panic!("signing in failed");
    }

    /// Sends a GET request that must succeed.
    pub(super) async fn get(&self, path: &str) -> Value {
        let (status, response) = self.call(Method::GET, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {response}");
        response
    }

    /// Sends a POST request.
    pub(super) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, body).await
    }

    /// Returns the ID of the conversation with `number`, and starts it if necessary.
    pub(super) async fn start_conversation(&self, number: &str) -> String {
        let (status, response) = self.post("/api/conversations", json!({ "to": number })).await;
        assert!(matches!(status, 200 | 201), "{response}");
        response["conversation_id"].as_str().unwrap().to_owned()
    }

    /// Sends a message with an idempotency key. Returns its ID.
    pub(super) async fn send_with_key(&self, conversation: &str, body: &str, key: &str) -> String {
        let path = format!("/api/conversations/{conversation}/messages");
        let request_body = json!({ "body": body, "idempotency_key": key });
        let (status, response) = self.post(&path, request_body).await;
        assert_eq!(status, 202, "{response}");
        response["message_id"].as_str().unwrap().to_owned()
    }

    /// Sends a message with a new idempotency key. Returns its ID.
    pub(super) async fn send(&self, conversation: &str, body: &str) -> String {
        use shared::ids::Ids as _;
        let key = format!("{:032x}", shared::ids::RandomIds.random());
        self.send_with_key(conversation, body, &key).await
    }

    /// Sends messages whose stream records do not reach `dispatch`. Only a sweep can requeue them.
    pub(super) async fn send_without_dispatch(
        &self,
        faults: &PointFaults,
        conversation: &str,
        texts: &[String],
    ) {
        faults.inject_after("dispatch", 0, u32::MAX, InjectedFault::RefuseConnection);
        for text in texts {
            self.send(conversation, text).await;
        }
        self.wait_until_idle().await;
        faults.clear();
    }

    /// Returns the thread, oldest message first.
    pub(super) async fn list_messages(&self, conversation: &str) -> Vec<Value> {
        let path = format!("/api/conversations/{conversation}/messages?limit=100");
        self.get(&path).await["messages"].as_array().unwrap().clone()
    }

    /// Returns the texts of the thread, oldest first.
    pub(super) async fn bodies(&self, conversation: &str) -> Vec<String> {
        let thread = self.list_messages(conversation).await;
        thread.iter().map(|message| message["body"].as_str().unwrap().to_owned()).collect()
    }

    /// Returns one message of the thread.
    pub(super) async fn get_message(&self, conversation: &str, id: &str) -> Value {
        let mut thread = self.list_messages(conversation).await.into_iter();
        thread.find(|message| message["message_id"] == id).unwrap()
    }

    /// Returns the display status of a message.
    pub(super) async fn display_status(&self, conversation: &str, id: &str) -> String {
        self.get_message(conversation, id).await["status"].as_str().unwrap().to_owned()
    }

    /// Returns the open conversations, newest first.
    pub(super) async fn list_conversations(&self) -> Vec<Value> {
        let response = self.get("/api/conversations?filter=open&limit=100").await;
        response["conversations"].as_array().unwrap().clone()
    }

    /// Returns the texts that a phone received, in the order in which Twilio accepted them.
    pub(super) fn received_by(&self, number: &str) -> Vec<String> {
        use twilio_simulator::message::Direction;
        let messages = self.twilio().messages().unwrap().into_iter();
        messages
            .filter(|message| message.to == number && message.direction == Direction::Api)
            .map(|message| message.body)
            .collect()
    }

    /// Returns the number of create requests with this text.
    pub(super) fn count_creates(&self, body: &str) -> usize {
        self.twilio().creates().iter().filter(|create| create.body == body).count()
    }

    /// Sends a text from a phone.
    pub(super) fn receive_text(&self, from: &str, body: &str) {
        self.twilio().type_text(from, BUSINESS_NUMBER, body).unwrap();
    }

    /// Posts a signed webhook. Returns the HTTP status.
    pub(super) async fn post_webhook(&self, path: &str, form: &[(String, String)]) -> u16 {
        Webhook::form(&self.system, path, form).send().await.status
    }

    /// Returns the form of an inbound text.
    pub(super) fn inbound_form(&self, from: &str, body: &str, sid: &str) -> Vec<(String, String)> {
        webhook::inbound_text_form(&self.system, sid, from, body)
    }

    /// Returns the form of a status callback.
    pub(super) fn callback_form(&self, sid: &str, status: &str) -> Vec<(String, String)> {
        webhook::params(&[
            ("MessageSid", sid),
            ("MessageStatus", status),
            ("From", BUSINESS_NUMBER),
            ("To", ANNA),
            ("AccountSid", &self.inner().settings().account_sid),
        ])
    }
}

/// Builds `dispatch` with the fault point `dispatch`.
///
/// A refused connection there loses the records; a dropped response fails the run.
fn faulty_dispatch(setup: Setup) -> BoxFuture<'static, Result<Handler, HandlerError>> {
    async move {
        let faults = setup.faults.clone();
        let inner = functions::streams::dispatch::build(setup).await?;
        let handler: Handler = Arc::new(move |event, context| {
            let (faults, inner) = (faults.clone(), Arc::clone(&inner));
            async move {
                match faults.check("dispatch").await {
                    Some(Fault::RefuseConnection) => Ok(json!({ "batchItemFailures": [] })),
                    Some(Fault::DropResponse) => Err("the run failed".into()),
                    None => inner(event, context).await,
                }
            }
            .boxed()
        });
        Ok(handler)
    }
    .boxed()
}

/// Puts an item into the table without any checks.
pub(super) async fn put_item(fixture: &ReliabilityFixture, item: Value) {
    let body = json!({ "TableName": TABLE, "Item": item });
    fixture.inner().dynamodb().call("local-admin", "PutItem", body).await.unwrap();
}

/// Waits until a condition is true.
pub(super) async fn wait_until(condition: impl Fn() -> bool) {
    support::wait_for("what must come", || async { condition().then_some(()) }).await;
}

/// Returns a SID that the simulator does not create.
pub(super) fn numbered_sid(number: u32) -> String {
    format!("SM{number:032x}")
}

/// Returns a duration in seconds.
pub(super) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Returns a duration in minutes.
pub(super) fn minutes(count: u64) -> Duration {
    Duration::from_mins(count)
}
