//! What comes with a message beside its text.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// `ME` and 32 hexadecimal digits.
    pub sid: String,
    /// As its sender declared it.
    pub content_type: String,
    /// What it was called on the phone.
    pub name: Option<String>,
    /// Bytes.
    pub size: usize,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Degrees north.
    pub latitude: String,
    /// Degrees east.
    pub longitude: String,
    /// What it is called.
    pub label: Option<String>,
    /// Where it is, in words.
    pub address: Option<String>,
}

/// A button that was pressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Button {
    /// What stood on it.
    pub text: String,
    /// What it means to a program.
    pub payload: Option<String>,
}

/// An entry that was chosen from a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListChoice {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// How often a message was passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forwarded {
    /// Once or a few times.
    Once,
    /// Many times.
    Often,
}

/// What an app sends with or instead of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppExtras {
    /// A place.
    pub location: Option<Location>,
    /// A button.
    pub button: Option<Button>,
    /// An entry of a list.
    pub choice: Option<ListChoice>,
    /// The message that is answered.
    pub reply_to: Option<String>,
    /// Whether it was passed on.
    pub forwarded: Option<Forwarded>,
}

/// Everything about a message that most messages have not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageExtras {
    /// Its files.
    pub media: Vec<Media>,
    /// Where its files are, until Twilio has fetched them.
    pub media_urls: Vec<String>,
    /// The Messaging Service that it was sent through.
    pub service: Option<String>,
    /// The template that it was made from.
    pub content_sid: Option<String>,
    /// When it is to be sent, if it waits for that.
    pub send_at: Option<Timestamp>,
    /// What an app sent with it.
    pub app_extras: AppExtras,
}

impl MessageExtras {
    /// How many files it has or will have.
    pub fn file_count(&self) -> usize {
        self.media.len() + self.media_urls.len()
    }
}

/// What a phone hands to the network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhoneInput {
    /// The phone's address.
    pub from: String,
    /// One of the account's senders.
    pub to: String,
    /// The text, which may be empty beside something else.
    pub body: String,
    /// Its files, stored before.
    pub media: Vec<Media>,
    /// What an app sends beside the text.
    pub extras: AppExtras,
}
