//! `GET /api/conversations/{id}/consent`: what the contact has said of messages, with the evidence.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use shared::codes;
use shared::consent::{ConsentEntry, ConsentSource, ConsentState};
use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::sentences::{self, SentenceView};
use utoipa::ToSchema;

use crate::app::{App, Build, nothing, people};
use crate::conversations::seen_by;

/// One entry of the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsentEntry)]
pub struct EntryView {
    /// What was said.
    state: ConsentState,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Where.
    source: ConsentSource,
    /// In these words: the message, or the evidence that an admin gave.
    wording: Option<String>,
    /// The wording by its key, where it is our own: Twilio's refusal has no words of the contact's.
    sentence: Option<SentenceView>,
    /// In the message with this Twilio SID.
    sid: Option<String>,
    /// Who recorded it, if a person did.
    recorded_by: Option<String>,
}

impl From<ConsentEntry> for EntryView {
    fn from(entry: ConsentEntry) -> Self {
        let ConsentEntry { consent, wording, sid, recorded_by } = entry;
        let (state, at, source) = (consent.state, consent.at, consent.source);
        let refused = || sentences::consent::refused_at_twilio(codes::OPTED_OUT).view();
        let sentence = (source == ConsentSource::Twilio).then(refused);
        Self { state, at, source, wording, sentence, sid, recorded_by }
    }
}

/// The ledger, the newest first, at most 100.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentLedger {
    /// Its entries.
    entries: Vec<EntryView>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[], nothing, handle)
}

#[utoipa::path(
    get, path = "/api/conversations/{id}/consent", operation_id = "list-consent",
    params(("id" = String, Path)), responses((status = 200, body = ConsentLedger)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    _: Arc<()>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    let entries = match (&conversation.business, &conversation.contact) {
        (Some(business), Some(contact)) => app.store.consent_entries(business, contact).await?,
        _ => Vec::new(),
    };
    let entries = entries.into_iter().map(EntryView::from).collect();
    Response::json(200, &ConsentLedger { entries })
}
