//! What each operation costs in write and read units, as the embedded engine counts them: deterministic, one run.

use local::dynamodb::Consumed;
use local::twilio::Typed;
use local::{Options, Settings, System};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::readers::Person;
use crate::report::{Table, top};
use crate::webhook::{SENDERS, Webhooks};
use crate::wire::Wire;

/// As much of a picture as decides its type.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n";

struct Counting {
    system: System,
    table: Table,
    client: Client,
    wire: Wire,
    webhooks: Webhooks,
    token: String,
    conversation: String,
}

/// Each operation once, on a desk with 200 conversations.
pub async fn measure() {
    let table = Table::begin(
        "units",
        "`BENCH=units make bench`: the units of the function named, on 200 \
         conversations, from `ConsumedCapacity` as the engine reports it; transactions doubled, index included; \
         texts of 47 characters. A write whose condition fails reports nothing here; AWS counts it as if it had been \
         done. Machine-independent.",
        &["operation", "function", "calls", "write units", "read units"],
    );
    let mut counting = Counting::begin(table).await;
    counting.inbound().await;
    counting.outbound().await;
    counting.reading().await;
    counting.files().await;
    counting.events().await;
    counting.consent().await;
    counting.quarantine().await;
    counting.people().await;
    counting.deletion().await;
    counting.system.stop().await;
}

impl Counting {
    async fn begin(table: Table) -> Self {
        let system = System::start(Options::in_memory(top())).await.unwrap();
        let webhooks = Webhooks::to(system.url());
        let wire = Wire::to(system.url()).await;
        let client = Client::builder().no_proxy().build().unwrap();
        let (token, conversation) = (String::new(), String::new());
        Self { system, table, client, wire, webhooks, token, conversation }
    }

    async fn inbound(&mut self) {
        self.forget().await;
        self.post(0).await;
        self.row("inbound, the first of a number", &["receive-message"]).await;
        self.post(SENDERS).await;
        self.row("inbound, the next", &["receive-message", "push"]).await;
        self.post(SENDERS).await;
        self.row("inbound, delivered again", &["receive-message"]).await;
        for n in 1..SENDERS {
            self.post(n).await;
        }
        let link = self.system.sign_in_token().await.unwrap();
        let person = Person::sign_in(self.system.url(), &link).await;
        self.conversation = person.conversations().await[&Webhooks::sender(0)].clone();
        self.token = person.token;
        self.forget().await;
    }

    async fn outbound(&mut self) {
        let path = format!("/api/conversations/{}", self.conversation);
        let body = json!({ "body": Webhooks::text(1), "idempotency_key": "figures-0001" });
        self.call(Method::POST, &format!("{path}/messages"), Some(body)).await;
        self.row("send, the click", &["send-message"]).await;
        // The rest of it went on by itself: claim, call, settle, then Twilio's callbacks.
    }

    async fn reading(&mut self) {
        let path = format!("/api/conversations/{}", self.conversation);
        let seen = self.call(Method::GET, &path, None).await;
        self.row("one conversation", &["get-conversation"]).await;
        let body = json!({ "rev": seen["rev"] });
        self.call(Method::POST, &format!("{path}/read"), Some(body)).await;
        self.row("mark read", &["mark-read"]).await;
        let body = json!({ "contact_name": "Maya Lindqvist", "previous_contact_name": null });
        self.call(Method::PATCH, &path, Some(body)).await;
        self.row("give a name of two words", &["update-conversation"]).await;
        let body = json!({
            "contact_name": "Maya Berg", "previous_contact_name": "Maya Lindqvist",
        });
        self.call(Method::PATCH, &path, Some(body)).await;
        self.row("rename, one word of two", &["update-conversation"]).await;
        self.call(Method::GET, "/api/conversations?limit=30", None).await;
        self.row("the list, 30 of 200", &["list-conversations"]).await;
        for n in 2..60 {
            self.post(n * SENDERS).await;
        }
        self.forget().await;
        self.call(Method::GET, &format!("{path}/messages?limit=50"), None).await;
        self.row("a thread, 50 of 61", &["list-messages"]).await;
        self.call(Method::GET, "/api/conversations?search=may", None).await;
        self.row("search, one found", &["list-conversations"]).await;
        self.call(Method::GET, "/api/conversations?search=%2B1206&limit=30", None).await;
        self.row("search, 30 of 200 found", &["list-conversations"]).await;
    }

