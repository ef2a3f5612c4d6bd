//! One scene for each function, in which it does everything that it ever does with the tables, the parameters and the
//! sockets. What a scene needs is put into the tables from behind, so that no other function has to work for it.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER_PERMISSIVE;
use reqwest::Method;
use serde_json::{Value, json};
use shared::address::Address;
use shared::can_send::Decision;
use shared::clock::Clock as _;
use shared::config::InstallKey;
use shared::conversation::ConversationId;
use shared::ids::{Ids as _, RandomIds, Ulid};
use shared::intent::{DUE, Intent, IntentState, due_sort};
use shared::media::Media;
use shared::message::{Direction, Message};
use shared::particulars::Particulars;
use shared::session::Role;
use shared::sid::MessageSid;
use shared::store::{Click, Quarantined, Received, Sent, Settled, Ticket, User};

use super::files::stored;
use crate::desk::person::key;
use crate::desk::smith::Smith;
use crate::desk::socket::known;
use crate::desk::table::put;
use crate::desk::webhook::{encoded, params, sid, text, with};
use crate::desk::{Answer, Desk, OURS, Socket, Webhook, customer, fresh, until};

/// Plays scenes at a desk.
pub struct Scene<'a> {
    pub(super) desk: &'a Desk,
    pub(super) strict: bool,
    smith: Smith,
    token: String,
}

impl<'a> Scene<'a> {
    /// Every call must succeed, and be as documented.
    pub fn strict(desk: &'a Desk) -> Self {
        let smith = Smith::of(desk);
        let token = smith.good(&smith.claims());
        Self { desk, strict: true, smith, token }
    }

    /// Calls may fail.
    pub fn tolerant(desk: &'a Desk) -> Self {
        Self { strict: false, ..Self::strict(desk) }
    }

    /// Plays the scene of a function.
    pub async fn play(&self, function: &str) {
        match function {
            "receive-message" => self.texts_and_a_stranger().await,
            "record-delivery" => self.a_report().await,
            "receive-events" => self.events().await,
            "sign-in" => self.a_first_sign_in().await,
            "refresh-session" | "sign-out" => self.sessions(function).await,
            "create-user" => {
                let user = json!({
                    "username": format!("user{}", fresh()), "password": "long enough!", "role": "agent",
                });
                self.ask(Method::POST, "/api/users", Some(user)).await;
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
            "list-senders" => drop(self.ask(Method::GET, "/api/senders", None).await),
            "check-number" => {
                let typed = json!({ "number": customer() });
                self.ask(Method::POST, "/api/numbers/check", Some(typed)).await;
            }
            "list-quarantine" | "release-quarantine" | "release-quarantines" => {
                self.quarantine(function).await
            }
            "get-health" => drop(self.ask(Method::GET, "/api/health", None).await),
            "issue-ticket" => {
                self.ask(Method::POST, "/api/sockets/ticket", Some(json!({}))).await;
            }
            "connect" => drop(self.socket().await),
            "disconnect" => self.a_goodbye().await,
            "receive-frame" => self.a_watch().await,
            "push" => self.news_for_the_living_and_the_dead().await,
            "dispatch" => {
                let (id, _) = self.written_with(vec![Media::waiting("elsewhere", None)]).await;
                let click = Click { media: vec![stored("media/x")], ..self.click("Look") };
                let store = self.desk.system().store();
                store.send(&id, &click, None, &granted).await.unwrap();
                let (other, message) = self.written_with(vec![stored("media/y")]).await;
                let seen = store.message(&other, message).await.unwrap().unwrap();
                store.redact(&seen).await.unwrap();
                self.conversations("delete-conversation").await;
            }
            "sweep" => self.what_is_due().await,
            other => panic!("{other} has no scene: write one"),
        }
    }

    pub(super) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let call = self.desk.call(method, path).bearer(&self.token);
        let call = match &body {
            Some(body) => call.json(body),
            None => call,
        };
        if !self.strict {
            return call.send_unchecked().await;
        }
        let answer = call.send().await;
        assert!(answer.status < 400, "{path}: {}", answer.text);
        answer
    }

    async fn texts_and_a_stranger(&self) {
        let number = customer();
        for body in ["One", "Two"] {
            Webhook::text(self.desk, &sid("SM"), &number, body).send().await;
        }
        // A yes: whether it is a *start* is asked of the conversation.
        let reply = text(self.desk, &sid("SM"), &number, "Yes");
        let reply = with(reply, "OriginalRepliedMessageSid", &sid("SM"));
        Webhook::form(self.desk, "/twilio/messages", &reply).send().await;
        let form = text(self.desk, &sid("SM"), &number, "Three");
        let webhook = Webhook::form(self.desk, "/twilio/messages", &form);
        webhook.signature(Some("wrong")).send().await;
    }

