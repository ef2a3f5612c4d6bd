//! A message that came by an event, made whole by its webhook: once, whatever has come since.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::client::Store;
use super::consent::consent_record_for;
use super::conversations::{META, conversation_pk};
use super::inbound::{NewInbound, PARTIAL};
use super::item_update::ItemUpdate;
use super::messages::{dedup_target, message_sk};
use super::row::{Item, attr_n, attr_s, from_item, to_attr};
use super::write::TransactError;
use crate::consent::{ConsentRecord, ConsentSource};
use crate::conversation::Conversation;
use crate::error::{Error, Result};
use crate::media::Media;
use crate::message::Message;
use crate::message::extras::{ConsentKeyword, MessageExtras};

const MAX_ATTEMPTS: u32 = 64;

impl Store {
    /// Adds what a webhook tells to the message that `pointer` names, if an event told of it first. `read` is Twilio's
    /// own reading of it, if there is one.
    pub(super) async fn enrich_from_webhook(
        &self,
        dedup_record: Option<&Item>,
        inbound: &NewInbound,
        keyword: Option<ConsentKeyword>,
    ) -> Result<()> {
        let known = dedup_record.filter(|_| !inbound.partial).and_then(dedup_target);
        let Some((conversation, id)) = known else { return Ok(()) };
        for _ in 0..MAX_ATTEMPTS {
            let row = self.get_message_item(&conversation, id).await?;
            let Some(row) = row.filter(|row| row.contains_key(PARTIAL)) else { return Ok(()) };
            let Some(meta) = self.get_conversation(&conversation).await? else { return Ok(()) };
            let stored: Message = from_item(row)?;
            let items = self.enrich_items(&stored, &meta, inbound, keyword)?;
            match self.transact(items).await {
                Ok(()) => return Ok(()),
                // Something came meanwhile: read and decide again.
                Err(TransactError::ConditionsFailed(_)) => {}
                Err(TransactError::Other(error)) => return Err(error),
            }
        }
        Err(Error::Unavailable("the conversation changed at every attempt".into()))
    }

    fn enrich_items(
        &self,
        stored: &Message,
        meta: &Conversation,
        inbound: &NewInbound,
        keyword: Option<ConsentKeyword>,
    ) -> Result<Vec<TransactWriteItem>> {
        let merged = merge_webhook(stored, &inbound.message, keyword);
        let pk = conversation_pk(&merged.conversation);
        let message_update = ItemUpdate::new(&self.table, pk, message_sk(merged.id))
            .expression("SET media = :media, extras = :extras, rev = :rev REMOVE #partial")
            .condition("#partial = :yes AND rev = :expected")
            .name("#partial", PARTIAL)
            .value(":media", to_attr(&merged.media)?)
            .value(":extras", to_attr(&merged.extras)?)
            .value(":rev", attr_n(merged.rev))
            .value(":yes", to_attr(true)?)
            .value(":expected", attr_n(stored.rev));
        let mut items = vec![message_update.into_update()?];
        let consent_record = if merged.extras.opt_out == stored.extras.opt_out {
            None
        } else {
            consent_record_for(&merged, ConsentSource::OptOutType)
        };
        items.extend(self.contact_update(&merged, meta, inbound, consent_record.as_ref())?);
        if let Some(record) = &consent_record {
            // Under an id of its own: the event's reading of the same message may stand already.
            let id = inbound.message.id;
            items.push(self.consent_record_item(&merged.business, &merged.contact, id, record)?);
        }
        if merged.has_fetchable_media() && !stored.has_fetchable_media() {
            items.push(self.fetch_media_job(&merged)?);
        }
        Ok(items)
    }

    /// What the conversation shows of the message and its contact, unless something newer has been told; none if it
    /// stays as it is.
    fn contact_update(
        &self,
        message: &Message,
        meta: &Conversation,
        inbound: &NewInbound,
        consent_record: Option<&ConsentRecord>,
    ) -> Result<Option<TransactWriteItem>> {
        let newest = meta.last_ulid == Some(message.id) && meta.list_pk.is_some();
        let name = inbound.profile_name.as_deref();
        let name = name.filter(|_| newest || meta.profile_name.is_none());
        let consent = consent_record.map(|record| &record.consent);
        let consent =
            consent.filter(|consent| meta.consent.as_ref().is_none_or(|now| now.at <= consent.at));
        let mut sets = Vec::new();
        let mut change = ItemUpdate::new(&self.table, conversation_pk(&message.conversation), META);
        if newest {
            sets.push("preview = :preview");
            change = change.value(":preview", to_attr(message.preview())?);
        }
        if let Some(name) = name {
            sets.push("profile_name = :profile");
            change = change.value(":profile", attr_s(name));
        }
        if let Some(consent) = consent {
            sets.push("consent = :consent");
            change = change.value(":consent", to_attr(consent)?);
        }
        if sets.is_empty() {
            return Ok(None);
        }
        change
            .expression(&format!("SET {} ADD rev :one", sets.join(", ")))
            .condition("rev = :expected")
            .value(":one", attr_n(1))
            .value(":expected", attr_n(meta.rev))
            .into_update()
            .map(Some)
    }
}

/// The stored message with everything that its webhook told; of one that was redacted meanwhile, what stays.
fn merge_webhook(stored: &Message, webhook: &Message, keyword: Option<ConsentKeyword>) -> Message {
    // What a word meant was decided when it came.
    let opt_out = keyword.or(stored.extras.opt_out);
    let merged = Message {
        media: merge_media(&stored.media, &webhook.media),
        extras: MessageExtras { opt_out, ..webhook.extras.clone() },
        ..stored.clone()
    };
    if stored.redacted { merged.redacted_copy() } else { Message { rev: stored.rev + 1, ..merged } }
}

/// The webhook's media, unless those were found at Twilio before it came.
fn merge_media(stored: &[Media], webhook: &[Media]) -> Vec<Media> {
    let has_source = stored.iter().any(|media| media.source.is_some());
    if has_source || webhook.is_empty() { stored.to_vec() } else { webhook.to_vec() }
}
