//! What Twilio keeps of a message: its files listed, its text and its files taken away. All of it may be repeated.

use reqwest::Method;

use super::answer::File;
use super::client::{Client, ClientError};
use super::webhook::MediaLink;
use crate::sid::MessageSid;

impl Client {
    /// Empties a message's text.
    pub async fn redact_message(&self, sid: &MessageSid) -> Result<(), ClientError> {
        let (url, empty) = (self.message_url(sid, ".json"), [("Body", "")]);
        let answer =
            self.call("twilio.redact", Method::POST, &url, |request| request.form(&empty)).await?;
        answer.entry().map(|_| ())
    }

    /// Deletes a message's files.
    pub async fn delete_media(&self, sid: &MessageSid) -> Result<(), ClientError> {
        for file in self.files(sid).await? {
            let url = self.message_url(sid, &format!("/Media/{}.json", file.sid));
            self.call("twilio.delete", Method::DELETE, &url, |request| request).await?.done()?;
        }
        Ok(())
    }

    /// The files that came with a message, as its webhook would have named them.
    pub async fn list_media(&self, sid: &MessageSid) -> Result<Vec<MediaLink>, ClientError> {
        let files = self.files(sid).await?;
        let link = |file: File| MediaLink {
            url: self.message_url(sid, &format!("/Media/{}", file.sid)),
            content_type: file.content_type,
        };
        Ok(files.into_iter().map(link).collect())
    }

    /// Twilio carries ten at most, so one page has them all.
    async fn files(&self, sid: &MessageSid) -> Result<Vec<File>, ClientError> {
        let list = self.message_url(sid, "/Media.json");
        let answer = self.call("twilio.files", Method::GET, &list, |request| request).await?;
        answer.files()
    }

    fn message_url(&self, sid: &MessageSid, below: &str) -> String {
        let account = &self.options.account;
        format!("{}/2010-04-01/Accounts/{account}/Messages/{sid}{below}", self.base())
    }
}
