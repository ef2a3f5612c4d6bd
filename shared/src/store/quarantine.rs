//! Quarantine: what came with Twilio's signature and could not be filed, kept raw until somebody looks; and
//! two hundred fixed slots for what came with a wrong one.

use aws_sdk_dynamodb::types::ReturnValue;
use serde::{Deserialize, Serialize};

use super::client::Store;
use super::item_update::ItemUpdate;
use super::row::{attr_n, attr_s, from_item, get_str, to_attr};
use super::write::unconditional;
use crate::error::Result;
use crate::localized::LocalizedTextView;
use jiff::Timestamp;

const QUARANTINE_PK: &str = "QUARANTINE";

/// One thing in quarantine (attributes beside the keys).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineEntry {
    /// Its id: a hash of reason and content, or a slot.
    pub id: String,
    /// Why it is here, a stable word.
    pub reason: String,
    /// Why it is here, a sentence.
    pub detail: String,
    /// The same by its key; what was kept before sentences had keys has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub localized_detail: Option<LocalizedTextView>,
    /// The path that it came to; for what was kept before paths were, that of messages.
    #[serde(default = "messages_path")]
    pub path: String,
    /// Its content type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The request's body in base64, cut at 256 KB.
    pub body_base64: String,
    /// How long the body was, bytes.
    pub length: u64,
    /// SHA-256 of the whole body, hex.
    pub hash: String,
    /// Whether Twilio's signature was right.
    pub signed: bool,
    /// The signature that it came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// What it was signed with, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_settings: Option<String>,
    /// Raw query string.
    #[serde(default)]
    pub query: String,
    /// How often it came.
    #[serde(default)]
    pub count: u64,
    /// When it came first.
    pub created_at: Timestamp,
    /// When it came last.
    pub updated_at: Timestamp,
}

fn messages_path() -> String {
    "/twilio/messages".to_owned()
}

impl QuarantineEntry {
    /// Whether a text may be such an id; a longer one would be no key at all.
    pub fn is_valid_id(text: &str) -> bool {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    }
}

impl Store {
    /// Keeps something, or counts it when it is kept already.
    pub async fn put_quarantine_entry(&self, entry: &QuarantineEntry) -> Result<()> {
        let id = &entry.id;
        let sort_key = format!("{:013}#{id}", entry.updated_at.as_millisecond());
        ItemUpdate::new(&self.table, QUARANTINE_PK, id.as_str())
            .expression(
                "SET id = :id, reason = :reason, detail = :detail, localized_detail = :localized_detail, #path = :path, \
                 content_type = :type, body_base64 = :body, #length = :length, #hash = :hash, \
                 signed = :signed, signature = :signature, signature_settings = :settings, #query = :query, \
                 created_at = if_not_exists(created_at, :now), updated_at = :now, list_pk = :list, \
                 list_sk = :sort ADD #count :one",
            )
            .name("#path", "path")
            .name("#length", "length")
            .name("#hash", "hash")
            .name("#query", "query")
            .name("#count", "count")
            .value(":id", attr_s(id.as_str()))
            .value(":reason", attr_s(&*entry.reason))
            .value(":detail", attr_s(&*entry.detail))
            .value(":localized_detail", to_attr(&entry.localized_detail)?)
            .value(":path", attr_s(&*entry.path))
            .value(":type", to_attr(&entry.content_type)?)
            .value(":body", attr_s(&*entry.body_base64))
            .value(":length", attr_n(entry.length))
            .value(":hash", attr_s(&*entry.hash))
            .value(":signed", to_attr(entry.signed)?)
            .value(":signature", to_attr(&entry.signature)?)
            .value(":settings", to_attr(&entry.signature_settings)?)
            .value(":query", attr_s(&*entry.query))
            .value(":now", to_attr(entry.updated_at)?)
            .value(":list", attr_s(QUARANTINE_PK))
            .value(":sort", attr_s(sort_key))
            .value(":one", attr_n(1))
            .execute(self, "table.quarantine")
            .await?;
        Ok(())
    }

    /// A page of what is kept, the newest first, and where the next begins.
    pub async fn list_quarantine(
        &self,
        before: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<QuarantineEntry>, Option<String>)> {
        let call = self.client.query().table_name(&*self.table).index_name("list");
        let call = call
            .limit(i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX))
            .scan_index_forward(false)
            .key_condition_expression("list_pk = :list AND list_sk < :before")
            .expression_attribute_values(":list", attr_s(QUARANTINE_PK))
            .expression_attribute_values(":before", attr_s(before.unwrap_or("~")));
        let response = unconditional(self.call("table.query", || call.clone().send()).await)?;
        let mut items = response.items.unwrap_or_default();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).and_then(|item| get_str(item, "list_sk"));
        let next = next.map(str::to_owned);
        let mut entries = Vec::with_capacity(items.len());
        for item in &items {
            if let Some(id) = get_str(item, "sk") {
                entries.extend(self.get_quarantine_entry(id).await?);
            }
        }
        Ok((entries, next))
    }

    /// One thing in quarantine.
    pub async fn get_quarantine_entry(&self, id: &str) -> Result<Option<QuarantineEntry>> {
        let call = self.client.get_item().table_name(&*self.table).consistent_read(true);
        let call = call.key("pk", attr_s(QUARANTINE_PK)).key("sk", attr_s(id));
        let response = unconditional(self.call("table.get", || call.clone().send()).await)?;
        response.item.map(from_item).transpose()
    }

    /// Takes something out of quarantine. False if it was not there.
    pub async fn delete_quarantine_entry(&self, id: &str) -> Result<bool> {
        let call = self.client.delete_item().table_name(&*self.table);
        let call = call.key("pk", attr_s(QUARANTINE_PK)).key("sk", attr_s(id));
        let call = call.return_values(ReturnValue::AllOld);
        let response = unconditional(self.call("table.delete", || call.clone().send()).await)?;
        Ok(response.attributes.is_some())
    }
}
