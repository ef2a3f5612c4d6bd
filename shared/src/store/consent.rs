//! Consent: records under the contact's address, the current state on the conversation.

use std::cmp::Reverse;
use std::time::Duration;

use jiff::Timestamp;

use super::client::Store;
use super::inbound::NewInbound;
use super::keys::{Key, Table, consent_pk, consent_prefix};
use super::meta::MetaUpdate;
use super::row::{attr_s, from_item};
use super::transaction::Transaction;
use super::write::unconditional;
use crate::address::Address;
use crate::clock::add;
use crate::consent::keywords::{is_ambiguous_keyword, parse_keyword};
use crate::consent::{Consent, ConsentRecord, ConsentSource, ConsentState};
use crate::conversation::{Conversation, ConversationId};
use crate::error::Result;
use crate::ids::ConsentRecordId;
use crate::localized::consent;
use crate::message::extras::ConsentKeyword;
use crate::twilio_codes;

/// The maximum number of records that are listed.
const MAX_CONSENT_RECORDS: i32 = 100;

impl Store {
    /// Sets the consent keyword of an inbound message, unless Twilio has set it, and returns its source.
    pub(super) async fn apply_consent_keyword(
        &self,
        inbound: &mut NewInbound,
    ) -> Result<ConsentSource> {
        let NewInbound { message, partial, opts_out, .. } = inbound;
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
            let keyword = parse_keyword(&message.body, opted_out);
            message.extras.opt_out = keyword.or(opts_out.then_some(ConsentKeyword::Stop));
        }
        Ok(source)
    }

    /// Stores a consent record and the new state if the state still equals `expected.consent`. Returns `None` if another
    /// write came first.
    ///
    /// The record gets a time after that of the present state, so that the newest record and the state agree.
    pub async fn record_consent(
        &self,
        expected: &Conversation,
        record: &ConsentRecord,
    ) -> Result<Option<Conversation>> {
        let mut transaction = Transaction::new();
        if !self.add_consent(&mut transaction, expected, record.clone())? {
            return Ok(None);
        }
        if self.commit(transaction).await?.is_committed() {
            self.get_conversation(&expected.id).await
        } else {
            Ok(None)
        }
    }

    /// Adds a consent record and the new state to a transaction. Requires that the state still equals
    /// `expected.consent`. Returns `false` if the conversation has no contact.
    fn add_consent(
        &self,
        transaction: &mut Transaction,
        expected: &Conversation,
        mut record: ConsentRecord,
    ) -> Result<bool> {
        let (Some(business), Some(contact)) = (&expected.business, &expected.contact) else {
            return Ok(false);
        };
        if let Some(consent) = &expected.consent {
            record.consent.at = record.consent.at.max(add(consent.at, Duration::from_millis(1)));
        }
        transaction.update(
            MetaUpdate::new(&expected.id)
                .set_consent(&record.consent)?
                .require_listed()
                .require_consent(expected.consent.as_ref())?,
        );
        let id = ConsentRecordId::generate(&*self.ids, record.consent.at);
        transaction.put_if_absent(Key::consent(business, contact, id), &record)?;
        Ok(true)
    }

    /// Returns the consent history of a pair, the newest record first. Its first record agrees with the consent state.
    pub async fn list_consent_records(
        &self,
        business: &Address,
        contact: &Address,
    ) -> Result<Vec<ConsentRecord>> {
        let call =
            self.client.query().table_name(self.table_name(Table::Main)).consistent_read(true);
        let call = call
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", attr_s(consent_pk(contact)))
            .expression_attribute_values(":sk", attr_s(consent_prefix(business)))
            .scan_index_forward(false)
            .limit(MAX_CONSENT_RECORDS);
        let response = unconditional(self.call("table.query", || call.clone().send()).await)?;
        let records = response.items.unwrap_or_default().into_iter().map(from_item);
        let mut records: Vec<ConsentRecord> = records.collect::<Result<_>>()?;
        // A webhook's record can be stored long after the message that it is about.
        records.sort_by_key(|record| Reverse(record.consent.at));
        Ok(records)
    }

    /// Applies what an error code of Twilio says about the contact: an opt-out, or a closed 24-hour window.
    ///
    /// `sent_at` is the time of the message. Anything that the contact has done since then counts more.
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
        let mut transaction = Transaction::new();
        if self.add_opt_out(&mut transaction, id, sent_at).await? {
            // If another record came first, it counts.
            self.commit(transaction).await?;
        }
        Ok(())
    }

    /// Adds the opt-out that Twilio reported for a message of `sent_at` to a transaction, unless the contact has opted out
    /// already or opted in since. Returns whether it was added.
    pub(super) async fn add_opt_out(
        &self,
        transaction: &mut Transaction,
        id: &ConversationId,
        sent_at: Timestamp,
    ) -> Result<bool> {
        let Some(expected) = self.get_conversation(id).await? else { return Ok(false) };
        let is_known = expected
            .consent
            .as_ref()
            .is_some_and(|consent| consent.state == ConsentState::OptedOut || consent.at > sent_at);
        if is_known {
            return Ok(false);
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
        self.add_consent(transaction, &expected, record)
    }

    async fn close_window(&self, id: &ConversationId, sent_at: Timestamp) -> Result<()> {
        MetaUpdate::new(id).close_window(sent_at).require_listed().execute(self).await.map(drop)
    }
}
