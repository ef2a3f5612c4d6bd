//! Read and write units of each operation, as counted by the embedded engine. The result is deterministic.

use aws_emulator::dynamodb::CapacityUnits;
use local::{Options, Settings, System};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use twilio_simulator::PhoneInput;

use crate::connection::HttpConnection;
use crate::readers::BenchUser;
use crate::report::{ResultTable, project_root};
use crate::webhook::{CUSTOMERS, WebhookFactory};

/// The first bytes of an image, which determine its type.
const IMAGE: &[u8] = b"\x89PNG\r\n\x1a\n";

struct UnitCounter {
    system: System,
    table: ResultTable,
    client: Client,
    wire: HttpConnection,
    webhooks: WebhookFactory,
    token: String,
    conversation: String,
}

/// Runs each operation once, on a system with 200 conversations.
pub async fn measure() {
    let table = ResultTable::start(
        "units",
        "`BENCH=units make bench`: the units of each function, on 200 \
         conversations, from `ConsumedCapacity` as the engine reports it; transactions doubled, index included; \
         texts of 47 characters. A write whose condition fails reports nothing here; AWS counts it like a \
         successful write. Independent of the machine.",
        &["operation", "function", "calls", "write units", "read units"],
    );
    let mut counter = UnitCounter::start(table).await;
    counter.measure_inbound().await;
    counter.measure_outbound().await;
    counter.measure_reads().await;
    counter.measure_files().await;
    counter.measure_events().await;
    counter.measure_consent().await;
    counter.measure_quarantine().await;
    counter.measure_users().await;
    counter.measure_deletion().await;
    counter.system.stop().await;
}

impl UnitCounter {
    async fn start(table: ResultTable) -> Self {
        let system = System::start(Options::in_memory(project_root()).unwrap()).await.unwrap();
        let webhooks = WebhookFactory::new(system.url());
        let connection = HttpConnection::connect(system.url()).await;
        let client = Client::builder().no_proxy().build().unwrap();
        let (token, conversation) = (String::new(), String::new());
        Self { system, table, client, wire: connection, webhooks, token, conversation }
    }

    async fn measure_inbound(&mut self) {
        self.reset_capacity().await;
        self.post_text(0).await;
        self.row("inbound, first message of a number", &["receive-message"]).await;
        self.post_text(CUSTOMERS).await;
        self.row("inbound, next message", &["receive-message", "push"]).await;
        self.post_text(CUSTOMERS).await;
        self.row("inbound, duplicate webhook", &["receive-message"]).await;
        for n in 1..CUSTOMERS {
            self.post_text(n).await;
        }
        let sign_in_token = self.system.sign_in_token().await.unwrap();
        let user = BenchUser::sign_in(self.system.url(), &sign_in_token).await;
        self.conversation = user.conversations().await[&WebhookFactory::customer_number(0)].clone();
        self.token = user.token;
        self.reset_capacity().await;
    }

    async fn measure_outbound(&mut self) {
        let path = format!("/api/conversations/{}", self.conversation);
        let body = json!({ "body": WebhookFactory::text(1), "idempotency_key": "figures-0001" });
        self.call(Method::POST, &format!("{path}/messages"), Some(body)).await;
        self.row("send", &["send-message"]).await;
        // The rest has followed: claim, create request, completion and callbacks.
    }

