//! Changes of META, the conversation's own item. Its attributes are named only here and in `existing_meta`.
//!
//! META is written with every message, so it must stay within one write unit: at most 1,024 bytes at its fullest, with
//! 60 bytes left. A test weighs it.

use jiff::Timestamp;

use super::client::Store;
use super::expression::{
    Condition, absent, equals, equals_or_absent, exists, greater_than, less_than,
};
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::meta_names::{
    BUSINESS, CONSENT, CONTACT, CREATED_AT, HAS_NOTE, HAS_USER_ID, INBOX, KIND, LAST_INBOUND_AT,
    LAST_ULID, LIST_PK, LIST_SK, NAME, PREVIEW, PROFILE_NAME, REV, UNREAD, WAITING_SINCE,
};
use super::row::{attr_n, attr_s, from_item, to_attr};
use crate::address::Address;
use crate::consent::Consent;
use crate::conversation::{Conversation, ConversationId, ListPartition};
use crate::error::Result;
use crate::ids::MessageId;
use crate::message::Message;

/// A change of a conversation's META under construction. Each increments `rev`.
#[derive(Debug)]
pub(super) struct MetaUpdate {
    id: ConversationId,
    update: ItemUpdate,
}

impl MetaUpdate {
    /// Creates a change of this conversation that only increments `rev`.
    pub(super) fn new(id: &ConversationId) -> Self {
        Self { id: id.clone(), update: ItemUpdate::new(Key::meta(id)).increment(REV) }
    }

    fn map(self, change: impl FnOnce(ItemUpdate) -> ItemUpdate) -> Self {
        Self { id: self.id, update: change(self.update) }
    }

    /// Sets what a conversation has from its beginning.
    pub(super) fn create(self, conversation: &Conversation, at: Timestamp) -> Self {
        let business = conversation.business.as_ref().map(|address| attr_s(address.as_str()));
        let contact = conversation.contact.as_ref().map(|address| attr_s(address.as_str()));
        self.map(|update| {
            update
                .set(KIND, attr_s(conversation.kind.as_str()))
                .set(INBOX, attr_s(conversation.inbox.as_str()))
                .set_some(BUSINESS, business)
                .set_some(CONTACT, contact)
                .set_some(NAME, conversation.name.as_ref().map(attr_s))
                .set(CREATED_AT, attr_n(at.as_millisecond()))
                .require(absent(LIST_PK))
        })
    }

    /// Sets the contact's address, as Twilio wrote it last.
    pub(super) fn set_contact(self, contact: &Address) -> Self {
        self.map(|update| update.set(CONTACT, attr_s(contact.as_str())))
    }

    /// Sets the contact's name, or removes it.
    pub(super) fn set_name(self, name: Option<&str>) -> Self {
        self.map(|update| update.set_or_remove(NAME, name.map(attr_s)))
    }

    /// Sets the contact's profile name.
    pub(super) fn set_profile_name(self, name: &str) -> Self {
        self.map(|update| update.set(PROFILE_NAME, attr_s(name)))
    }

    /// Sets whether there is a note.
    pub(super) fn set_has_note(self, has_note: bool) -> Result<Self> {
        let value = has_note.then(|| to_attr(true)).transpose()?;
        Ok(self.map(|update| update.set_or_remove(HAS_NOTE, value)))
    }

    /// Notes that a user ID of the contact is stored.
    pub(super) fn set_has_user_id(self) -> Result<Self> {
        let value = to_attr(true)?;
        Ok(self.map(|update| update.set(HAS_USER_ID, value)))
    }

    /// Requires that a user ID of the contact is stored.
    pub(super) fn require_user_id(self) -> Result<Self> {
        let value = to_attr(true)?;
        Ok(self.map(|update| update.require(equals(HAS_USER_ID, value))))
    }

    /// Sets the consent state.
    pub(super) fn set_consent(self, consent: &Consent) -> Result<Self> {
        let consent = to_attr(consent)?;
        Ok(self.map(|update| update.set(CONSENT, consent)))
    }

    /// Sets the list partition.
    pub(super) fn set_partition(self, partition: &ListPartition) -> Self {
        self.map(|update| update.set(LIST_PK, attr_s(partition.to_string())))
    }

    /// Sets the time of the last activity, by which the list is sorted.
    pub(super) fn set_last_activity(self, at: Timestamp) -> Self {
        let sort_key = Conversation::list_sort_key(at, &self.id);
        self.map(|update| update.set(LIST_SK, attr_s(sort_key)))
    }

