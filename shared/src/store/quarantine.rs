//! Quarantine: requests that could not be processed, stored raw, and 200 fixed slots for requests with an invalid
//! signature.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::client::Store;
use super::item_update::ItemUpdate;
use super::keys::{Key, QUARANTINE, Table};
use super::row::{attr_n, attr_s, get_str, to_attr};
use super::write::unconditional;
use crate::error::Result;
use crate::localized::LocalizedTextView;

/// A quarantined request, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineEntry {
    /// The ID: a hash of reason and content, or the name of a slot.
    pub id: String,
    /// The reason, a stable code.
    pub reason: String,
    /// The reason, a sentence.
    pub detail: String,
    /// The reason as a localized text.
    pub localized_detail: Option<LocalizedTextView>,
    /// The path of the request.
    pub path: String,
    /// The content type.
    pub content_type: Option<String>,
    /// The request body in base64, truncated at 256 KB.
    pub body_base64: String,
    /// The length of the whole body, bytes.
    pub length: u64,
    /// The SHA-256 of the whole body, hex.
    pub hash: String,
    /// Whether the signature was valid.
    pub signed: bool,
    /// The signature header.
    pub signature: Option<String>,
    /// The signature settings header, if there was one.
    pub signature_settings: Option<String>,
    /// The raw query string.
    pub query: String,
    /// The number of times that it came.
    pub count: u64,
    /// The time of the first request.
    pub created_at: Timestamp,
    /// The time of the last request.
    pub updated_at: Timestamp,
}

impl QuarantineEntry {
    /// Returns whether `text` has the form of a quarantine ID: 1–64 of `[A-Za-z0-9-]`.
    pub fn is_valid_id(text: &str) -> bool {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    }
}

impl Store {
    /// Stores a request, or counts it if it is stored already.
    pub async fn put_quarantine_entry(&self, entry: &QuarantineEntry) -> Result<()> {
        let id = &entry.id;
        let sort_key = format!("{:013}#{id}", entry.updated_at.as_millisecond());
        ItemUpdate::new(Key::quarantine(id))
            .set("id", attr_s(id.as_str()))
            .set("reason", attr_s(&*entry.reason))
            .set("detail", attr_s(&*entry.detail))
            .set("localized_detail", to_attr(&entry.localized_detail)?)
            .set("path", attr_s(&*entry.path))
            .set("content_type", to_attr(&entry.content_type)?)
            .set("body_base64", attr_s(&*entry.body_base64))
            .set("length", attr_n(entry.length))
            .set("hash", attr_s(&*entry.hash))
            .set("signed", to_attr(entry.signed)?)
            .set("signature", to_attr(&entry.signature)?)
            .set("signature_settings", to_attr(&entry.signature_settings)?)
            .set("query", attr_s(&*entry.query))
            .set_if_absent("created_at", to_attr(entry.updated_at)?)
            .set("updated_at", to_attr(entry.updated_at)?)
            .set("list_pk", attr_s(QUARANTINE))
            .set("list_sk", attr_s(sort_key))
            .increment("count")
            .execute(self, "table.quarantine")
            .await?;
        Ok(())
    }

    /// Returns a page of entries, the newest first, and the position of the next page.
    pub async fn list_quarantine(
        &self,
        before: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<QuarantineEntry>, Option<String>)> {
        let call = self.client.query().table_name(self.table_name(Table::Main)).index_name("list");
        let call = call
            .limit(i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX))
            .scan_index_forward(false)
            .key_condition_expression("list_pk = :list AND list_sk < :before")
            .expression_attribute_values(":list", attr_s(QUARANTINE))
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

    /// Returns a quarantine entry.
    pub async fn get_quarantine_entry(&self, id: &str) -> Result<Option<QuarantineEntry>> {
        self.get(&Key::quarantine(id)).await
    }

    /// Deletes a quarantine entry. Returns whether it was there.
    pub async fn delete_quarantine_entry(&self, id: &str) -> Result<bool> {
        self.delete(&Key::quarantine(id)).await
    }
}
