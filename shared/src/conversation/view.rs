//! A conversation as returned by the API and in live events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::address::phone::PhoneNumberView;
use crate::address::{Address, Channel};
use crate::consent::{Consent, ConsentView};
use crate::conversation::preview::PreviewView;
use crate::conversation::{Conversation, ConversationStatus};

impl Conversation {
    /// Returns the conversation as the API returns it, with its note. `None` if it is deleted.
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
            waiting_since: self.waiting_since,
            preview: self.preview.as_ref().map(|preview| preview.view(last_activity)),
            date_created: self.created_at.unwrap_or_default(),
            date_updated: last_activity,
            rev: self.rev,
        })
    }
}

/// Returns the display forms of an address's number. An address without a number is returned unchanged.
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

/// A conversation as returned by the API and in live events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Conversation)]
pub struct ConversationView {
    /// The conversation ID; opaque.
    pub conversation_id: String,
    /// The channel of the contact's address.
    pub channel: Channel,
    /// The inbox of the conversation.
    pub inbox: String,
    /// Open or closed.
    pub status: ConversationStatus,
    /// The business address, as Twilio writes it.
    pub twilio_number: String,
    /// The contact address, as Twilio writes it.
    pub mobile_number: String,
    /// The contact's number in display forms.
    pub phone_number: PhoneNumberView,
    /// The contact's name, if an agent has set one.
    pub contact_name: Option<String>,
    /// The contact's profile name on WhatsApp.
    pub profile_name: Option<String>,
    /// The end of the 24-hour window (WhatsApp and Messenger); absent if there is no window.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub window_expires_at: Option<Timestamp>,
    /// The contact's consent; absent if unknown.
    pub consent: Option<ConsentView>,
    /// The agents' note about the contact.
    pub note: Option<String>,
    /// The number of inbound messages since an agent last read the conversation.
    pub unread_count: u64,
    /// Since when the contact waits for an answer; absent if they do not wait.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub waiting_since: Option<Timestamp>,
    /// The last message.
    pub preview: Option<PreviewView>,
    /// The time at which the conversation was created.
    #[schema(value_type = String, format = DateTime)]
    pub date_created: Timestamp,
    /// The time of the last activity.
    #[schema(value_type = String, format = DateTime)]
    pub date_updated: Timestamp,
    /// The revision, which increases by one with every write. The version with the higher revision is newer.
    pub rev: u64,
}