    /// Sets the number of unread messages to zero.
    pub(super) fn clear_unread(self) -> Self {
        self.map(|update| update.set(UNREAD, attr_n(0)))
    }

    /// Sets the number of unread messages to one, if there are none.
    pub(super) fn mark_unread(self, unread: u64) -> Self {
        self.map(|update| update.set(UNREAD, attr_n(unread.max(1))))
    }

    /// Sets since when the contact waits, if they do not wait yet.
    pub(super) fn start_waiting(self, at: Timestamp) -> Self {
        self.map(|update| update.set_if_absent(WAITING_SINCE, attr_n(at.as_millisecond())))
    }

    /// Ends the waiting of the contact.
    pub(super) fn stop_waiting(self) -> Self {
        self.map(|update| update.remove(WAITING_SINCE))
    }

    /// Increments the number of unread messages.
    pub(super) fn increment_unread(self) -> Self {
        self.map(|update| update.increment(UNREAD))
    }

    /// Sets the time of the contact's last message.
    pub(super) fn set_last_inbound(self, at: Timestamp) -> Self {
        self.map(|update| update.set(LAST_INBOUND_AT, attr_n(at.as_millisecond())))
    }

    /// Shows a message as the last one.
    pub(super) fn set_preview(self, message: &Message) -> Result<Self> {
        let preview = to_attr(message.preview())?;
        Ok(self.map(|update| update.set(PREVIEW, preview)))
    }

    /// Makes a message the last one: preview, last activity and greatest ULID. Requires that it is the greatest.
    pub(super) fn add_message(self, message: &Message) -> Result<Self> {
        let id = attr_s(message.id.to_string());
        let is_newer = absent(LAST_ULID).or(less_than(LAST_ULID, id.clone()));
        let update = self.set_preview(message)?.set_last_activity(message.created_at());
        Ok(update.map(|update| update.set(LAST_ULID, id).require(is_newer)))
    }

    /// Closes the 24-hour window if the contact has written nothing since `sent_at`.
    pub(super) fn close_window(self, sent_at: Timestamp) -> Self {
        let before = less_than(LAST_INBOUND_AT, attr_n(sent_at.as_millisecond()));
        self.map(|update| update.remove(LAST_INBOUND_AT).require(before))
    }

    /// Requires that the conversation is listed.
    pub(super) fn require_listed(self) -> Self {
        self.map(|update| update.require(is_listed()))
    }

    /// Requires this list partition.
    pub(super) fn require_partition(self, partition: &ListPartition) -> Self {
        self.map(|update| update.require(equals(LIST_PK, attr_s(partition.to_string()))))
    }

    /// Requires this revision.
    pub(super) fn require_rev(self, rev: u64) -> Self {
        self.map(|update| update.require(equals(REV, attr_n(rev))))
    }

    /// Requires unread messages.
    pub(super) fn require_unread(self) -> Self {
        self.map(|update| update.require(greater_than(UNREAD, attr_n(0))))
    }

    /// Requires this name, or none.
    pub(super) fn require_name(self, name: Option<&str>) -> Self {
        self.map(|update| update.require(equals_or_absent(NAME, name.map(attr_s))))
    }

    /// Requires this profile name, or none.
    pub(super) fn require_profile_name(self, name: Option<&str>) -> Self {
        self.map(|update| update.require(equals_or_absent(PROFILE_NAME, name.map(attr_s))))
    }

    /// Requires this consent state, or none.
    pub(super) fn require_consent(self, consent: Option<&Consent>) -> Result<Self> {
        let consent = consent.map(to_attr).transpose()?;
        Ok(self.map(|update| update.require(equals_or_absent(CONSENT, consent))))
    }

    /// Requires that the consent state is older than this, so that the newest record and the state agree.
    pub(super) fn require_consent_before(self, at: Timestamp) -> Self {
        let older = less_than(format!("{CONSENT}.at"), attr_n(at.as_millisecond()));
        self.map(|update| update.require(absent(CONSENT).or(older)))
    }

    /// Requires that this message is the last one.
    pub(super) fn require_last(self, id: MessageId) -> Self {
        self.map(|update| update.require(equals(LAST_ULID, attr_s(id.to_string()))))
    }

    /// Writes the change alone. Returns the new conversation, or `None` if the condition failed.
    pub(super) async fn execute(self, store: &Store) -> Result<Option<Conversation>> {
        self.update.execute(store, "table.update").await?.map(from_item).transpose()
    }
}

