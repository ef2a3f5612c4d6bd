//! A conversation, as the API and the socket show it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::address::phone::PhoneNumberView;
use crate::address::{Address, Channel};
use crate::consent::{Consent, ConsentView};
use crate::conversation::preview::PreviewView;
use crate::conversation::{Conversation, ConversationStatus};

impl Conversation {
    /// Returns the conversation as the API shows it, with its note. Returns `None` if it was deleted.
    pub fn view(&self, note: Option<String>) -> Option<ConversationView> {
        let partition = self.list_pk.as_ref()?;
        let (business, contact) = (self.business.as_ref()?, self.contact.as_ref()?);
        let last_activity = self.last_activity().unwrap_or_default();
        Some(ConversationView {
            conversation_id: self.id.to_string(),
            channel: contact.channel(),
            inbox: self.inbox.to_string(),
            status: partition.status,
            twilio_number: business.to_string(),
            mobile_number: contact.to_string(),
            phone_number: phone_number_view(contact),
            contact_name: self.name.clone(),
            profile_name: self.profile_name.clone(),
            window_expires_at: self.window_expires_at(),
            consent: self.consent.as_ref().map(Consent::view),
            note,
            unread_count: self.unread,
            preview: self.preview.as_ref().map(|preview| preview.view(last_activity)),
            date_created: self.created_at.unwrap_or_default(),
            date_updated: last_activity,
            rev: self.rev,
        })
    }
}

/// A number as people read it; an address without one stands as it is.
pub fn phone_number_view(address: &Address) -> PhoneNumberView {
    address.phone().map_or_else(
        || PhoneNumberView {
            e164: address.to_string(),
            national: address.to_string(),
            region: None,
        },
        crate::address::phone::PhoneNumber::view,
    )
}

/// A conversation, as the API and the socket show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Conversation)]
pub struct ConversationView {
    /// Opaque id.
    pub conversation_id: String,
    /// The channel of the contact's address.
    pub channel: Channel,
    /// The inbox of the conversation.
    pub inbox: String,
    /// Open or closed.
    pub status: ConversationStatus,
    /// Our address, as Twilio writes it.
    pub twilio_number: String,
    /// The contact's address, as Twilio writes it.
    pub mobile_number: String,
    /// The contact's number as people read it.
    pub phone_number: PhoneNumberView,
    /// The contact's name, if an agent has set one.
    pub contact_name: Option<String>,
    /// What the contact calls itself on WhatsApp.
    pub profile_name: Option<String>,
    /// Until when the contact may be answered freely (WhatsApp, Messenger).
    #[schema(value_type = Option<String>, format = DateTime)]
    pub window_expires_at: Option<Timestamp>,
    /// Whether the contact wants messages, where that was ever said.
    pub consent: Option<ConsentView>,
    /// What the desk notes of the contact.
    pub note: Option<String>,
    /// The number of inbound messages since an agent last read the conversation.
    pub unread_count: u64,
    /// The last message.
    pub preview: Option<PreviewView>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub date_created: Timestamp,
    /// When something last happened.
    #[schema(value_type = String, format = DateTime)]
    pub date_updated: Timestamp,
    /// Grows by one with every write: the higher one is the newer one.
    pub rev: u64,
}
