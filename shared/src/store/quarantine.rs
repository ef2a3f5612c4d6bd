//! Quarantine: what came with Twilio's signature and could not be filed, kept raw until somebody looks; and
//! two hundred fixed slots for what came with a wrong one.

use aws_sdk_dynamodb::types::ReturnValue;
use serde::{Deserialize, Serialize};

use super::Store;
use super::change::Change;
use super::row::{decode, number, string, text, value};
use super::write::always;
use crate::error::Result;
use crate::sentences::SentenceView;
use jiff::Timestamp;

const PARTITION: &str = "QUARANTINE";

/// One thing in quarantine (attributes beside the keys).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Its id: a hash of reason and content, or a slot.
    pub id: String,
    /// Why it is here, a stable word.
    pub reason: String,
    /// Why it is here, a sentence.
    pub detail: String,
    /// The same by its key; what was kept before sentences had keys has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence: Option<SentenceView>,
    /// The path that it came to; for what was kept before paths were, that of messages.
    #[serde(default = "messages_path")]
    pub path: String,
    /// Its content type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The request's body in base64, cut at 256 KB.
    pub raw: String,
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
    pub settings: Option<String>,
    /// Raw query string.
    #[serde(default)]
    pub query: String,
    /// How often it came.
    #[serde(default)]
    pub count: u64,
    /// When it came first.
    pub created: Timestamp,
    /// When it came last.
    pub updated: Timestamp,
}

fn messages_path() -> String {
    "/twilio/messages".to_owned()
}

impl Quarantined {
    /// Whether a text may be such an id; a longer one would be no key at all.
    pub fn is_id(text: &str) -> bool {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    }
}

impl Store {
    /// Keeps something, or counts it when it is kept already.
    pub async fn quarantine(&self, kept: &Quarantined) -> Result<()> {
        let id = &kept.id;
        let sort = format!("{:013}#{id}", kept.updated.as_millisecond());
        Change::of(&self.table, PARTITION, id.as_str())
            .update(
                "SET id = :id, reason = :reason, detail = :detail, sentence = :sentence, #path = :path, \
                 content_type = :type, #raw = :raw, #length = :length, #hash = :hash, \
                 signed = :signed, signature = :signature, settings = :settings, #query = :query, \
                 created = if_not_exists(created, :now), updated = :now, list_pk = :list, \
                 list_sk = :sort ADD #count :one",
            )
            .name("#path", "path")
            .name("#raw", "raw")
            .name("#length", "length")
            .name("#hash", "hash")
            .name("#query", "query")
            .name("#count", "count")
            .value(":id", text(id.as_str()))
            .value(":reason", text(&*kept.reason))
            .value(":detail", text(&*kept.detail))
            .value(":sentence", value(&kept.sentence)?)
            .value(":path", text(&*kept.path))
            .value(":type", value(&kept.content_type)?)
            .value(":raw", text(&*kept.raw))
            .value(":length", number(kept.length))
            .value(":hash", text(&*kept.hash))
            .value(":signed", value(kept.signed)?)
            .value(":signature", value(&kept.signature)?)
            .value(":settings", value(&kept.settings)?)
            .value(":query", text(&*kept.query))
            .value(":now", value(kept.updated)?)
            .value(":list", text(PARTITION))
            .value(":sort", text(sort))
            .value(":one", number(1))
            .write(self, "table.quarantine")
            .await?;
        Ok(())
    }

    /// A page of what is kept, the newest first, and where the next begins.
    pub async fn quarantined(
        &self,
        before: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Quarantined>, Option<String>)> {
        let call = self.client.query().table_name(&*self.table).index_name("list");
        let call = call
            .limit(i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX))
            .scan_index_forward(false)
            .key_condition_expression("list_pk = :list AND list_sk < :before")
            .expression_attribute_values(":list", text(PARTITION))
            .expression_attribute_values(":before", text(before.unwrap_or("~")));
        let answer = always(self.single("table.query", || call.clone().send()).await)?;
        let mut items = answer.items.unwrap_or_default();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).and_then(|item| string(item, "list_sk"));
        let next = next.map(str::to_owned);
        let mut kept = Vec::with_capacity(items.len());
        for item in &items {
            if let Some(id) = string(item, "sk") {
                kept.extend(self.quarantined_one(id).await?);
            }
        }
        Ok((kept, next))
    }

    /// One thing in quarantine.
    pub async fn quarantined_one(&self, id: &str) -> Result<Option<Quarantined>> {
        let call = self.client.get_item().table_name(&*self.table).consistent_read(true);
        let call = call.key("pk", text(PARTITION)).key("sk", text(id));
        let answer = always(self.single("table.get", || call.clone().send()).await)?;
        answer.item.map(decode).transpose()
    }

    /// Takes something out of quarantine. False if it was not there.
    pub async fn release(&self, id: &str) -> Result<bool> {
        let call = self.client.delete_item().table_name(&*self.table);
        let call = call.key("pk", text(PARTITION)).key("sk", text(id));
        let call = call.return_values(ReturnValue::AllOld);
        let answer = always(self.single("table.delete", || call.clone().send()).await)?;
        Ok(answer.attributes.is_some())
    }
}
