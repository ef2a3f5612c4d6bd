//! A test case for each function, in which it uses all its permissions.
//!
//! The data that a case needs is written directly to the tables, so that no other function has to work.

use std::time::Duration;

use std::collections::BTreeMap;

use data_encoding::HEXLOWER_PERMISSIVE;
use reqwest::Method;
use serde_json::{Value, json};
use shared::address::Address;
use shared::clock::Clock as _;
use shared::config::InstallKey;
use shared::conversation::ConversationId;
use shared::idempotency_key::IdempotencyKey;
use shared::ids::{EntryId, MessageId, RandomIds};
use shared::inbox_name::InboxName;
use shared::media::{Media, StoredMedia};
use shared::message::extras::MessageExtras;
use shared::message::{Direction, Message};
use shared::outbox::{OutboxEntry, OutboxHome, OutboxKind, OutboxState, OutboxTarget};
use shared::sending::can_send::SendCheck;
use shared::session::Role;
use shared::sid::MessageSid;
use shared::store::ConversationChange;
use shared::store::{
    InboundOutcome, NewOutbound, OutboundOutcome, QuarantineEntry, SendCompletion, Ticket, User,
};

use shared::username::Username;

use crate::support::forged_tokens::TokenForge;
use crate::support::socket::stored_connection_ids;
use crate::support::table::put_row;
use crate::support::user::new_idempotency_key;
use crate::support::webhook::{encode_form, inbound_text_form, new_sid, params, with_param};
use crate::support::{
    BUSINESS_NUMBER, Socket, TestResponse, TestSystem, Webhook, customer_number, next_id, wait_for,
};

/// Runs the test cases on a system.
pub struct PermissionCase<'a> {
    pub(super) system: &'a TestSystem,
    pub(super) strict: bool,
    forge: TokenForge,
    token: String,
}

impl<'a> PermissionCase<'a> {
    /// Creates a runner that requires successful and documented responses.
    pub fn strict(system: &'a TestSystem) -> Self {
        let forge = TokenForge::new(system);
        let token = forge.valid_token(&forge.claims());
        Self { system, strict: true, forge, token }
    }

    /// Creates a runner that allows failing calls.
    pub fn tolerant(system: &'a TestSystem) -> Self {
        Self { strict: false, ..Self::strict(system) }
    }

    /// Runs the test case of a function.
    pub async fn exercise(&self, function: &str) {
        match function {
            "receive-message" => self.receive_messages().await,
            "record-delivery" => self.record_delivery().await,
            "receive-events" => self.receive_events().await,
            "sign-in" => self.sign_in_by_link().await,
            "refresh-session" | "sign-out" => self.sessions(function).await,
            "create-user" => {
                let user = json!({
                    "username": format!("user{}", next_id()), "password": "long enough!", "role": "agent",
                });
                self.request(Method::POST, "/api/users", Some(user)).await;
            }
            "list-conversations"
            | "get-conversation"
            | "start-conversation"
            | "update-conversation"
            | "delete-conversation"
            | "mark-read" => self.conversations(function).await,
            "list-messages" | "get-message" | "send-message" | "redact-message"
            | "retry-message" => self.messages(function).await,
            "erase-conversation" => self.conversations("delete-conversation").await,
            "check-message" | "record-consent" | "list-consent" => self.consent(function).await,
            "create-upload" | "get-media" | "retry-media" | "list-media" | "fetch-media" => {
                self.files(function).await;
            }
            "list-senders" => drop(self.request(Method::GET, "/api/senders", None).await),
            "check-number" => {
                let body = json!({ "number": customer_number() });
                self.request(Method::POST, "/api/numbers/check", Some(body)).await;
            }
            "list-quarantine" | "release-quarantine" | "release-quarantines" => {
                self.quarantine(function).await
            }
            "get-health" => drop(self.request(Method::GET, "/api/health", None).await),
            "issue-ticket" => {
                self.request(Method::POST, "/api/sockets/ticket", Some(json!({}))).await;
            }
            "connect" => drop(self.open_socket().await),
            "disconnect" => self.disconnect().await,
            "receive-frame" => self.receive_frame().await,
            "push" => self.push_to_open_and_dead_sockets().await,
            "dispatch" => {
                let (id, _) =
                    self.store_inbound_with(vec![Media::pending("elsewhere", None)]).await;
                let outbound = NewOutbound {
                    media: vec![stored_media("media/x")],
                    ..self.new_outbound("Look")
                };
                let store = self.system.inner().store();
                store.put_outbound(&id, &outbound, None, &allow).await.unwrap();
                let (conversation, message) =
                    self.store_inbound_with(vec![stored_media("media/y")]).await;
                let expected = store.get_message(&conversation, message).await.unwrap().unwrap();
                store.redact_message(&expected).await.unwrap();
                self.conversations("delete-conversation").await;
            }
            "sweep" => self.sweep_due_entries().await,
            unknown => panic!("{unknown} has no test case: write one"),
        }
    }

