//! Completes a message that came by an event with its webhook, once.

use super::client::Store;
use super::consent_record::consent_record_for;
use super::dedup::DedupRecord;
use super::expression::equals;
use super::inbound::NewInbound;
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::messages::StoredMessage;
use super::meta::MetaUpdate;
use super::outbox::put_outbox_entry;
use super::row::{attr_n, to_attr};
use super::search::change_search_entries;
use super::transaction::Transaction;
use crate::attempts::Attempts;
use crate::consent::{ConsentRecord, ConsentSource};
use crate::conversation::Conversation;
use crate::error::Result;
use crate::media::Media;
use crate::message::Message;
use crate::message::extras::{ConsentKeyword, MessageExtras};

const MAX_ATTEMPTS: u32 = 64;

impl Store {
    /// Adds what a webhook tells to the message of `record`, if an event told about it first. `keyword` is Twilio's own
    /// reading of the message, if there is one.
    pub(super) async fn enrich_from_webhook(
        &self,
        record: Option<DedupRecord>,
        inbound: &NewInbound,
        keyword: Option<ConsentKeyword>,
    ) -> Result<()> {
        let Some(record) = record.filter(|_| !inbound.partial) else { return Ok(()) };
        let key = Key::message(&record.conversation_id, record.message_id);
        let mut attempts = Attempts::new(MAX_ATTEMPTS);
        loop {
            attempts.begin()?;
            let stored: Option<StoredMessage> = self.get(&key).await?;
            let Some(stored) = stored.filter(|stored| stored.partial) else { return Ok(()) };
            let meta = self.get_conversation(&record.conversation_id).await?;
            let Some(meta) = meta else { return Ok(()) };
            let transaction = self.enrich_transaction(&stored.message, &meta, inbound, keyword)?;
            // Otherwise another write came first: read and decide again.
            if self.commit(transaction).await?.is_committed() {
                return Ok(());
            }
        }
    }

    fn enrich_transaction(
        &self,
        stored: &Message,
        meta: &Conversation,
        inbound: &NewInbound,
        keyword: Option<ConsentKeyword>,
    ) -> Result<Transaction> {
        let merged = merge_webhook(stored, &inbound.message, keyword);
        let mut transaction = Transaction::new();
        transaction.update(
            ItemUpdate::new(Key::message(&merged.conversation, merged.id))
                .set("media", to_attr(&merged.media)?)
                .set("extras", to_attr(&merged.extras)?)
                .set("rev", attr_n(merged.rev))
                .remove("partial")
                .require(equals("partial", to_attr(true)?))
                .require(equals("rev", attr_n(stored.rev))),
        );
        let consent_record = if merged.extras.opt_out == stored.extras.opt_out {
            None
        } else {
            consent_record_for(&merged, ConsentSource::OptOutType)
        };
        let name = new_profile_name(&merged, meta, inbound);
        if let Some(update) = contact_update(&merged, meta, name, consent_record.as_ref())? {
            transaction.update(update);
        }
        if let Some(name) = name {
            let shown = (meta.shown_name(), meta.name.as_deref().or(Some(name)));
            let home = (&meta.inbox, &meta.id);
            change_search_entries(&mut transaction, home, &merged.contact, shown)?;
        }
        if let Some(record) = &consent_record {
            // An ID of its own: the event's reading of the same message may be stored already.
            let key = Key::consent(&merged.business, &merged.contact, inbound.message.id.into());
            transaction.put_if_absent(key, record)?;
        }
        if merged.has_fetchable_media() && !stored.has_fetchable_media() {
            put_outbox_entry(&mut transaction, &self.fetch_media_job(&merged))?;
        }
        Ok(transaction)
    }
}

/// Returns how the message changes what the conversation shows, unless something newer was stored. `None` if nothing
/// changes.
fn contact_update(
    message: &Message,
    meta: &Conversation,
    name: Option<&str>,
    consent_record: Option<&ConsentRecord>,
) -> Result<Option<MetaUpdate>> {
    let newest = is_newest(message, meta);
    let consent = consent_record.map(|record| &record.consent);
    let consent =
        consent.filter(|consent| meta.consent.as_ref().is_none_or(|now| now.at <= consent.at));
    if !newest && name.is_none() && consent.is_none() {
        return Ok(None);
    }
    let mut update = MetaUpdate::new(&message.conversation).require_rev(meta.rev);
    if newest {
        update = update.set_preview(message)?;
    }
    if let Some(name) = name {
        update = update.set_profile_name(name);
    }
    if let Some(consent) = consent {
        update = update.set_consent(consent)?;
    }
    Ok(Some(update))
}

/// Returns whether a message is the last one of a listed conversation.
fn is_newest(message: &Message, meta: &Conversation) -> bool {
    meta.last_ulid == Some(message.id) && meta.list_pk.is_some()
}

/// Returns the profile name that the webhook adds to a listed conversation, unless a newer message tells another one.
fn new_profile_name<'a>(
    message: &Message,
    meta: &Conversation,
    inbound: &'a NewInbound,
) -> Option<&'a str> {
    let name = inbound.profile_name.as_deref();
    let adds = is_newest(message, meta) || (meta.list_pk.is_some() && meta.profile_name.is_none());
    name.filter(|name| adds && meta.profile_name.as_deref() != Some(name))
}

/// Returns the stored message with everything that its webhook tells. A redacted message stays redacted.
fn merge_webhook(stored: &Message, webhook: &Message, keyword: Option<ConsentKeyword>) -> Message {
    // The meaning of a keyword was decided when the event was stored.
    let opt_out = keyword.or(stored.extras.opt_out);
    let merged = Message {
        media: merge_media(&stored.media, &webhook.media),
        extras: MessageExtras { opt_out, ..webhook.extras.clone() },
        ..stored.clone()
    };
    if stored.redacted { merged.redacted_copy() } else { Message { rev: stored.rev + 1, ..merged } }
}

/// Returns the webhook's media, unless the stored ones were found at Twilio before it came.
fn merge_media(stored: &[Media], webhook: &[Media]) -> Vec<Media> {
    let was_found = stored.iter().any(Media::was_found);
    if was_found || webhook.is_empty() { stored.to_vec() } else { webhook.to_vec() }
}
