//! The scenes with files: uploads, what came with messages, and the bucket.

use std::time::Duration;

use functions::changes::handing::Handed;
use local::twilio::Typed;
use reqwest::Method;
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::conversation::ConversationId;
use shared::ids::{Ids as _, RandomIds, Ulid};
use shared::intent::{Intent, IntentKind, IntentState, later};
use shared::media::{Media, MediaState};
use shared::store::Upload;

use super::scene::Scene;
use crate::desk::person::key;
use crate::desk::table::put;
use crate::desk::{OURS, customer};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// A file in the bucket, under this key or not.
pub fn stored(object: &str) -> Media {
    let object = Some(object.to_owned());
    Media { state: MediaState::Stored, object, ..Media::waiting("", Some("image/png")) }
}

impl Scene<'_> {
    /// Plays the scene of a function that has to do with files.
    pub async fn files(&self, function: &str) {
        match function {
            "create-upload" => self.an_upload().await,
            "get-media" => {
                let (path, _) = self.with_a_file(stored("media/x")).await;
                let link = self.ask(Method::GET, &format!("{path}/media/0"), None).await;
                self.follow(Method::GET, &link.text).await;
            }
            "retry-media" => {
                let failed = Media { state: MediaState::Failed, ..stored("media/x") };
                let (path, _) = self.with_a_file(failed).await;
                let retry = format!("{path}/media/0/retry");
                self.ask(Method::POST, &retry, Some(json!({}))).await;
            }
            "list-media" => {
                let (_, id) = self.with_a_file(stored("media/x")).await;
                self.ask(Method::GET, &format!("/api/conversations/{id}/media"), None).await;
            }
            _ => self.a_fetch().await,
        }
    }

    /// A click with a file that was uploaded.
    pub async fn a_file_is_sent(&self, id: &ConversationId) {
        let upload = Upload {
            id: RandomIds.ulid(self.desk.system().clock().now()),
            user: "admin".to_owned(),
            conversation: id.clone(),
            name: "a.png".to_owned(),
            content_type: "image/png".to_owned(),
            size: PNG.len() as u64,
            expires_at: 0,
        };
        let object = Upload::object(upload.id);
        self.desk.system().s3().keep("Media", &object, "image/png", PNG);
        let sent = json!({
            "body": "", "idempotency_key": key(), "media": [{ "upload_id": upload.id.to_string() }],
        });
        self.desk.system().store().add_upload(upload).await.unwrap();
        let path = format!("/api/conversations/{id}/messages");
        self.ask(Method::POST, &path, Some(sent)).await;
    }

    async fn an_upload(&self) {
        let wanted = json!({
            "conversation_id": self.written().await, "name": "a.png", "content_type": "image/png",
            "size": PNG.len(),
        });
        let place = self.ask(Method::POST, "/api/uploads", Some(wanted)).await;
        self.follow(Method::PUT, &place.text).await;
    }

    /// Uses the address that an answer gives, if it gives one.
    async fn follow(&self, method: Method, answer: &str) {
        let answer: Value = serde_json::from_str(answer).unwrap();
        if let Some(url) = answer["url"].as_str() {
            self.desk.call(method, url).body("image/png", PNG.to_vec()).send_unchecked().await;
        }
    }

    /// A conversation in which somebody wrote with a file; the message's path.
    async fn with_a_file(&self, media: Media) -> (String, ConversationId) {
        let (id, message) = self.written_with(vec![media]).await;
        (format!("/api/conversations/{id}/messages/{message}"), id)
    }

    /// One that is at Twilio, and what is left of a message that is gone. The claims are put into the table from behind,
    /// so that nobody but this function works on them.
    async fn a_fetch(&self) {
        let system = self.desk.system();
        let twilio = system.twilio().unwrap();
        let media = vec![twilio.keep_media("image/png", Some("a.png"), PNG).unwrap()];
        let (from, to) = (customer(), OURS.to_owned());
        let sent = twilio.send_from_phone(Typed { from, to, media, ..Typed::default() }).unwrap();
        let (account, file) = (&system.settings().account_sid, &sent.more.media[0].sid);
        let source = format!(
            "{}/2010-04-01/Accounts/{account}/Messages/{}/Media/{file}",
            twilio.url(),
            sent.sid
        );
        let (id, message) = self.written_with(Vec::new()).await;
        let mut row = system.store().message(&id, message).await.unwrap().unwrap();
        row.media = vec![Media::waiting(&source, Some("image/png"))];
        put(self.desk, &format!("CONV#{id}"), &format!("MSG#{message}"), &row).await;
        self.fetch(&id, message).await;
        self.fetch(&id, RandomIds.ulid(system.clock().now())).await;
    }

    async fn fetch(&self, conversation: &ConversationId, target: Ulid) {
        let now = self.desk.system().clock().now();
        let (kind, id) = (IntentKind::FetchMedia, RandomIds.ulid(now));
        let job = Intent {
            state: IntentState::Claimed,
            lease: Some(later(now, Duration::from_mins(2))),
            ..Intent::job(kind, conversation, "main", target, id, now)
        };
        put(self.desk, &format!("CONV#{conversation}"), &format!("JOB#{id}"), &job).await;
        let handed = Handed { conversation: conversation.clone(), job: id, step: job.step };
        let event = serde_json::to_value(handed).unwrap();
        let fetched = self.desk.system().functions().invoke("fetch-media", event).await;
        assert!(!self.strict || fetched.is_ok(), "{:?}", fetched.err());
    }
}