    pub(super) async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> TestResponse {
        let request = self.system.call(method, path).bearer(&self.token);
        let request = match &body {
            Some(body) => request.json(body),
            None => request,
        };
        if !self.strict {
            return request.send_unchecked().await;
        }
        let response = request.send().await;
        assert!(response.status < 400, "{path}: {}", response.text);
        response
    }

    async fn receive_messages(&self) {
        let number = customer_number();
        for body in ["One", "Two"] {
            Webhook::inbound_text(self.system, &new_sid("SM"), &number, body).send().await;
        }
        // Whether YES is an opt-in depends on the conversation, which is read.
        let reply = inbound_text_form(self.system, &new_sid("SM"), &number, "Yes");
        let reply = with_param(reply, "OriginalRepliedMessageSid", &new_sid("SM"));
        Webhook::form(self.system, "/twilio/messages", &reply).send().await;
        for profile_name in ["Maria", "Marta"] {
            let form = inbound_text_form(self.system, &new_sid("SM"), &number, "Hi");
            let form = with_param(form, "ProfileName", profile_name);
            Webhook::form(self.system, "/twilio/messages", &form).send().await;
        }
        let form = inbound_text_form(self.system, &new_sid("SM"), &number, "Three");
        let webhook = Webhook::form(self.system, "/twilio/messages", &form);
        webhook.signature(Some("wrong")).send().await;
    }

    async fn record_delivery(&self) {
        let conversation = self.store_inbound().await;
        let sid = new_sid("SM");
        let account = &self.system.inner().settings().account_sid;
        // The error code records an opt-out.
        let form = params(&[
            ("MessageSid", &sid),
            ("AccountSid", account),
            ("MessageStatus", "failed"),
            ("ErrorCode", "21610"),
        ]);
        let (message, _) = self.store_outbound(&conversation).await;
        let target = format!("/twilio/deliveries/{conversation}/{}", message.id);
        Webhook::form(self.system, &target, &form).send().await;
        let number = customer_number();
        for profile_name in ["Maria", "Marta"] {
            let form = inbound_text_form(self.system, &new_sid("SM"), &number, "Hi");
            let form = with_param(form, "ProfileName", profile_name);
            Webhook::form(self.system, &target, &form).send().await;
        }
    }

    async fn receive_events(&self) {
        let account = &self.system.inner().settings().account_sid;
        let number = customer_number();
        let event = |event_type: &str, profile_name: &str| {
            json!({
                "type": format!("com.twilio.messaging.{event_type}"),
                "data": {
                    "messageSid": new_sid("SM"), "accountSid": account, "from": number, "to": BUSINESS_NUMBER,
                    "profileName": profile_name,
                    // A "Yes" is an opt-in after an opt-out, so the conversation is read.
                    "body": "Yes", "messageStatus": "SENT",
                },
            })
        };
        let (sent, received) = ("message.sent", "inbound-message.received");
        for events in
            [json!([event(sent, ""), event(received, "Maria")]), json!([event(received, "Marta")])]
        {
            Webhook::events(self.system, &events).send().await;
        }
    }