    /// The check of a draft, a file both ways, the gallery, a redaction.
    async fn files(&mut self) {
        let path = format!("/api/conversations/{}", self.conversation);
        let draft = json!({ "body": Webhooks::text(1), "media": [] });
        self.call(Method::POST, &format!("{path}/messages/check"), Some(draft)).await;
        self.row("check of a draft", &["check-message"]).await;

        let file = json!({
            "conversation_id": self.conversation, "name": "a.png", "content_type": "image/png",
            "size": PICTURE.len(),
        });
        let upload = self.call(Method::POST, "/api/uploads", Some(file)).await;
        let url = format!("{}{}", self.system.url(), upload["url"].as_str().unwrap());
        let put = self.client.put(url).header("content-type", "image/png").body(PICTURE);
        assert!(put.send().await.unwrap().status().is_success());
        self.row("an upload", &["create-upload"]).await;
        let body = json!({
            "body": "", "idempotency_key": "figures-0002",
            "media": [{ "upload_id": upload["upload_id"] }],
        });
        let sent = self.call(Method::POST, &format!("{path}/messages"), Some(body)).await;
        self.row("send with a file, the click", &["send-message"]).await;

        let message = format!("{path}/messages/{}", sent["message_id"].as_str().unwrap());
        self.call(Method::GET, &format!("{message}/media/0"), None).await;
        self.row("the address of a file", &["get-media"]).await;
        self.call(Method::POST, &format!("{message}/redact"), Some(json!({}))).await;
        self.row("redact", &["redact-message", "dispatch"]).await;

        let twilio = self.system.twilio().unwrap();
        let media = vec![twilio.keep_media("image/png", None, PICTURE).unwrap()];
        let (from, to) = (Webhooks::sender(0), Settings::published().number);
        twilio.send_from_phone(Typed { from, to, media, ..Typed::default() }).unwrap();
        self.row("a file comes in", &["receive-message", "dispatch", "fetch-media"]).await;
        self.call(Method::GET, &format!("{path}/media"), None).await;
        self.row("the gallery, one of it", &["list-media"]).await;
    }

    /// Event Streams, before and after the webhook of the same text.
    async fn events(&mut self) {
        let ours = Settings::published().number;
        let inbound = |n: usize| {
            json!({
                "from": Webhooks::sender(n), "to": ours, "body": Webhooks::text(n),
                "numMedia": 0, "numSegments": 1, "recipients": [],
            })
        };
        let (known, fresh) = (SENDERS, 100 * SENDERS);
        let event = self.webhooks.event(known, "inbound-message.received", inbound(known));
        self.raw(&event).await;
        self.row("an event of a text that the webhook brought", &["receive-events"]).await;
        let event = self.webhooks.event(fresh, "inbound-message.received", inbound(fresh));
        self.raw(&event).await;
        self.row("an event before the webhook", &["receive-events"]).await;
        self.post(fresh).await;
        self.row("the webhook after its event", &["receive-message"]).await;
    }

    /// STOP and what is told and read of it.
    async fn consent(&mut self) {
        let ours = Settings::published().number;
        let stop = self.webhooks.carrying(101 * SENDERS, "STOP", &ours);
        self.raw(&stop).await;
        self.row("STOP comes in", &["receive-message"]).await;
        let path = format!("/api/conversations/{}/consent", self.conversation);
        let given = json!({
            "state": "opted_in", "evidence": "Form of 2 January, kept in the shop.",
        });
        self.call(Method::POST, &path, Some(given)).await;
        self.row("consent given elsewhere", &["record-consent"]).await;
        self.call(Method::GET, &path, None).await;
        self.row("the consent ledger, 2 rows", &["list-consent"]).await;
    }

    /// A text to a number that is not ours, which becomes ours no more than it was.
    async fn quarantine(&mut self) {
        let held = self.webhooks.carrying(102 * SENDERS, "Anyone?", "+12065559999");
        self.raw(&held).await;
        self.row("a text to an unknown number", &["receive-message"]).await;
        self.call(Method::GET, "/api/quarantine", None).await;
        self.row("the quarantine, one held", &["list-quarantine"]).await;
    }

    /// What somebody does once a day.
    async fn people(&mut self) {
        let start = json!({ "to": "+12065557777", "from": Settings::published().number });
        self.call(Method::POST, "/api/conversations", Some(start)).await;
        self.row("start a conversation", &["start-conversation"]).await;
        let number = json!({ "number": "+12065558888" });
        self.call(Method::POST, "/api/numbers/check", Some(number)).await;
        self.row("check of a number", &["check-number"]).await;
        self.call(Method::POST, "/api/sockets/ticket", Some(json!({}))).await;
        self.row("a ticket for a socket", &["issue-ticket"]).await;
    }

    async fn deletion(&mut self) {
        let path = format!("/api/conversations/{}", self.conversation);
        self.call(Method::DELETE, &path, None).await;
        self.row("delete, 65 messages", &["delete-conversation", "dispatch", "erase-conversation"])
            .await;
    }

    async fn post(&mut self, n: usize) {
        let request = self.webhooks.request(n);
        self.raw(&request).await;
    }

    /// Sends a request of Twilio's, which is taken.
    async fn raw(&mut self, request: &[u8]) {
        let status = self.wire.send(request).await.unwrap();
        assert!((200..300).contains(&status), "{status}");
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.system.url());
        let call = self.client.request(method, url).header("origin", self.system.url());
        let call = call.bearer_auth(&self.token);
        let call = if let Some(body) = body { call.json(&body) } else { call };
        let answer = call.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Starts the next count at nothing, with nothing under way.
    async fn forget(&self) {
        self.system.settle().await;
        self.system.dynamodb().capacity().reset();
    }

    /// One row for each of `functions` since the last, and one for what followed a send.
    async fn row(&mut self, operation: &str, functions: &[&str]) {
        self.system.settle().await;
        let followed = ["dispatch", "record-delivery", "push"];
        let sent = functions.contains(&"send-message");
        let followed = followed.iter().filter(|_| sent);
        for function in functions.iter().chain(followed) {
            let Consumed { calls, write_units, read_units } =
                self.system.dynamodb().capacity().of(function);
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
