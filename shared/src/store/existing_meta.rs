//! The META that made a condition fail, as far as the next attempt needs it.

use jiff::Timestamp;

use super::meta_names::{CONSENT, HAS_USER_ID, LAST_ULID, LIST_PK, NAME, PROFILE_NAME};
use super::row::{Item, get_str};
use crate::ids::MessageId;

/// The existing META that made a condition fail.
pub(super) struct ExistingMeta {
    /// The greatest ULID used in the conversation.
    pub(super) last_ulid: Option<MessageId>,
    /// Whether the conversation is listed.
    pub(super) is_listed: bool,
    /// The time of the consent state.
    pub(super) consent_at: Option<Timestamp>,
    /// The contact's name, if an agent has set one.
    pub(super) name: Option<String>,
    /// Whether a user ID of the contact is stored.
    pub(super) has_user_id: bool,
    /// The contact's profile name.
    pub(super) profile_name: Option<String>,
}

impl ExistingMeta {
    /// Reads the attributes of an item.
    pub(super) fn from_item(item: &Item) -> Self {
        let last_ulid = get_str(item, LAST_ULID);
        Self {
            last_ulid: last_ulid.and_then(MessageId::parse),
            is_listed: item.contains_key(LIST_PK),
            consent_at: consent_at(item),
            has_user_id: item.contains_key(HAS_USER_ID),
            name: get_str(item, NAME).map(str::to_owned),
            profile_name: get_str(item, PROFILE_NAME).map(str::to_owned),
        }
    }
}

fn consent_at(item: &Item) -> Option<Timestamp> {
    let consent = item.get(CONSENT)?.as_m().ok()?;
    let milliseconds = consent.get("at")?.as_n().ok()?.parse().ok()?;
    Timestamp::from_millisecond(milliseconds).ok()
}
