//! Tests of the whole simulator, over HTTP, its webhooks and its folder.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use reqwest::{Response, StatusCode};
use serde_json::Value;
use shared::clock::{OffsetClock, SystemClock};
use shared::ids::RandomIds;
use tokio::net::{TcpListener, TcpSocket};

use super::{Pace, Twilio, TwilioOptions};

mod channels;
mod faults;
mod limits;
mod media;
mod messages;
mod openapi;
mod phones;
mod sinks;
mod streams;
mod vectors;
mod webhook_receiver;
mod webhooks;

use webhook_receiver::WebhookReceiver;

const ACCOUNT: &str = "AC00000000000000000000000000000000";
const TOKEN: &str = "5ca1ab1e0ddba115ca1ab1e0ddba1100";
const NUMBER: &str = "+18555080989";
const WHATSAPP: &str = "whatsapp:+18555080990";
const MESSENGER: &str = "messenger:110000000000001";
const RCS: &str = "rcs:partyline_demo_agent";
const SERVICE: &str = "MG00000000000000000000000000000001";
const CUSTOMER: &str = "+12065550123";

/// A simulator, the receiver of its webhooks, and its clock.
struct SimulatorFixture {
    twilio: Twilio,
    receiver: WebhookReceiver,
    clock: Arc<OffsetClock>,
    http: reqwest::Client,
}

fn options(folder: Option<PathBuf>, public_url: &str, clock: Arc<OffsetClock>) -> TwilioOptions {
    TwilioOptions {
        folder,
        account_sid: ACCOUNT.to_owned(),
        auth_token: TOKEN.to_owned(),
        senders: [NUMBER, WHATSAPP, MESSENGER, RCS].map(str::to_owned).to_vec(),
        service: Some(SERVICE.to_owned()),
        public_url: public_url.parse().unwrap(),
        clock,
        ids: Arc::new(RandomIds),
    }
}

impl SimulatorFixture {
    /// Starts a simulator in memory whose carrier has no delays.
    async fn new() -> Self {
        let receiver = WebhookReceiver::start().await;
        let clock = Arc::new(OffsetClock::new());
        let twilio =
            Twilio::start(options(None, &receiver.url(), Arc::clone(&clock))).await.unwrap();
        twilio.script().set_pace(Pace::instant());
        Self { twilio, receiver, clock, http: reqwest::Client::builder().build().unwrap() }
    }

    /// Sends a create request with these fields.
    async fn create(&self, fields: &[(&str, &str)]) -> Response {
        self.post(&format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json"), fields).await
    }

    /// Sends a message to the customer, with callbacks to the receiver.
    async fn send(&self, body: &str) -> Value {
        let callback = self.callback_url();
        let fields =
            [("To", CUSTOMER), ("From", NUMBER), ("Body", body), ("StatusCallback", &*callback)];
        let response = self.create(&fields).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        response.json().await.unwrap()
    }

    fn callback_url(&self) -> String {
        format!("{}/twilio/deliveries/c/m", self.receiver.url())
    }

    /// Returns the URL of a path of the API: `/v1/…` of Event Streams, otherwise of the Messages API.
    fn url(&self, path: &str) -> String {
        let product = if path.starts_with("/v1/") { "events" } else { "api" };
        format!("{}{path}", self.twilio.url_pattern().replace("{product}", product))
    }

    /// Sends a request without a body to a path of the API.
    async fn call(&self, method: reqwest::Method, path: &str) -> Response {
        let call = self.http.request(method, self.url(path)).basic_auth(ACCOUNT, Some(TOKEN));
        call.send().await.unwrap()
    }

    /// Posts these fields to a path of the API.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.http
            .post(self.url(path))
            .basic_auth(ACCOUNT, Some(TOKEN))
            .form(fields)
            .send()
            .await
            .unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        self.call(reqwest::Method::GET, path).await.json().await.unwrap()
    }
}

/// Returns an address that refuses connections while the returned socket exists.
fn reserve_closed_address() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// Returns the response's HTTP status and Twilio's error code.
async fn error_codes(response: Response) -> (u16, u64) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["status"], status);
    let code = body["code"].as_u64().unwrap();
    assert_eq!(body["more_info"], format!("https://www.twilio.com/docs/errors/{code}"));
    (status, code)
}

#[tokio::test]
async fn it_runs_on_the_system_clock() {
    let receiver = WebhookReceiver::start().await;
    let default_options = options(None, &receiver.url(), Arc::new(OffsetClock::new()));
    let twilio = Twilio::start(TwilioOptions { clock: Arc::new(SystemClock), ..default_options })
        .await
        .unwrap();
    twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    twilio.wait_until_idle().await;
    assert_eq!(receiver.webhooks().len(), 1);
    twilio.stop().await;
}