    async fn a_report(&self) {
        let conversation = self.written().await;
        let sid = sid("SM");
        let account = &self.desk.system().settings().account_sid;
        // The contact had opted out: that is learnt.
        let form = params(&[
            ("MessageSid", &sid),
            ("AccountSid", account),
            ("MessageStatus", "failed"),
            ("ErrorCode", "21610"),
        ]);
        let (message, _) = self.clicked(&conversation).await;
        let target = format!("/twilio/deliveries/{conversation}/{}", message.id);
        Webhook::form(self.desk, &target, &form).send().await;
    }

    async fn events(&self) {
        let account = &self.desk.system().settings().account_sid;
        let event = |kind: &str, sid: &str| {
            json!({
                "type": format!("com.twilio.messaging.{kind}"),
                "data": {
                    "messageSid": sid, "accountSid": account, "from": customer(), "to": OURS,
                    "body": "Hi", "messageStatus": "SENT",
                },
            })
        };
        let (sent, received) = ("message.sent", "inbound-message.received");
        let batch = json!([event(sent, &sid("SM")), event(received, &sid("SM"))]);
        Webhook::events(self.desk, &batch).send().await;
    }

    async fn a_first_sign_in(&self) {
        let link = self.desk.system().sign_in_token().await.unwrap();
        let proof = json!({ "link": link });
        self.ask(Method::POST, "/api/session", Some(proof)).await;
    }

    async fn sessions(&self, function: &str) {
        let name = format!("person{}", fresh());
        let user = User {
            username: name.clone(),
            display_name: name.clone(),
            role: Role::Agent,
            inboxes: vec!["main".to_owned()],
            password: "no hash at all".to_owned(),
        };
        let store = self.desk.system().store();
        store.add_user(&user).await.unwrap();
        let session = format!("session{}", fresh());
        store.begin_session(&session, &name).await.unwrap();
        let first = self.smith.cookie(&session);
        if function == "sign-out" {
            let call = self.desk.call(Method::DELETE, "/api/session").header("cookie", &first);
            call.send_unchecked().await;
            return;
        }
        // Twice forward, then the first one again: that ends the session.
        let mut cookie = first.clone();
        for _ in 0..2 {
            cookie = self.refresh(&cookie).await.cookie().unwrap_or_else(|| first.clone());
        }
        let ended = self.refresh(&first).await;
        assert!(!self.strict || ended.status == 401, "{}", ended.text);
        // Where the way forward is barred, the end is reached by age.
        store.begin_session(&session, &name).await.unwrap();
        store.refresh_session(&session, 1).await.unwrap();
        store.refresh_session(&session, 2).await.unwrap();
        self.refresh(&first).await;
    }

    async fn refresh(&self, cookie: &str) -> Answer {
        let call = self.desk.call(Method::POST, "/api/session/refresh").json(&json!({}));
        call.header("cookie", cookie).send_unchecked().await
    }

    async fn conversations(&self, function: &str) {
        let (id, _) = self.written_with(vec![stored("media/x")]).await;
        let path = format!("/api/conversations/{id}");
        match function {
            "list-conversations" => {
                for query in ["", "?filter=closed", "?search=206"] {
                    self.ask(Method::GET, &format!("/api/conversations{query}"), None).await;
                }
            }
            "get-conversation" => drop(self.ask(Method::GET, &path, None).await),
            "delete-conversation" => drop(self.ask(Method::DELETE, &path, None).await),
            "start-conversation" => {
                let wanted = json!({ "to": customer(), "contact_name": "Ida" });
                self.ask(Method::POST, "/api/conversations", Some(wanted)).await;
            }
            "update-conversation" => {
                let named = json!({ "contact_name": "Ida", "status": "closed" });
                self.ask(Method::PATCH, &path, Some(named)).await;
                let seen = self.desk.system().store().conversation(&id).await.unwrap().unwrap();
                self.desk.system().store().rename(&seen, Some("Ida Berg")).await.unwrap();
                let unnamed = json!({ "contact_name": "", "previous_contact_name": "Ida Berg" });
                self.ask(Method::PATCH, &path, Some(unnamed)).await;
            }
            _ => {
                self.ask(Method::POST, &format!("{path}/read"), Some(json!({ "rev": 1 }))).await;
            }
        }
    }

