//! The test cases with files: uploads, media and the bucket.

use std::time::Duration;

use functions::job::JobRef;
use reqwest::Method;
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::conversation::ConversationId;
use shared::ids::{EntryId, MessageId, RandomIds, UploadId};
use shared::inbox_name::InboxName;
use shared::media::{Media, MediaError};
use shared::outbox::{OutboxEntry, OutboxHome, OutboxKind, OutboxState, OutboxTarget, add};
use shared::store::Upload;
use shared::username::Username;
use twilio_simulator::PhoneInput;

use super::cases::{PermissionCase, stored_media};
use crate::support::table::put_row;
use crate::support::user::new_idempotency_key;
use crate::support::{BUSINESS_NUMBER, customer_number};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

impl PermissionCase<'_> {
    /// Runs the test case of a function that uses files.
    pub async fn files(&self, function: &str) {
        match function {
            "create-upload" => self.create_upload().await,
            "get-media" => {
                let (path, _) = self.store_inbound_file(stored_media("media/x")).await;
                let link = self.request(Method::GET, &format!("{path}/media/0"), None).await;
                self.request_url(Method::GET, &link.text).await;
            }
            "retry-media" => {
                let failed = Media::pending("https://example.com/x", None)
                    .into_failed(MediaError::Unreachable);
                let (path, _) = self.store_inbound_file(failed).await;
                let retry_path = format!("{path}/media/0/retry");
                self.request(Method::POST, &retry_path, Some(json!({}))).await;
            }
            "list-media" => {
                let (_, id) = self.store_inbound_file(stored_media("media/x")).await;
                self.request(Method::GET, &format!("/api/conversations/{id}/media"), None).await;
            }
            _ => self.fetch_stored_file().await,
        }
    }

    /// Sends a message with an uploaded file.
    pub async fn send_file(&self, id: &ConversationId) {
        let upload = Upload {
            id: UploadId::generate(&RandomIds, self.system.inner().clock().now()),
            user: Username::parse("admin").unwrap(),
            conversation: id.clone(),
            name: "a.png".to_owned(),
            content_type: "image/png".to_owned(),
            size: PNG.len() as u64,
            expires_at: 0,
        };
        let object_key = Upload::object_key(upload.id);
        self.system.inner().s3().put_object("MediaBucket", &object_key, "image/png", PNG);
        let body = json!({
            "body": "", "idempotency_key": new_idempotency_key(), "media": [{ "upload_id": upload.id.to_string() }],
        });
        self.system.inner().store().put_upload(upload).await.unwrap();
        let path = format!("/api/conversations/{id}/messages");
        self.request(Method::POST, &path, Some(body)).await;
    }

    async fn create_upload(&self) {
        let body = json!({
            "conversation_id": self.store_inbound().await, "name": "a.png", "content_type": "image/png",
            "size": PNG.len(),
        });
        let target = self.request(Method::POST, "/api/uploads", Some(body)).await;
        self.request_url(Method::PUT, &target.text).await;
    }

    /// Requests the URL in a response, if there is one.
    async fn request_url(&self, method: Method, response: &str) {
        let response: Value = serde_json::from_str(response).unwrap();
        if let Some(url) = response["url"].as_str() {
            self.system.call(method, url).body("image/png", PNG.to_vec()).send_unchecked().await;
        }
    }

    /// Stores a conversation with an inbound file. Returns the path of the message.
    async fn store_inbound_file(&self, media: Media) -> (String, ConversationId) {
        let (id, message) = self.store_inbound_with(vec![media]).await;
        (format!("/api/conversations/{id}/messages/{message}"), id)
    }

    /// Runs `fetch-media` for a file at Twilio, and for a message that no longer exists.
    ///
    /// The claims are written directly to the table, so that no other function works on them.
    async fn fetch_stored_file(&self) {
        let system = self.system.inner();
        let twilio = system.twilio().unwrap();
        let media = vec![twilio.store_media("image/png", Some("a.png"), PNG).unwrap()];
        let (from, to) = (customer_number(), BUSINESS_NUMBER.to_owned());
        let twilio_message = twilio
            .send_from_phone(PhoneInput { from, to, media, ..PhoneInput::default() })
            .unwrap();
        let (account, file) = (&system.settings().account_sid, &twilio_message.extras.media[0].sid);
        let source_url = format!(
            "{}/api/2010-04-01/Accounts/{account}/Messages/{}/Media/{file}",
            twilio.url(),
            twilio_message.sid
        );
        let (id, message) = self.store_inbound_with(Vec::new()).await;
        let mut row = system.store().get_message(&id, message).await.unwrap().unwrap();
        row.media = vec![Media::pending(&source_url, Some("image/png"))];
        put_row(self.system, &format!("CONV#{id}"), &format!("MSG#{message}"), &row).await;
        self.invoke_fetch_media(&id, message).await;
        self.invoke_fetch_media(&id, MessageId::generate(&RandomIds, system.clock().now())).await;
    }

    async fn invoke_fetch_media(&self, conversation: &ConversationId, message_id: MessageId) {
        let now = self.system.inner().clock().now();
        let (kind, id) = (OutboxKind::FetchMedia, EntryId::generate(&RandomIds, now));
        let home = OutboxHome::Conversation(conversation.clone());
        let target = OutboxTarget::Message(message_id);
        let job = OutboxEntry {
            state: OutboxState::Claimed,
            lease_expires_at: Some(add(now, Duration::from_mins(2))),
            ..OutboxEntry::new(kind, home.clone(), &InboxName::main(), target, id, now)
        };
        put_row(self.system, &format!("CONV#{conversation}"), &format!("JOB#{id}"), &job).await;
        let job_ref = JobRef { home, job_id: id, version: job.version };
        let event = serde_json::to_value(job_ref).unwrap();
        let result = self.system.inner().functions().invoke("fetch-media", event).await;
        assert!(!self.strict || result.is_ok(), "{:?}", result.err());
    }
}
