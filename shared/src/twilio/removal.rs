//! What is taken away at Twilio: a message's text and its files. All of it may be repeated.

use reqwest::Method;

use super::client::{Client, ClientError};
use crate::sid::MessageSid;

impl Client {
    /// Empties a message's text.
    pub async fn redact_message(&self, sid: &MessageSid) -> Result<(), ClientError> {
        let (url, empty) = (self.message_url(sid, ""), [("Body", "")]);
        let answer =
            self.call("twilio.redact", Method::POST, &url, |request| request.form(&empty)).await?;
        answer.entry().map(|_| ())
    }

    /// Deletes a message's files. Twilio carries ten at most, so one page has them all.
    pub async fn delete_media(&self, sid: &MessageSid) -> Result<(), ClientError> {
        let list = self.message_url(sid, "/Media");
        let answer = self.call("twilio.files", Method::GET, &list, |request| request).await?;
        for file in answer.files()? {
            let url = self.message_url(sid, &format!("/Media/{file}"));
            self.call("twilio.delete", Method::DELETE, &url, |request| request).await?.done()?;
        }
        Ok(())
    }

    fn message_url(&self, sid: &MessageSid, below: &str) -> String {
        let account = &self.options.account;
        format!("{}/2010-04-01/Accounts/{account}/Messages/{sid}{below}.json", self.base())
    }
}