    async fn sign_in_by_link(&self) {
        let link = self.system.inner().sign_in_token().await.unwrap();
        let credentials = json!({ "link_token": link });
        self.request(Method::POST, "/api/session", Some(credentials)).await;
    }

    async fn sessions(&self, function: &str) {
        let name = Username::parse(&format!("person{}", next_id())).unwrap();
        let user = User {
            username: name.clone(),
            display_name: name.to_string(),
            role: Role::Agent,
            inboxes: vec![InboxName::main()],
            password: "no hash at all".to_owned(),
        };
        let store = self.system.inner().store();
        store.insert_user(&user).await.unwrap();
        let session = format!("session{}", next_id());
        store.create_session(&session, &name).await.unwrap();
        let first = self.forge.cookie(&session);
        if function == "sign-out" {
            let request = self.system.call(Method::DELETE, "/api/session").header("cookie", &first);
            request.send_unchecked().await;
            return;
        }
        // Two refreshes, then the first cookie again, which ends the session.
        let mut cookie = first.clone();
        for _ in 0..2 {
            cookie = self.refresh(&cookie).await.cookie().unwrap_or_else(|| first.clone());
        }
        let response = self.refresh(&first).await;
        assert!(!self.strict || response.status == 401, "{}", response.text);
        // If refreshing is denied, the session ends by its age.
        store.create_session(&session, &name).await.unwrap();
        store.refresh_session(&session, 1).await.unwrap();
        store.refresh_session(&session, 2).await.unwrap();
        self.refresh(&first).await;
    }

    async fn refresh(&self, cookie: &str) -> TestResponse {
        let request = self.system.call(Method::POST, "/api/session/refresh").json(&json!({}));
        request.header("cookie", cookie).send_unchecked().await
    }

    async fn conversations(&self, function: &str) {
        let (id, _) = self.store_inbound_with(vec![stored_media("media/x")]).await;
        let path = format!("/api/conversations/{id}");
        match function {
            "list-conversations" => {
                for query in ["", "?filter=closed", "?search=206"] {
                    self.request(Method::GET, &format!("/api/conversations{query}"), None).await;
                }
            }
            "get-conversation" => drop(self.request(Method::GET, &path, None).await),
            "delete-conversation" => drop(self.request(Method::DELETE, &path, None).await),
            "start-conversation" => {
                let body = json!({ "to": customer_number(), "contact_name": "Ida" });
                self.request(Method::POST, "/api/conversations", Some(body)).await;
            }
            "update-conversation" => {
                let body = json!({ "contact_name": "Ida", "status": "closed" });
                self.request(Method::PATCH, &path, Some(body)).await;
                let expected =
                    self.system.inner().store().get_conversation(&id).await.unwrap().unwrap();
                let change = ConversationChange {
                    name: Some(Some("Ida Berg".to_owned())),
                    ..ConversationChange::default()
                };
                self.system.inner().store().update_conversation(&expected, &change).await.unwrap();
                let body_without_name =
                    json!({ "contact_name": "", "previous_contact_name": "Ida Berg" });
                self.request(Method::PATCH, &path, Some(body_without_name)).await;
            }
            _ => {
                self.request(Method::POST, &format!("{path}/read"), Some(json!({ "rev": 1 })))
                    .await;
            }
        }
    }

