//! The consent ledger: evidence under the contact's address, the state on the conversation.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use ulid::Ulid;

use super::client::Store;
use super::conversations::{META, conversation_pk};
use super::inbound::NewInbound;
use super::item_update::ItemUpdate;
use super::row::{attr_n, attr_s, from_item, to_attr, to_item};
use super::write::{TransactError, put_if_absent, unconditional};
use crate::address::Address;
use crate::consent::{
    Consent, ConsentRecord, ConsentSource, ConsentState, is_ambiguous_keyword, parse_keyword,
};
use crate::conversation::{Conversation, ConversationId};
use crate::error::Result;
use crate::localized::consent;
use crate::message::Message;
use crate::message::extras::ConsentKeyword;
use crate::twilio_codes;

/// How many entries are shown.
const MAX_CONSENT_RECORDS: i32 = 100;

fn consent_pk(contact: &Address) -> String {
    format!("ADDR#{contact}")
}

/// The entry that a message's mark makes, if it says anything of consent.
pub(super) fn consent_record_for(
    message: &Message,
    source: ConsentSource,
) -> Option<ConsentRecord> {
    let state = match message.extras.opt_out {
        Some(ConsentKeyword::Stop) => ConsentState::OptedOut,
        Some(ConsentKeyword::Start) => ConsentState::OptedIn,
        Some(ConsentKeyword::Help) | None => return None,
    };
    Some(ConsentRecord {
        consent: Consent { state, at: message.created_at(), source },
        evidence: Some(message.body.clone()),
        sid: message.sid.as_ref().map(ToString::to_string),
        recorded_by: None,
    })
}

impl Store {
    /// Marks what a message that arrives means for consent, and makes the entry that is stored with it. What Twilio has
    /// read in it stands in its mark already.
    pub(super) async fn apply_consent_keyword(
        &self,
        inbound: &mut NewInbound,
    ) -> Result<Option<ConsentRecord>> {
        let NewInbound { message, partial, .. } = inbound;
        let source = match message.extras.opt_out {
            Some(_) if *partial => ConsentSource::Event,
            Some(_) => ConsentSource::OptOutType,
            None => ConsentSource::Keyword,
        };
        if message.extras.opt_out.is_none() {
            let opted_out = is_ambiguous_keyword(&message.body)
                && self.get_conversation(&message.conversation).await?.is_some_and(
                    |conversation| {
                        conversation.consent.is_some_and(|c| c.state == ConsentState::OptedOut)
                    },
                );
            message.extras.opt_out = parse_keyword(&message.body, opted_out);
        }
        Ok(consent_record_for(message, source))
    }

    /// Puts an entry of the ledger.
    pub(super) fn consent_record_item(
        &self,
        business: &Address,
        contact: &Address,
        id: Ulid,
        record: &ConsentRecord,
    ) -> Result<TransactWriteItem> {
        let row = to_item(&consent_pk(contact), &format!("CONSENT#{business}#{id}"), record)?;
        put_if_absent(&self.table, row)
    }

    /// Records what was said elsewhere, or by Twilio, requiring the state that was seen. `None` if it is another by now.
    pub async fn record_consent(
        &self,
        expected: &Conversation,
        record: &ConsentRecord,
    ) -> Result<Option<Conversation>> {
        let (Some(business), Some(contact)) = (&expected.business, &expected.contact) else {
            return Ok(None);
        };
        let unchanged = match expected.consent {
            Some(_) => "attribute_exists(list_pk) AND consent = :expected",
            None => "attribute_exists(list_pk) AND attribute_not_exists(consent)",
        };
        let mut change = ItemUpdate::new(&self.table, conversation_pk(&expected.id), META)
            .expression("SET consent = :consent ADD rev :one")
            .condition(unchanged)
            .value(":consent", to_attr(&record.consent)?)
            .value(":one", attr_n(1));
        if let Some(consent) = &expected.consent {
            change = change.value(":expected", to_attr(consent)?);
        }
        let id = self.ids.ulid(self.clock.now());
        let items =
            vec![change.into_update()?, self.consent_record_item(business, contact, id, record)?];
        match self.transact(items).await {
            Ok(()) => self.get_conversation(&expected.id).await,
            Err(TransactError::ConditionsFailed(_)) => Ok(None),
            Err(TransactError::Other(error)) => Err(error),
        }
    }

    /// The ledger of a contact and a sender of ours, the newest first.
    pub async fn list_consent_records(
        &self,
        business: &Address,
        contact: &Address,
    ) -> Result<Vec<ConsentRecord>> {
        let call = self.client.query().table_name(&*self.table).consistent_read(true);
        let call = call
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", attr_s(consent_pk(contact)))
            .expression_attribute_values(":sk", attr_s(format!("CONSENT#{business}#")))
            .scan_index_forward(false)
            .limit(MAX_CONSENT_RECORDS);
        let response = unconditional(self.call("table.query", || call.clone().send()).await)?;
        response.items.unwrap_or_default().into_iter().map(from_item).collect()
    }

    /// What a code of Twilio's, to a message made at `sent`, tells of the contact: whether they have opted out, or their
    /// window is closed. What they have said since stands.
    pub async fn apply_error_code(
        &self,
        id: &ConversationId,
        sent_at: Timestamp,
        code: u32,
    ) -> Result<()> {
        match code {
            twilio_codes::OPTED_OUT => self.mark_opted_out(id, sent_at).await,
            twilio_codes::WINDOW_CLOSED => self.close_window(id, sent_at).await,
            _ => Ok(()),
        }
    }

    async fn mark_opted_out(&self, id: &ConversationId, sent_at: Timestamp) -> Result<()> {
        let Some(expected) = self.get_conversation(id).await? else { return Ok(()) };
        let current = expected.consent.as_ref();
        if current
            .is_some_and(|consent| consent.state == ConsentState::OptedOut || consent.at > sent_at)
        {
            return Ok(());
        }
        let record = ConsentRecord {
            consent: Consent {
                state: ConsentState::OptedOut,
                at: self.clock.now(),
                source: ConsentSource::Twilio,
            },
            evidence: Some(consent::refused_at_twilio(twilio_codes::OPTED_OUT).to_string()),
            sid: None,
            recorded_by: None,
        };
        // Something else may have been said meanwhile: then that stands.
        self.record_consent(&expected, &record).await.map(drop)
    }

    async fn close_window(&self, id: &ConversationId, sent_at: Timestamp) -> Result<()> {
        let last_inbound_at =
            self.get_conversation(id).await?.and_then(|conversation| conversation.last_inbound_at);
        // Moments are compared here: as texts they do not sort.
        let Some(last_inbound_at) = last_inbound_at.filter(|at| *at < sent_at) else {
            return Ok(());
        };
        ItemUpdate::new(&self.table, conversation_pk(id), META)
            .expression("REMOVE last_inbound_at ADD rev :one")
            .condition("attribute_exists(list_pk) AND last_inbound_at = :expected")
            .value(":expected", to_attr(last_inbound_at)?)
            .value(":one", attr_n(1))
            .execute(self, "table.update")
            .await
            .map(|_| ())
    }
}