impl From<MetaUpdate> for ItemUpdate {
    fn from(meta: MetaUpdate) -> Self {
        meta.update
    }
}

/// Requires that the conversation is listed and has this revision.
pub(super) fn is_listed_with_rev(rev: u64) -> Condition {
    equals(REV, attr_n(rev)).and(is_listed())
}

fn is_listed() -> Condition {
    exists(LIST_PK)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use aws_sdk_dynamodb::types::AttributeValue;
    use jiff::Timestamp;

    use super::super::keys::Key;
    use super::super::row::{Item, to_item};
    use super::*;
    use crate::config::InstallKey;
    use crate::consent::{Consent, ConsentSource, ConsentState};
    use crate::conversation::preview::{MAX_PREVIEW_BYTES, Preview};
    use crate::conversation::{
        Conversation, ConversationId, ConversationStatus, ListPartition, ListPlace,
    };
    use crate::direction::Direction;
    use crate::inbox_name::InboxName;
    use crate::media::MediaKind;

    /// The bytes that stay free for attributes to come.
    const RESERVE: usize = 60;

    fn fullest() -> Item {
        let at: Timestamp = "2026-12-31T23:59:59.999Z".parse().unwrap();
        let business = Address::parse("whatsapp:+123456789012345").unwrap();
        let contact = Address::parse("whatsapp:+543210987654321").unwrap();
        let inbox = InboxName::parse(&"a".repeat(20)).unwrap();
        let id = ConversationId::direct(&InstallKey::new([1; 32]), &business, &contact);
        let conversation = Conversation {
            name: Some("ü".repeat(120)),
            profile_name: Some("ü".repeat(40)),
            last_inbound_at: Some(at),
            consent: Some(Consent {
                state: ConsentState::OptedOut,
                at,
                source: ConsentSource::OptOutType,
            }),
            has_note: true,
            has_user_id: true,
            rev: 99_999_999,
            unread: 9_999,
            waiting_since: Some(at),
            preview: Some(Preview {
                body: "a".repeat(MAX_PREVIEW_BYTES),
                direction: Direction::Outbound,
                media: Some(MediaKind::Document),
                media_count: 10,
            }),
            last_ulid: Some(MessageId::from_parts(1, 1)),
            deleted_through: Some(MessageId::from_parts(1, 1)),
            created_at: Some(at),
            list_pk: Some(ListPartition {
                inbox: inbox.clone(),
                status: ConversationStatus::Closed,
                place: ListPlace::Unread,
            }),
            list_sk: Some(Conversation::list_sort_key(at, &id)),
            ..Conversation::direct(id.clone(), &inbox, &business, contact)
        };
        to_item(&Key::meta(&id), &conversation).unwrap()
    }

    /// Returns the size of a value by DynamoDB's rules (Developer Guide, "DynamoDB item sizes and formats").
    fn value_bytes(value: &AttributeValue) -> usize {
        match value {
            AttributeValue::S(text) => text.len(),
            AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
            AttributeValue::Bool(_) => 1,
            AttributeValue::M(map) => 3 + map.len() + item_bytes(map),
            other => panic!("META has no {other:?}"),
        }
    }

    fn item_bytes(item: &Item) -> usize {
        item.iter().map(|(name, value)| name.len() + value_bytes(value)).sum()
    }

    #[test]
    fn meta_at_its_fullest_is_one_write_unit_with_room_left() {
        let bytes = item_bytes(&fullest());
        assert!(bytes + RESERVE <= 1_024, "META has {bytes} bytes");
    }

    #[test]
    fn the_names_are_those_of_the_stored_conversation() {
        let stored = fullest();
        let names = [
            LIST_PK,
            LIST_SK,
            REV,
            KIND,
            INBOX,
            BUSINESS,
            CONTACT,
            NAME,
            PROFILE_NAME,
            HAS_NOTE,
            HAS_USER_ID,
            CONSENT,
            LAST_INBOUND_AT,
            UNREAD,
            WAITING_SINCE,
            PREVIEW,
            LAST_ULID,
            CREATED_AT,
        ];
        let stored: BTreeSet<&str> = stored.keys().map(String::as_str).collect();
        let names = names.into_iter().chain(["pk", "sk", "deleted_through"]);
        assert_eq!(names.collect::<BTreeSet<_>>(), stored);
    }
}