    async fn messages(&self, function: &str) {
        let (id, newest) = self.store_inbound_with(vec![stored_media("media/x")]).await;
        let path = format!("/api/conversations/{id}/messages");
        match function {
            "list-messages" => drop(self.request(Method::GET, &path, None).await),
            "redact-message" => {
                let redact_path = format!("{path}/{newest}/redact");
                self.request(Method::POST, &redact_path, Some(json!({}))).await;
            }
            "get-message" => {
                let (message, _) = self.store_outbound(&id).await;
                self.request(Method::GET, &format!("{path}/{}", message.id), None).await;
            }
            "send-message" => {
                let body = json!({ "body": "Hi", "idempotency_key": new_idempotency_key() });
                self.request(Method::POST, &path, Some(body.clone())).await;
                self.request(Method::POST, &path, Some(body)).await;
                self.send_file(&id).await;
                // A repeated send with the same idempotency key.
                let (message, _) = self.store_outbound(&id).await;
                let repeated_body =
                    json!({ "body": message.body, "idempotency_key": message.idempotency_key });
                self.request(Method::POST, &path, Some(repeated_body)).await;
            }
            _ => {
                let (message, entry) = self.store_outbound(&id).await;
                self.system.wait_until_idle().await;
                let store = self.system.inner().store();
                store
                    .complete_send(&entry, None, &SendCompletion::Rejected { code: 21211 })
                    .await
                    .unwrap();
                self.store_rejected(&message).await;
                let retry_path = format!("{path}/{}/retry", message.id);
                let body = json!({ "idempotency_key": new_idempotency_key() });
                self.request(Method::POST, &retry_path, Some(body.clone())).await;
                self.request(Method::POST, &retry_path, Some(body)).await;
                let failed = store.get_message(&id, message.id).await.unwrap().unwrap();
                if failed.retried_by.is_none() {
                    let outbound = self.new_outbound(&failed.body);
                    store.put_outbound(&id, &outbound, Some(&failed), &allow).await.unwrap();
                    let body = json!({ "idempotency_key": outbound.idempotency_key });
                    self.request(Method::POST, &retry_path, Some(body)).await;
                }
            }
        }
    }

    async fn consent(&self, function: &str) {
        let path = format!("/api/conversations/{}", self.store_inbound().await);
        match function {
            "check-message" => {
                let body = json!({ "body": "Hi" });
                self.request(Method::POST, &format!("{path}/messages/check"), Some(body)).await;
            }
            "record-consent" => {
                let body = json!({ "state": "opted_in", "evidence": "A form at the counter" });
                self.request(Method::POST, &format!("{path}/consent"), Some(body)).await;
            }
            _ => drop(self.request(Method::GET, &format!("{path}/consent"), None).await),
        }
    }

    /// Stores a rejection for a message, whatever its status.
    async fn store_rejected(&self, message: &Message) {
        let store = self.system.inner().store();
        let current = store.get_message(&message.conversation, message.id).await.unwrap().unwrap();
        let rejected = Some(shared::message::SendResult::Rejected { code: 21211 });
        self.system.inner().s3().put_object("MediaBucket", "media/x", "image/png", b"x");
        let media = vec![stored_media("media/x")];
        let item = Message { statuses: BTreeMap::new(), send_result: rejected, media, ..current };
        let pk = format!("CONV#{}", message.conversation);
        put_row(self.system, &pk, &format!("MSG#{}", message.id), &item).await;
    }

    async fn quarantine(&self, function: &str) {
        let form = inbound_text_form(self.system, &new_sid("SM"), &customer_number(), "Hi");
        let body = encode_form(&form).into_bytes();
        let now = self.system.inner().clock().now();
        let entry = QuarantineEntry {
            id: format!("{:032x}", next_id()),
            path: "/twilio/messages".to_owned(),
            content_type: None,
            signature_settings: None,
            reason: "unknown_number".to_owned(),
            detail: "The recipient number is not configured.".to_owned(),
            localized_detail: None,
            body_base64: data_encoding::BASE64.encode(&body),
            length: body.len() as u64,
            hash: String::new(),
            signed: true,
            signature: None,
            query: String::new(),
            count: 0,
            created_at: now,
            updated_at: now,
        };
        self.system.inner().store().put_quarantine_entry(&entry).await.unwrap();
        let path = format!("/api/quarantine/{}/release", entry.id);
        match function {
            "list-quarantine" => drop(self.request(Method::GET, "/api/quarantine", None).await),
            "release-quarantine" => drop(self.request(Method::POST, &path, Some(json!({}))).await),
            _ => {
                let filter = json!({ "reason": "unknown_number" });
                self.request(Method::POST, "/api/quarantine/release", Some(filter)).await;
            }
        }
    }