    async fn measure_reads(&mut self) {
        let path = format!("/api/conversations/{}", self.conversation);
        let conversation = self.call(Method::GET, &path, None).await;
        self.row("get a conversation", &["get-conversation"]).await;
        let body = json!({ "rev": conversation["rev"] });
        self.call(Method::POST, &format!("{path}/read"), Some(body)).await;
        self.row("mark read", &["mark-read"]).await;
        let body = json!({ "contact_name": "Maya Lindqvist", "previous_contact_name": null });
        self.call(Method::PATCH, &path, Some(body)).await;
        self.row("set a name of two words", &["update-conversation"]).await;
        let body = json!({
            "contact_name": "Maya Berg", "previous_contact_name": "Maya Lindqvist",
        });
        self.call(Method::PATCH, &path, Some(body)).await;
        self.row("change one word of two in a name", &["update-conversation"]).await;
        self.call(Method::GET, "/api/conversations?limit=30", None).await;
        self.row("list, 30 of 200", &["list-conversations"]).await;
        for n in 2..60 {
            self.post_text(n * CUSTOMERS).await;
        }
        self.reset_capacity().await;
        self.call(Method::GET, &format!("{path}/messages?limit=50"), None).await;
        self.row("thread page, 50 of 61", &["list-messages"]).await;
        self.call(Method::GET, "/api/conversations?search=may", None).await;
        self.row("search, 1 hit", &["list-conversations"]).await;
        self.call(Method::GET, "/api/conversations?search=%2B1206&limit=30", None).await;
        self.row("search, 30 of 200 hits", &["list-conversations"]).await;
    }

    /// Measures a send check, files in both directions, the media list and a redaction.
    async fn measure_files(&mut self) {
        let path = format!("/api/conversations/{}", self.conversation);
        let draft = json!({ "body": WebhookFactory::text(1), "media": [] });
        self.call(Method::POST, &format!("{path}/messages/check"), Some(draft)).await;
        self.row("check a draft", &["check-message"]).await;

        let upload_body = json!({
            "conversation_id": self.conversation, "name": "a.png", "content_type": "image/png",
            "size": IMAGE.len(),
        });
        let upload = self.call(Method::POST, "/api/uploads", Some(upload_body)).await;
        let url = format!("{}{}", self.system.url(), upload["url"].as_str().unwrap());
        let upload_request = self.client.put(url).header("content-type", "image/png").body(IMAGE);
        assert!(upload_request.send().await.unwrap().status().is_success());
        self.row("create an upload", &["create-upload"]).await;
        let body = json!({
            "body": "", "idempotency_key": "figures-0002",
            "media": [{ "upload_id": upload["upload_id"] }],
        });
        let is_send = self.call(Method::POST, &format!("{path}/messages"), Some(body)).await;
        self.row("send with a file", &["send-message"]).await;

        let message = format!("{path}/messages/{}", is_send["message_id"].as_str().unwrap());
        self.call(Method::GET, &format!("{message}/media/0"), None).await;
        self.row("download URL of a file", &["get-media"]).await;
        self.call(Method::POST, &format!("{message}/redact"), Some(json!({}))).await;
        self.row("redact", &["redact-message", "dispatch"]).await;

        let twilio = self.system.twilio().unwrap();
        let media = vec![twilio.store_media("image/png", None, IMAGE).unwrap()];
        let (from, to) =
            (WebhookFactory::customer_number(0), Settings::published().unwrap().senders.number);
        twilio.send_from_phone(PhoneInput { from, to, media, ..PhoneInput::default() }).unwrap();
        self.row("inbound with a file", &["receive-message", "dispatch", "fetch-media"]).await;
        self.call(Method::GET, &format!("{path}/media"), None).await;
        self.row("media list, 1 file", &["list-media"]).await;
    }

    /// Measures Twilio events before and after the webhook of the same text.
    async fn measure_events(&mut self) {
        let business_number = Settings::published().unwrap().senders.number;
        let event_data = |n: usize| {
            json!({
                "from": WebhookFactory::customer_number(n), "to": business_number, "body": WebhookFactory::text(n),
                "numMedia": 0, "numSegments": 1, "recipients": [],
            })
        };
        let (known_number, new_number) = (CUSTOMERS, 100 * CUSTOMERS);
        let event = self.webhooks.event_request(
            known_number,
            "inbound-message.received",
            event_data(known_number),
        );
        self.post_raw(&event).await;
        self.row("Twilio event after the webhook", &["receive-events"]).await;
        let event = self.webhooks.event_request(
            new_number,
            "inbound-message.received",
            event_data(new_number),
        );
        self.post_raw(&event).await;
        self.row("Twilio event before the webhook", &["receive-events"]).await;
        self.post_text(new_number).await;
        self.row("webhook after its Twilio event", &["receive-message"]).await;
    }

