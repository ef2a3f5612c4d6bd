//! The Message resource of the product `api`: creates, lists and redacts messages.

use jiff::civil::Date;
use reqwest::Method;
use url::Url;

use super::client::Client;
use super::error::{ClientError, CreateError, CreatedMessage};
use super::message_list::{ListedMessage, MessageEntry};
use super::product::Product;
use crate::address::Address;
use crate::sid::{MessageSid, MessagingServiceSid};

/// The size of a page of a list. Twilio allows 1,000.
const PAGE_SIZE: &str = "200";
/// The most pages of a list: 20,000 messages to one address on one day. A longer list is an error.
const MAX_PAGES: usize = 100;

/// A message to create.
#[derive(Debug, Clone, Copy)]
pub struct CreateMessage<'a> {
    /// The sender, or `None` if the Messaging Service chooses it.
    pub from: Option<&'a Address>,
    /// The Messaging Service to send through.
    pub service: Option<&'a MessagingServiceSid>,
    /// The recipient.
    pub to: &'a Address,
    /// The text, at most 1,600 characters. May be empty if there is media.
    pub body: &'a str,
    /// The URLs from which Twilio gets the media, at most ten.
    pub media: &'a [String],
    /// The URL for status callbacks.
    pub status_callback: &'a str,
}

impl Client {
    /// Creates a message by one request. The fault point is `twilio.create`.
    pub async fn create_message(
        &self,
        message: &CreateMessage<'_>,
    ) -> Result<CreatedMessage, CreateError> {
        let mut form = vec![("To", message.to.as_str())];
        form.extend(message.from.map(|from| ("From", from.as_str())));
        form.extend(message.service.map(|service| ("MessagingServiceSid", service.as_str())));
        if message.media.is_empty() || !message.body.is_empty() {
            form.push(("Body", message.body));
        }
        form.extend(message.media.iter().map(|address| ("MediaUrl", address.as_str())));
        form.push(("StatusCallback", message.status_callback));
        let url = self.account_url("Messages.json");
        let response =
            self.call("twilio.create", Method::POST, &url, |request| request.form(&form)).await?;
        response.parse_created()
    }

    /// Lists all messages to `to` that were sent on `day` (UTC), newest first; with `from`, only those from it.
    ///
    /// The result may include messages of the first second of the next day. The fault point is `twilio.list`.
    pub async fn list_messages(
        &self,
        to: &Address,
        from: Option<&Address>,
        day: Date,
    ) -> Result<Vec<ListedMessage>, ClientError> {
        let next_day = day.tomorrow().unwrap_or(day);
        let (since, until) = (format!("{day}T00:00:00Z"), format!("{next_day}T00:00:00Z"));
        let mut query = vec![("To", to.as_str())];
        query.extend(from.map(|from| ("From", from.as_str())));
        query.extend([
            // The comparison is part of the name. Both bounds are included.
            ("DateSent>", since.as_str()),
            ("DateSent<", until.as_str()),
            ("PageSize", PAGE_SIZE),
        ]);
        let first = Url::parse_with_params(&self.account_url("Messages.json"), query)
            .map_err(|error| ClientError::Failed(error.to_string()))?;
        let mut url = first.to_string();
        let mut messages = Vec::new();
        for _ in 0..MAX_PAGES {
            let response = self.call("twilio.list", Method::GET, &url, |request| request).await?;
            let page = response.parse_page()?;
            messages.extend(page.messages.into_iter().filter_map(MessageEntry::into_listed));
            let Some(uri) = page.next_page_uri else { return Ok(messages) };
            // Anything but a path would send our credentials to another host.
            if !uri.starts_with('/') {
                return Err(ClientError::Failed("the next page is not a path".to_owned()));
            }
            url = format!("{}{uri}", self.options.urls.get(Product::Api));
        }
        Err(ClientError::Failed("the list does not end".to_owned()))
    }

    /// Deletes the text of a message at Twilio. May be repeated. The fault point is `twilio.redact`.
    pub async fn redact_message(&self, sid: &MessageSid) -> Result<(), ClientError> {
        let (url, empty) = (self.account_url(&format!("Messages/{sid}.json")), [("Body", "")]);
        let response =
            self.call("twilio.redact", Method::POST, &url, |request| request.form(&empty)).await?;
        response.parse_message().map(|_| ())
    }
}
