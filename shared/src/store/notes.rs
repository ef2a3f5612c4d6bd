//! Notes: one item per conversation that has one, so that META stays small.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::client::Store;
use super::expression::{absent, equals};
use super::item_update::ItemUpdate;
use super::items::Reads;
use super::keys::Key;
use super::row::{attr_s, from_item};
use super::transaction::Transaction;
use crate::conversation::id::id_from_pk;
use crate::conversation::{Conversation, ConversationId};
use crate::error::Result;

/// A note as stored.
#[derive(Serialize, Deserialize)]
struct Note {
    #[serde(rename = "pk", deserialize_with = "id_from_pk", skip_serializing)]
    conversation: ConversationId,
    note: String,
}

impl Store {
    /// Returns the note of a conversation (a consistent read). Reads nothing if there is no note.
    pub async fn get_note(&self, conversation: &Conversation) -> Result<Option<String>> {
        if !conversation.has_note {
            return Ok(None);
        }
        let row: Option<Note> = self.get(&Key::note(&conversation.id)).await?;
        Ok(row.map(|row| row.note))
    }

    /// Returns the notes of those conversations that have one (consistent reads).
    pub async fn get_notes(
        &self,
        conversations: impl IntoIterator<Item = &Conversation>,
    ) -> Result<HashMap<ConversationId, String>> {
        let noted = conversations.into_iter().filter(|conversation| conversation.has_note);
        // `BatchGetItem` rejects duplicate keys.
        let ids: BTreeSet<&ConversationId> = noted.map(|conversation| &conversation.id).collect();
        let keys: Vec<Key> = ids.into_iter().map(Key::note).collect();
        let rows = self.get_all(&keys, Reads::Consistent).await?.into_iter().map(from_item);
        rows.map(|row: Result<Note>| row.map(|row| (row.conversation, row.note))).collect()
    }
}

/// Adds the change of a note from `previous` to `note` to a transaction. Requires that it still equals `previous`.
pub(super) fn put_note(
    transaction: &mut Transaction,
    id: &ConversationId,
    previous: Option<&str>,
    note: Option<&str>,
) -> Result<()> {
    let key = Key::note(id);
    let unchanged = match previous {
        Some(previous) => equals("note", attr_s(previous)),
        None => absent("pk"),
    };
    match note {
        Some(note) => {
            let row = Note { conversation: id.clone(), note: note.to_owned() };
            transaction.put_if(key, &row, unchanged)?;
        }
        None => {
            transaction.delete(ItemUpdate::new(key).require(unchanged));
        }
    }
    Ok(())
}
