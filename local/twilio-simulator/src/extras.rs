//! What a message can contain besides its text.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// `ME` and 32 hexadecimal digits.
    pub sid: String,
    /// The content type that the sender declared.
    pub content_type: String,
    /// The file name on the phone.
    pub name: Option<String>,
    /// The size in bytes.
    pub size: usize,
}

/// A location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// The latitude in degrees north.
    pub latitude: String,
    /// The longitude in degrees east.
    pub longitude: String,
    /// The name of the place.
    pub label: Option<String>,
    /// The postal address.
    pub address: Option<String>,
}

/// A button that the customer tapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Button {
    /// The label of the button.
    pub text: String,
    /// The payload of the button.
    pub payload: Option<String>,
}

/// An entry that the customer selected from a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListChoice {
    /// The ID of the entry.
    pub id: String,
    /// The title of the entry.
    pub title: String,
}

/// How often a message was forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forwarded {
    /// Once or a few times.
    Once,
    /// Many times.
    Often,
}

/// What an app sends with a text or instead of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppExtras {
    /// The shared location.
    pub location: Option<Location>,
    /// The tapped button.
    pub button: Option<Button>,
    /// The selected list entry.
    pub choice: Option<ListChoice>,
    /// The SID of the quoted message.
    pub reply_to: Option<String>,
    /// Whether and how often the message was forwarded.
    pub forwarded: Option<Forwarded>,
}

/// The parts that most messages do not have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageExtras {
    /// The files.
    pub media: Vec<Media>,
    /// The URLs of files that are not fetched yet.
    pub media_urls: Vec<String>,
    /// The Messaging Service that the message was sent through.
    pub service: Option<String>,
    /// The template that the message was created from.
    pub content_sid: Option<String>,
    /// When a scheduled message is sent.
    pub send_at: Option<Timestamp>,
    /// What an app sent with the message.
    pub app_extras: AppExtras,
}

impl MessageExtras {
    /// Returns the number of files, including those that are not fetched yet.
    pub fn file_count(&self) -> usize {
        self.media.len() + self.media_urls.len()
    }
}

/// What a phone sends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhoneInput {
    /// The phone's address.
    pub from: String,
    /// One of the account's senders.
    pub to: String,
    /// The text.
    ///
    /// It may be empty if there is something else.
    pub body: String,
    /// The files, which are already stored.
    pub media: Vec<Media>,
    /// What an app sends besides the text.
    pub extras: AppExtras,
}