    /// Opens a socket, or returns `None` if it is rejected.
    async fn open_socket(&self) -> Option<Socket> {
        let ticket = format!("ticket{}", next_id());
        let origin = self.system.url("");
        let store = self.system.inner().store();
        let ticket_item = Ticket {
            user: Username::parse("admin").unwrap(),
            role: Role::Admin,
            inboxes: vec![InboxName::main()],
            origin: origin.clone(),
            expires_at: store.expires_at(shared::store::TICKET_TTL),
        };
        store.put_ticket(&ticket, &ticket_item).await.unwrap();
        let protocols = format!("partyline.v1, t.{ticket}");
        let socket = Socket::try_connect(self.system, Some(&origin), Some(&protocols)).await;
        assert!(!self.strict || socket.is_ok(), "{:?}", socket.err());
        socket.ok()
    }

    async fn disconnect(&self) {
        let socket = self.open_socket().await.unwrap();
        let sockets = self.system.inner().connections().unwrap();
        sockets.abort(&socket.id, true).await;
        wait_for("the socket to be gone", || async {
            (!sockets.list().iter().any(|connection| connection.id == socket.id)).then_some(())
        })
        .await;
        self.system.inner().functions().wait_until_idle().await;
        assert!(!self.strict || !stored_connection_ids(self.system).await.contains(&socket.id));
    }

    async fn receive_frame(&self) {
        let conversation = self.store_inbound().await;
        self.system.wait_until_idle().await;
        let mut socket = self.open_socket().await.unwrap();
        if self.strict {
            return socket.watch(self.system, conversation.as_str()).await;
        }
        let functions = self.system.inner().functions();
        let invocations_before = functions.invocations();
        let frame = json!({ "action": "watch", "conversation_ids": [conversation], "sequence": 1 });
        socket.send_text(frame.to_string()).await;
        wait_for("the frame to be heard", || async {
            (functions.invocations() > invocations_before).then_some(())
        })
        .await;
        functions.wait_until_idle().await;
    }

    async fn push_to_open_and_dead_sockets(&self) {
        let (_open, dead) = (self.open_socket().await.unwrap(), self.open_socket().await.unwrap());
        let sockets = self.system.inner().connections().unwrap();
        sockets.abort(&dead.id, false).await;
        wait_for("the socket to be gone", || async {
            (!sockets.list().iter().any(|connection| connection.id == dead.id)).then_some(())
        })
        .await;
        // A younger row could belong to a handshake.
        self.system.advance(Duration::from_secs(31));
        let id = self.store_inbound().await;
        let store = self.system.inner().store();
        let conversation = store.get_conversation(&id).await.unwrap().unwrap();
        let change = ConversationChange {
            note: Some((None, Some("Prefers calls".to_owned()))),
            ..ConversationChange::default()
        };
        store.update_conversation(&conversation, &change).await.unwrap();
        self.system.wait_until_idle().await;
        assert!(!self.strict || !stored_connection_ids(self.system).await.contains(&dead.id));
    }

    /// Stores an entry with an expired lease and a due look-up.
    async fn sweep_due_entries(&self) {
        let now = self.system.inner().clock().now();
        let past = now.checked_sub(Duration::from_secs(5)).unwrap();
        for conversation in [self.store_inbound().await, self.store_inbound().await] {
            let id = MessageId::generate(&RandomIds, past);
            let target = OutboxTarget::Message(id);
            let home = OutboxHome::Conversation(conversation);
            let (kind, pk) = (OutboxKind::SendMessage, home.to_string());
            let entry = OutboxEntry {
                state: OutboxState::Claimed,
                lease_expires_at: Some(past),
                due_at: past,
                ..OutboxEntry::new(kind, home, &InboxName::main(), target, id.into(), past)
            };
            put_row(self.system, &pk, &format!("QUEUE#{id}"), &due_row(&entry)).await;
            let job_id = EntryId::generate(&RandomIds, now);
            let job = OutboxEntry { due_at: past, ..OutboxEntry::look_up(&entry, job_id, past) };
            put_row(self.system, &pk, &format!("JOB#{job_id}"), &due_row(&job)).await;
        }
        let result = self.system.inner().run_schedule("sweep").await;
        assert!(!self.strict || result.is_ok(), "{:?}", result.err());
    }

