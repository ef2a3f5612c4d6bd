//! The rules that the page shares with the functions, as it reads them (`frontend/src/api/rules.json`).

use std::collections::BTreeMap;

use serde::Serialize;
use shared::address::Channel;
use shared::conversation::Filter;
use shared::conversation::search::MIN_WORD_CHARACTERS;
use shared::error::Result;
use shared::media::MediaKind;
use shared::media::file_type::{HEAD_LEN, TAIL_LEN};
use shared::media::limits::MediaLimits;
use shared::message::delivery_status::DeliveryStatus;
use shared::message::{DisplayStatus, MAX_BODY_CHARACTERS};
use shared::store::MAX_WATCHED;

use crate::consent::record::MAX_EVIDENCE_CHARS;
use crate::conversations::name::MAX_NAME_CHARS;
use crate::conversations::update::MAX_NOTE_CHARS;
use crate::openapi::to_pretty_json;
use crate::paging::MAX_LIMIT;

/// The shared rules.
#[derive(Serialize)]
struct Rules {
    /// The longest texts, in characters.
    text_limits: TextLimits,
    /// The limits of files, by channel.
    media_limits: BTreeMap<Channel, MediaLimits>,
    /// How many bytes of a file decide its type.
    file_sample: FileSampleSize,
    /// The content types that are no documents.
    media_kinds: BTreeMap<&'static str, MediaKind>,
    /// Twilio's statuses.
    delivery_statuses: BTreeMap<&'static str, StatusRule>,
    /// The display statuses of messages that failed.
    failed_statuses: &'static [DisplayStatus],
    /// The fewest characters of a search.
    min_search_characters: usize,
    /// The largest page of a list.
    max_page_size: usize,
    /// The most conversations that one socket watches.
    max_watched_conversations: usize,
    /// The channels, in the order in which the page shows them.
    channels: &'static [Channel],
    /// The filters of the conversation list, in the order in which the page shows them.
    filters: &'static [Filter],
}

/// How many bytes of a file decide its type.
#[derive(Serialize)]
struct FileSampleSize {
    first: usize,
    last: usize,
}

/// The longest texts, in characters.
#[derive(Serialize)]
struct TextLimits {
    message: usize,
    contact_name: usize,
    note: usize,
    evidence: usize,
}

/// What the page needs to know about one of Twilio's statuses.
#[derive(Serialize)]
struct StatusRule {
    rank: u8,
    display: DisplayStatus,
}

/// Returns the shared rules as JSON.
pub fn json() -> Result<String> {
    let rule = |status: DeliveryStatus| StatusRule {
        rank: status.rank(),
        display: DisplayStatus::from_delivery_status(status),
    };
    to_pretty_json(&Rules {
        text_limits: TextLimits {
            message: MAX_BODY_CHARACTERS,
            contact_name: MAX_NAME_CHARS,
            note: MAX_NOTE_CHARS,
            evidence: MAX_EVIDENCE_CHARS,
        },
        media_limits: MediaLimits::all(),
        file_sample: FileSampleSize { first: HEAD_LEN, last: TAIL_LEN },
        media_kinds: BTreeMap::from(MediaKind::CONTENT_TYPES),
        delivery_statuses: DeliveryStatus::ALL.map(|it| (it.as_str(), rule(it))).into(),
        failed_statuses: &DisplayStatus::FAILED,
        min_search_characters: MIN_WORD_CHARACTERS,
        max_page_size: MAX_LIMIT,
        max_watched_conversations: MAX_WATCHED,
        channels: &Channel::ALL,
        filters: &Filter::TABS,
    })
}