    /// Measures STOP and reading the consent history.
    async fn measure_consent(&mut self) {
        let business_number = Settings::published().unwrap().senders.number;
        let stop_request =
            self.webhooks.text_request_with(101 * CUSTOMERS, "STOP", &business_number);
        self.post_raw(&stop_request).await;
        self.row("inbound STOP", &["receive-message"]).await;
        let path = format!("/api/conversations/{}/consent", self.conversation);
        let consent_body = json!({
            "state": "opted_in", "evidence": "Form of 2 January, kept in the shop.",
        });
        self.call(Method::POST, &path, Some(consent_body)).await;
        self.row("record consent", &["record-consent"]).await;
        self.call(Method::GET, &path, None).await;
        self.row("consent history, 2 records", &["list-consent"]).await;
    }

    /// Measures inbound to an unknown number, which stays in quarantine.
    async fn measure_quarantine(&mut self) {
        let quarantined_request =
            self.webhooks.text_request_with(102 * CUSTOMERS, "Anyone?", "+12065559999");
        self.post_raw(&quarantined_request).await;
        self.row("inbound to an unknown number", &["receive-message"]).await;
        self.call(Method::GET, "/api/quarantine", None).await;
        self.row("list quarantine, 1 entry", &["list-quarantine"]).await;
    }

    /// Measures the requests that a user makes about once a day.
    async fn measure_users(&mut self) {
        let start_body =
            json!({ "to": "+12065557777", "from": Settings::published().unwrap().senders.number });
        self.call(Method::POST, "/api/conversations", Some(start_body)).await;
        self.row("start a conversation", &["start-conversation"]).await;
        let number_body = json!({ "number": "+12065558888" });
        self.call(Method::POST, "/api/numbers/check", Some(number_body)).await;
        self.row("check a number", &["check-number"]).await;
        self.call(Method::POST, "/api/sockets/ticket", Some(json!({}))).await;
        self.row("issue a socket ticket", &["issue-ticket"]).await;
    }

    async fn measure_deletion(&mut self) {
        let path = format!("/api/conversations/{}", self.conversation);
        self.call(Method::DELETE, &path, None).await;
        self.row("delete, 65 messages", &["delete-conversation", "dispatch", "erase-conversation"])
            .await;
    }

    async fn post_text(&mut self, n: usize) {
        let request = self.webhooks.text_request(n);
        self.post_raw(&request).await;
    }

    /// Posts a webhook that must be accepted.
    async fn post_raw(&mut self, request: &[u8]) {
        let status = self.wire.send(request).await.unwrap();
        assert!((200..300).contains(&status), "{status}");
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.system.url());
        let request = self.client.request(method, url).header("origin", self.system.url());
        let request = request.bearer_auth(&self.token);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{path}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Waits until the system is idle and resets the counters.
    async fn reset_capacity(&self) {
        self.system.wait_until_idle().await;
        self.system.dynamodb().capacity().reset();
    }

    /// Adds a row for each of `functions` since the last reset, and one for the work that follows a send.
    async fn row(&mut self, operation: &str, functions: &[&str]) {
        self.system.wait_until_idle().await;
        let follow_up_functions = ["dispatch", "record-delivery", "push"];
        let is_send = functions.contains(&"send-message");
        let follow_up_functions = follow_up_functions.iter().filter(|_| is_send);
        for function in functions.iter().chain(follow_up_functions) {
            let CapacityUnits { calls, write_units, read_units } =
                self.system.dynamodb().capacity().for_caller(function);
            self.table.row(&[
                operation.to_owned(),
                format!("`{function}`"),
                calls.to_string(),
                write_units.to_string(),
                read_units.to_string(),
            ]);
        }
        self.system.dynamodb().capacity().reset();
    }
}
