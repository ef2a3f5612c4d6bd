//! A message that came by an event, made whole by its webhook: once, whatever has come since.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::Store;
use super::change::Change;
use super::consent::entry_of;
use super::conversations::{META, partition};
use super::inbound::{Arrival, PARTIAL};
use super::messages::{message_sort, pointed};
use super::row::{Item, decode, number, text, value};
use super::write::Refusal;
use crate::consent::{ConsentEntry, ConsentSource};
use crate::conversation::{Conversation, Preview};
use crate::error::{Error, Result};
use crate::media::Media;
use crate::message::Message;
use crate::particulars::{OptOut, Particulars};

const TRIES: u32 = 64;

impl Store {
    /// Adds what a webhook tells to the message that `pointer` names, if an event told of it first. `read` is Twilio's
    /// own reading of it, if there is one.
    pub(super) async fn complete(
        &self,
        pointer: Option<&Item>,
        arrival: &Arrival,
        read: Option<OptOut>,
    ) -> Result<()> {
        let known = pointer.filter(|_| !arrival.partial).and_then(pointed);
        let Some((conversation, id)) = known else { return Ok(()) };
        for _ in 0..TRIES {
            let row = self.message_row(&conversation, id).await?;
            let Some(row) = row.filter(|row| row.contains_key(PARTIAL)) else { return Ok(()) };
            let Some(meta) = self.conversation(&conversation).await? else { return Ok(()) };
            let stored: Message = decode(row)?;
            let items = self.completion(&stored, &meta, arrival, read)?;
            match self.transact(items).await {
                Ok(()) => return Ok(()),
                // Something came meanwhile: read and decide again.
                Err(Refusal::Conditions(_)) => {}
                Err(Refusal::Other(error)) => return Err(error),
            }
        }
        Err(Error::Busy("the conversation moved on at every try".into()))
    }

    fn completion(
        &self,
        stored: &Message,
        meta: &Conversation,
        arrival: &Arrival,
        read: Option<OptOut>,
    ) -> Result<Vec<TransactWriteItem>> {
        let whole = whole(stored, &arrival.message, read);
        let own = partition(&whole.conversation);
        let completed = Change::of(&self.table, own, message_sort(whole.id))
            .update("SET media = :media, particulars = :particulars, rev = :rev REMOVE #partial")
            .when("#partial = :yes AND rev = :seen")
            .name("#partial", PARTIAL)
            .value(":media", value(&whole.media)?)
            .value(":particulars", value(&whole.particulars)?)
            .value(":rev", number(whole.rev))
            .value(":yes", value(true)?)
            .value(":seen", number(stored.rev));
        let mut items = vec![completed.into_update()?];
        let said = if whole.particulars.opt_out == stored.particulars.opt_out {
            None
        } else {
            entry_of(&whole, ConsentSource::OptOutType)
        };
        items.extend(self.told_of_contact(&whole, meta, arrival, said.as_ref())?);
        if let Some(said) = &said {
            // Under an id of its own: the event's reading of the same message may stand already.
            let id = arrival.message.id;
            items.push(self.put_entry(&whole.business, &whole.contact, id, said)?);
        }
        if whole.waits_for_media() && !stored.waits_for_media() {
            items.push(self.fetch_job(&whole)?);
        }
        Ok(items)
    }

    /// What the conversation shows of the message and its contact, unless something newer has been told; none if it
    /// stays as it is.
    fn told_of_contact(
        &self,
        whole: &Message,
        meta: &Conversation,
        arrival: &Arrival,
        said: Option<&ConsentEntry>,
    ) -> Result<Option<TransactWriteItem>> {
        let newest = meta.last == Some(whole.id) && meta.list_pk.is_some();
        let name = arrival.profile_name.as_deref();
        let name = name.filter(|_| newest || meta.profile_name.is_none());
        let said = said.map(|said| &said.consent);
        let said = said.filter(|said| meta.consent.as_ref().is_none_or(|now| now.at <= said.at));
        let mut sets = Vec::new();
        let mut change = Change::of(&self.table, partition(&whole.conversation), META);
        if newest {
            sets.push("preview = :preview");
            change = change.value(":preview", value(Preview::of(whole))?);
        }
        if let Some(name) = name {
            sets.push("profile_name = :profile");
            change = change.value(":profile", text(name));
        }
        if let Some(consent) = said {
            sets.push("consent = :consent");
            change = change.value(":consent", value(consent)?);
        }
        if sets.is_empty() {
            return Ok(None);
        }
        change
            .update(&format!("SET {} ADD rev :one", sets.join(", ")))
            .when("rev = :seen")
            .value(":one", number(1))
            .value(":seen", number(meta.rev))
            .into_update()
            .map(Some)
    }
}

/// The stored message with everything that its webhook told; of one that was redacted meanwhile, what stays.
fn whole(stored: &Message, told: &Message, read: Option<OptOut>) -> Message {
    // What a word meant was decided when it came.
    let opt_out = read.or(stored.particulars.opt_out);
    let whole = Message {
        media: merged(&stored.media, &told.media),
        particulars: Particulars { opt_out, ..told.particulars.clone() },
        ..stored.clone()
    };
    if stored.redacted { whole.emptied() } else { Message { rev: stored.rev + 1, ..whole } }
}

/// The webhook's media, unless those were found at Twilio before it came.
fn merged(stored: &[Media], told: &[Media]) -> Vec<Media> {
    let found = stored.iter().any(|media| media.source.is_some());
    if found || told.is_empty() { stored.to_vec() } else { told.to_vec() }
}
