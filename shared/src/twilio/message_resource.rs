//! What Twilio keeps of a message: its files listed, its text and its files taken away. All of it may be repeated.

use reqwest::Method;

use super::client::{Client, ClientError};
use super::response::MediaEntry;
use super::webhook::TwilioMedia;
use crate::sid::MessageSid;

impl Client {
    /// Empties a message's text.
    pub async fn redact_message(&self, sid: &MessageSid) -> Result<(), ClientError> {
        let (url, empty) = (self.message_url(sid, ".json"), [("Body", "")]);
        let response =
            self.call("twilio.redact", Method::POST, &url, |request| request.form(&empty)).await?;
        response.parse_message().map(|_| ())
    }

    /// Deletes a message's files.
    pub async fn delete_media(&self, sid: &MessageSid) -> Result<(), ClientError> {
        for file in self.media_entries(sid).await? {
            let url = self.message_url(sid, &format!("/Media/{}.json", file.sid));
            self.call("twilio.delete", Method::DELETE, &url, |request| request)
                .await?
                .check_success()?;
        }
        Ok(())
    }

    /// The files that came with a message, as its webhook would have named them.
    pub async fn list_media(&self, sid: &MessageSid) -> Result<Vec<TwilioMedia>, ClientError> {
        let files = self.media_entries(sid).await?;
        let to_media = |file: MediaEntry| TwilioMedia {
            url: self.message_url(sid, &format!("/Media/{}", file.sid)),
            content_type: file.content_type,
        };
        Ok(files.into_iter().map(to_media).collect())
    }

    /// Twilio carries ten at most, so one page has them all.
    async fn media_entries(&self, sid: &MessageSid) -> Result<Vec<MediaEntry>, ClientError> {
        let list = self.message_url(sid, "/Media.json");
        let response = self.call("twilio.files", Method::GET, &list, |request| request).await?;
        response.parse_media()
    }

    fn message_url(&self, sid: &MessageSid, path: &str) -> String {
        let account = &self.options.account;
        format!("{}/2010-04-01/Accounts/{account}/Messages/{sid}{path}", self.base_url())
    }
}