    async fn messages(&self, function: &str) {
        let (id, newest) = self.written_with(vec![stored("media/x")]).await;
        let path = format!("/api/conversations/{id}/messages");
        match function {
            "list-messages" => drop(self.ask(Method::GET, &path, None).await),
            "redact-message" => {
                let redact = format!("{path}/{newest}/redact");
                self.ask(Method::POST, &redact, Some(json!({}))).await;
            }
            "get-message" => {
                let (message, _) = self.clicked(&id).await;
                self.ask(Method::GET, &format!("{path}/{}", message.id), None).await;
            }
            "send-message" => {
                let click = json!({ "body": "Hi", "idempotency_key": key() });
                self.ask(Method::POST, &path, Some(click.clone())).await;
                self.ask(Method::POST, &path, Some(click)).await;
                self.a_file_is_sent(&id).await;
                // The second click of one that was stored.
                let (message, _) = self.clicked(&id).await;
                let again = json!({ "body": message.body, "idempotency_key": message.key });
                self.ask(Method::POST, &path, Some(again)).await;
            }
            _ => {
                let (message, intent) = self.clicked(&id).await;
                self.desk.settle().await;
                let store = self.desk.system().store();
                store.settle(&intent, None, &Settled::Refused { code: 21211 }).await.unwrap();
                self.failed(&message).await;
                let retry = format!("{path}/{}/retry", message.id);
                let click = json!({ "idempotency_key": key() });
                self.ask(Method::POST, &retry, Some(click.clone())).await;
                self.ask(Method::POST, &retry, Some(click)).await;
                let old = store.message(&id, message.id).await.unwrap().unwrap();
                if old.retried_by.is_none() {
                    let click = self.click(&old.body);
                    store.send(&id, &click, Some(&old), &granted).await.unwrap();
                    let click = json!({ "idempotency_key": click.key });
                    self.ask(Method::POST, &retry, Some(click)).await;
                }
            }
        }
    }

    async fn consent(&self, function: &str) {
        let path = format!("/api/conversations/{}", self.written().await);
        match function {
            "check-message" => {
                let wanted = json!({ "body": "Hi" });
                self.ask(Method::POST, &format!("{path}/messages/check"), Some(wanted)).await;
            }
            "record-consent" => {
                let said = json!({ "state": "opted_in", "evidence": "A form at the counter" });
                self.ask(Method::POST, &format!("{path}/consent"), Some(said)).await;
            }
            _ => drop(self.ask(Method::GET, &format!("{path}/consent"), None).await),
        }
    }

    /// Makes a message one that failed, whatever had become of it.
    async fn failed(&self, message: &Message) {
        let store = self.desk.system().store();
        let now = store.message(&message.conversation, message.id).await.unwrap().unwrap();
        let refused = Some(shared::message::Outcome::Refused { code: 21211 });
        let row = Message { seen: BTreeMap::new(), outcome: refused, ..now };
        let pk = format!("CONV#{}", message.conversation);
        put(self.desk, &pk, &format!("MSG#{}", message.id), &row).await;
    }

    async fn quarantine(&self, function: &str) {
        let form = text(self.desk, &sid("SM"), &customer(), "Hi");
        let body = encoded(&form).into_bytes();
        let now = self.desk.system().clock().now();
        let kept = Quarantined {
            id: format!("{:032x}", fresh()),
            path: "/twilio/messages".to_owned(),
            content_type: None,
            settings: None,
            reason: "unknown_number".to_owned(),
            detail: "It was sent to a number that is not set up here.".to_owned(),
            sentence: None,
            raw: data_encoding::BASE64.encode(&body),
            length: body.len() as u64,
            hash: String::new(),
            signed: true,
            signature: None,
            query: String::new(),
            count: 0,
            created: now,
            updated: now,
        };
        self.desk.system().store().quarantine(&kept).await.unwrap();
        let path = format!("/api/quarantine/{}/release", kept.id);
        match function {
            "list-quarantine" => drop(self.ask(Method::GET, "/api/quarantine", None).await),
            "release-quarantine" => drop(self.ask(Method::POST, &path, Some(json!({}))).await),
            _ => {
                let all = json!({ "reason": "unknown_number" });
                self.ask(Method::POST, "/api/quarantine/release", Some(all)).await;
            }
        }
    }

    /// A socket, if it opens.
    async fn socket(&self) -> Option<Socket> {
        let ticket = format!("ticket{}", fresh());
        let origin = self.desk.url("");
        let store = self.desk.system().store();
        let bound = Ticket {
            user: "admin".to_owned(),
            role: Role::Admin,
            inboxes: vec!["main".to_owned()],
            origin: origin.clone(),
            expires_at: store.expiry(shared::store::TICKET_LIFE),
        };
        store.add_ticket(&ticket, &bound).await.unwrap();
        let protocols = format!("partyline.v1, t.{ticket}");
        let opened = Socket::attempt(self.desk, Some(&origin), Some(&protocols)).await;
        assert!(!self.strict || opened.is_ok(), "{:?}", opened.err());
        opened.ok()
    }

    async fn a_goodbye(&self) {
        let socket = self.socket().await.unwrap();
        let sockets = self.desk.system().connections().unwrap();
        sockets.cut(&socket.id, true).await;
        until("the socket to be gone", || async {
            (!sockets.list().iter().any(|open| open.id == socket.id)).then_some(())
        })
        .await;
        self.desk.system().functions().idle().await;
        assert!(!self.strict || !known(self.desk).await.contains(&socket.id));
    }

