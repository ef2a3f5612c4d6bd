//! Requests for one message at Twilio: listing its media and deleting its content. All of them may be repeated.

use reqwest::Method;

use super::client::{Client, ClientError};
use super::response::MediaEntry;
use super::webhook::TwilioMedia;
use crate::sid::MessageSid;

impl Client {
    /// Deletes the text of a message.
    pub async fn redact_message(&self, sid: &MessageSid) -> Result<(), ClientError> {
        let (url, empty) = (self.message_url(sid, ".json"), [("Body", "")]);
        let response =
            self.call("twilio.redact", Method::POST, &url, |request| request.form(&empty)).await?;
        response.parse_message().map(|_| ())
    }

    /// Deletes the media of a message.
    pub async fn delete_media(&self, sid: &MessageSid) -> Result<(), ClientError> {
        for file in self.media_entries(sid).await? {
            let url = self.message_url(sid, &format!("/Media/{}.json", file.sid));
            self.call("twilio.delete", Method::DELETE, &url, |request| request)
                .await?
                .check_success()?;
        }
        Ok(())
    }

    /// Lists the media of a message, as its webhook would report them.
    pub async fn list_media(&self, sid: &MessageSid) -> Result<Vec<TwilioMedia>, ClientError> {
        let files = self.media_entries(sid).await?;
        let to_media = |file: MediaEntry| TwilioMedia {
            url: self.message_url(sid, &format!("/Media/{}", file.sid)),
            content_type: file.content_type,
        };
        Ok(files.into_iter().map(to_media).collect())
    }

    /// Lists the media resources of a message. A message has at most ten, so one page has all of them.
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
