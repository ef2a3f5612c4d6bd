//! The Media resource of the product `api`: lists and deletes the files of a message.

use reqwest::Method;

use super::client::Client;
use super::error::ClientError;
use super::response::MediaEntry;
use super::webhook::TwilioMedia;
use crate::sid::MessageSid;

impl Client {
    /// Deletes the files of a message. May be repeated. The fault points are `twilio.files` and `twilio.delete`.
    pub async fn delete_media(&self, sid: &MessageSid) -> Result<(), ClientError> {
        for file in self.media_entries(sid).await? {
            let url = self.account_url(&format!("Messages/{sid}/Media/{}.json", file.sid));
            self.call("twilio.delete", Method::DELETE, &url, |request| request)
                .await?
                .check_success()?;
        }
        Ok(())
    }

    /// Lists the files of a message, with the URLs that its webhook names. The fault point is `twilio.files`.
    pub async fn list_media(&self, sid: &MessageSid) -> Result<Vec<TwilioMedia>, ClientError> {
        let files = self.media_entries(sid).await?;
        let to_media = |file: MediaEntry| TwilioMedia {
            url: self.account_url(&format!("Messages/{sid}/Media/{}", file.sid)),
            content_type: file.content_type,
        };
        Ok(files.into_iter().map(to_media).collect())
    }

    /// Reads one page, which holds all files: a message has at most ten.
    async fn media_entries(&self, sid: &MessageSid) -> Result<Vec<MediaEntry>, ClientError> {
        let list = self.account_url(&format!("Messages/{sid}/Media.json"));
        let response = self.call("twilio.files", Method::GET, &list, |request| request).await?;
        response.parse_media()
    }
}