    async fn a_watch(&self) {
        let conversation = self.written().await;
        self.desk.settle().await;
        let mut socket = self.socket().await.unwrap();
        if self.strict {
            return socket.watch(self.desk, conversation.as_str()).await;
        }
        let functions = self.desk.system().functions();
        let before = functions.invocations();
        let frame = json!({ "action": "watch", "conversation_id": conversation });
        socket.say(frame.to_string()).await;
        until("the frame to be heard", || async {
            (functions.invocations() > before).then_some(())
        })
        .await;
        functions.idle().await;
    }

    async fn news_for_the_living_and_the_dead(&self) {
        let (_living, dead) = (self.socket().await.unwrap(), self.socket().await.unwrap());
        let sockets = self.desk.system().connections().unwrap();
        sockets.cut(&dead.id, false).await;
        until("the socket to be gone", || async {
            (!sockets.list().iter().any(|open| open.id == dead.id)).then_some(())
        })
        .await;
        self.written().await;
        self.desk.settle().await;
        assert!(!self.strict || !known(self.desk).await.contains(&dead.id));
    }

    /// A claim whose run died, and a look-up whose time has come.
    async fn what_is_due(&self) {
        let now = self.desk.system().clock().now();
        let past = now.checked_sub(std::time::Duration::from_secs(5)).unwrap();
        for conversation in [self.written().await, self.written().await] {
            let id = RandomIds.ulid(past);
            let mut intent = Intent::ready(&conversation, "main", id, past);
            intent.state = IntentState::Claimed;
            intent.lease = Some(past);
            intent.due_at = past;
            intent.list_pk = Some(DUE.to_owned());
            intent.list_sk = Some(due_sort(past, &conversation, id));
            let pk = format!("CONV#{conversation}");
            put(self.desk, &pk, &format!("DO#{id}"), &intent).await;
            let mut job = Intent::find(&intent, RandomIds.ulid(now), past);
            job.due_at = past;
            job.list_sk = Some(due_sort(past, &conversation, job.id));
            put(self.desk, &pk, &format!("JOB#{}", job.id), &job).await;
        }
        let swept = self.desk.system().run_schedule("sweep").await;
        assert!(!self.strict || swept.is_ok(), "{:?}", swept.err());
    }

    fn contact(&self) -> (ConversationId, Address) {
        let settings = self.desk.system().settings();
        let install = HEXLOWER_PERMISSIVE.decode(settings.install_key.as_bytes()).unwrap();
        let key = InstallKey::new(install.try_into().unwrap());
        let (ours, contact) = (Address::parse(OURS).unwrap(), Address::parse(&customer()).unwrap());
        (ConversationId::direct(&key, &ours, &contact), contact)
    }

    /// A conversation in which a customer has written.
    pub(super) async fn written(&self) -> ConversationId {
        self.written_with(Vec::new()).await.0
    }

    /// One in which a customer has written, and sent this with it; and the message.
    pub(super) async fn written_with(&self, media: Vec<Media>) -> (ConversationId, Ulid) {
        let (conversation, contact) = self.contact();
        let message = Message {
            id: RandomIds.ulid(self.desk.system().clock().now()),
            conversation: conversation.clone(),
            inbox: "main".to_owned(),
            direction: Direction::Inbound,
            business: Address::parse(OURS).unwrap(),
            contact,
            author: None,
            body: "Hi".to_owned(),
            seen: BTreeMap::new(),
            outcome: None,
            rev: 1,
            sid: Some(MessageSid::parse(&sid("SM")).unwrap()),
            key: None,
            retried_by: None,
            segments: None,
            media,
            particulars: Particulars::default(),
            price: None,
            fell_back: false,
            redacted: false,
        };
        match self.desk.system().store().receive(message).await.unwrap() {
            Received::Now(message) => (conversation, message.id),
            Received::Before => panic!("a fresh message was stored before"),
        }
    }

    fn click(&self, body: &str) -> Click {
        Click {
            user: "admin".to_owned(),
            author: "admin".to_owned(),
            key: key(),
            body: body.to_owned(),
            media: Vec::new(),
        }
    }

    /// A click on *send*, stored.
    async fn clicked(&self, conversation: &ConversationId) -> (Message, Intent) {
        let store = self.desk.system().store();
        match store.send(conversation, &self.click("Hello"), None, &granted).await.unwrap() {
            Sent::Now(message, intent) => (*message, *intent),
            other => panic!("a fresh click was stored before: {other:?}"),
        }
    }
}

/// What the functions decide is not what is looked at here.
fn granted(_: &shared::conversation::Conversation) -> Decision {
    Decision::granted()
}