    fn new_pair(&self) -> (ConversationId, Address) {
        let settings = self.system.inner().settings();
        let install_key = HEXLOWER_PERMISSIVE.decode(settings.install_key.as_bytes()).unwrap();
        let key = InstallKey::new(install_key.try_into().unwrap());
        let (business, contact) =
            (Address::parse(BUSINESS_NUMBER).unwrap(), Address::parse(&customer_number()).unwrap());
        (ConversationId::direct(&key, &business, &contact), contact)
    }

    /// Stores a conversation with an inbound message.
    pub(super) async fn store_inbound(&self) -> ConversationId {
        self.store_inbound_with(Vec::new()).await.0
    }

    /// Stores a conversation with an inbound message with media. Returns both IDs.
    pub(super) async fn store_inbound_with(
        &self,
        media: Vec<Media>,
    ) -> (ConversationId, MessageId) {
        let (conversation, contact) = self.new_pair();
        let message = Message {
            id: MessageId::generate(&RandomIds, self.system.inner().clock().now()),
            conversation: conversation.clone(),
            inbox: InboxName::main(),
            direction: Direction::Inbound,
            business: Address::parse(BUSINESS_NUMBER).unwrap(),
            contact,
            author: None,
            body: "Hi".to_owned(),
            statuses: BTreeMap::new(),
            send_result: None,
            rev: 1,
            sid: Some(MessageSid::parse(&new_sid("SM")).unwrap()),
            idempotency_key: None,
            retried_by: None,
            segments: None,
            media,
            extras: MessageExtras::default(),
            price: None,
            sms_fallback: false,
            redacted: false,
        };
        match self.system.inner().store().put_inbound(message).await.unwrap() {
            InboundOutcome::Stored(message) => (conversation, message.id),
            InboundOutcome::Duplicate => panic!("a new message was a duplicate"),
        }
    }

    fn new_outbound(&self, body: &str) -> NewOutbound {
        NewOutbound {
            user: Username::parse("admin").unwrap(),
            author: "admin".to_owned(),
            idempotency_key: IdempotencyKey::parse(&new_idempotency_key()).unwrap(),
            body: body.to_owned(),
            media: Vec::new(),
        }
    }

    /// Stores an outbound message with its outbox entry.
    async fn store_outbound(&self, conversation: &ConversationId) -> (Message, OutboxEntry) {
        let store = self.system.inner().store();
        match store
            .put_outbound(conversation, &self.new_outbound("Hello"), None, &allow)
            .await
            .unwrap()
        {
            OutboundOutcome::Stored(message, entry) => (*message, *entry),
            outcome => panic!("a new send was not stored: {outcome:?}"),
        }
    }
}

/// Allows all sends, because send checks are not tested here.
fn allow(_: &shared::conversation::Conversation) -> SendCheck {
    SendCheck::allowed()
}

/// Returns an entry as the table stores it, with its place among what is due.
fn due_row(entry: &OutboxEntry) -> Value {
    let mut row = serde_json::to_value(entry).unwrap();
    let due_at = entry.due_at.as_millisecond();
    row["list_pk"] = json!("DUE");
    row["list_sk"] = json!(format!("{due_at:013}#{}#{}", entry.home, entry.id));
    row
}

/// Returns stored media with this key. The file need not exist.
pub fn stored_media(object_key: &str) -> Media {
    Media::Stored(StoredMedia {
        object_key: object_key.to_owned(),
        content_type: "image/png".to_owned(),
        name: None,
        size: 1_024,
        upload: None,
    })
}
