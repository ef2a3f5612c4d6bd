//! The consent ledger: evidence under the contact's address, the state on the conversation.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use ulid::Ulid;

use super::Store;
use super::change::Change;
use super::conversations::{META, partition};
use super::inbound::Arrival;
use super::row::{decode, encode, number, text, value};
use super::write::{Refusal, always, put_new};
use crate::address::Address;
use crate::codes;
use crate::consent::{
    Consent, ConsentEntry, ConsentSource, ConsentState, depends_on_state, meaning,
};
use crate::conversation::{Conversation, ConversationId};
use crate::error::Result;
use crate::message::Message;
use crate::particulars::OptOut;
use crate::sentences::consent;

/// How many entries are shown.
const SHOWN: i32 = 100;

fn ledger(contact: &Address) -> String {
    format!("ADDR#{contact}")
}

/// The entry that a message's mark makes, if it says anything of consent.
pub(super) fn entry_of(message: &Message, source: ConsentSource) -> Option<ConsentEntry> {
    let state = match message.particulars.opt_out {
        Some(OptOut::Stop) => ConsentState::OptedOut,
        Some(OptOut::Start) => ConsentState::OptedIn,
        Some(OptOut::Help) | None => return None,
    };
    Some(ConsentEntry {
        consent: Consent { state, at: message.created(), source },
        wording: Some(message.body.clone()),
        sid: message.sid.as_ref().map(ToString::to_string),
        recorded_by: None,
    })
}

impl Store {
    /// Marks what a message that arrives means for consent, and makes the entry that is stored with it. What Twilio has
    /// read in it stands in its mark already.
    pub(super) async fn heard(&self, arrival: &mut Arrival) -> Result<Option<ConsentEntry>> {
        let Arrival { message, partial, .. } = arrival;
        let source = match message.particulars.opt_out {
            Some(_) if *partial => ConsentSource::Event,
            Some(_) => ConsentSource::OptOutType,
            None => ConsentSource::Keyword,
        };
        if message.particulars.opt_out.is_none() {
            let stopped = depends_on_state(&message.body)
                && self.conversation(&message.conversation).await?.is_some_and(|conversation| {
                    conversation.consent.is_some_and(|c| c.state == ConsentState::OptedOut)
                });
            message.particulars.opt_out = meaning(&message.body, stopped);
        }
        Ok(entry_of(message, source))
    }

    /// Puts an entry of the ledger.
    pub(super) fn put_entry(
        &self,
        business: &Address,
        contact: &Address,
        id: Ulid,
        entry: &ConsentEntry,
    ) -> Result<TransactWriteItem> {
        let row = encode(&ledger(contact), &format!("CONSENT#{business}#{id}"), entry)?;
        put_new(&self.table, row)
    }

    /// Records what was said elsewhere, or by Twilio, requiring the state that was seen. `None` if it is another by now.
    pub async fn record_consent(
        &self,
        seen: &Conversation,
        entry: &ConsentEntry,
    ) -> Result<Option<Conversation>> {
        let (Some(business), Some(contact)) = (&seen.business, &seen.contact) else {
            return Ok(None);
        };
        let unchanged = match seen.consent {
            Some(_) => "attribute_exists(list_pk) AND consent = :seen",
            None => "attribute_exists(list_pk) AND attribute_not_exists(consent)",
        };
        let mut change = Change::of(&self.table, partition(&seen.id), META)
            .update("SET consent = :consent ADD rev :one")
            .when(unchanged)
            .value(":consent", value(&entry.consent)?)
            .value(":one", number(1));
        if let Some(consent) = &seen.consent {
            change = change.value(":seen", value(consent)?);
        }
        let id = self.ids.ulid(self.clock.now());
        let items = vec![change.into_update()?, self.put_entry(business, contact, id, entry)?];
        match self.transact(items).await {
            Ok(()) => self.conversation(&seen.id).await,
            Err(Refusal::Conditions(_)) => Ok(None),
            Err(Refusal::Other(error)) => Err(error),
        }
    }

    /// The ledger of a contact and a sender of ours, the newest first.
    pub async fn consent_entries(
        &self,
        business: &Address,
        contact: &Address,
    ) -> Result<Vec<ConsentEntry>> {
        let call = self.client.query().table_name(&*self.table).consistent_read(true);
        let call = call
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", text(ledger(contact)))
            .expression_attribute_values(":sk", text(format!("CONSENT#{business}#")))
            .scan_index_forward(false)
            .limit(SHOWN);
        let answer = always(self.single("table.query", || call.clone().send()).await)?;
        answer.items.unwrap_or_default().into_iter().map(decode).collect()
    }

    /// What a code of Twilio's, to a message made at `sent`, tells of the contact: whether they have opted out, or their
    /// window is closed. What they have said since stands.
    pub async fn learn(&self, id: &ConversationId, sent: Timestamp, code: u32) -> Result<()> {
        match code {
            codes::OPTED_OUT => self.withdraw_consent(id, sent).await,
            codes::WINDOW_CLOSED => self.close_window(id, sent).await,
            _ => Ok(()),
        }
    }

    async fn withdraw_consent(&self, id: &ConversationId, sent: Timestamp) -> Result<()> {
        let Some(seen) = self.conversation(id).await? else { return Ok(()) };
        let said = seen.consent.as_ref();
        if said.is_some_and(|said| said.state == ConsentState::OptedOut || said.at > sent) {
            return Ok(());
        }
        let entry = ConsentEntry {
            consent: Consent {
                state: ConsentState::OptedOut,
                at: self.clock.now(),
                source: ConsentSource::Twilio,
            },
            wording: Some(consent::refused_at_twilio(codes::OPTED_OUT).to_string()),
            sid: None,
            recorded_by: None,
        };
        // Something else may have been said meanwhile: then that stands.
        self.record_consent(&seen, &entry).await.map(drop)
    }

    async fn close_window(&self, id: &ConversationId, sent: Timestamp) -> Result<()> {
        let seen = self.conversation(id).await?.and_then(|seen| seen.inbound_at);
        // Moments are compared here: as texts they do not sort.
        let Some(wrote) = seen.filter(|wrote| *wrote < sent) else { return Ok(()) };
        Change::of(&self.table, partition(id), META)
            .update("REMOVE inbound_at ADD rev :one")
            .when("attribute_exists(list_pk) AND inbound_at = :seen")
            .value(":seen", value(wrote)?)
            .value(":one", number(1))
            .write(self, "table.update")
            .await
            .map(|_| ())
    }
}
