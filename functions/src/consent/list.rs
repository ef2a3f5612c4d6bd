//! `GET /api/conversations/{id}/consent` returns the consent history of a conversation.

use jiff::Timestamp;
use serde::Serialize;
use shared::consent::{ConsentRecord, ConsentSource, ConsentState};
use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized::{self, LocalizedTextView};
use shared::twilio_codes;
use utoipa::ToSchema;

use crate::app::{Build, Cx, Needs, authenticated, no_state};
use crate::scope::visible_conversation;

/// A consent record: one piece of evidence for consent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsentRecord)]
pub struct ConsentRecordView {
    /// Whether the contact opted in or out.
    state: ConsentState,
    /// When the contact opted in or out.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Where the evidence comes from.
    source: ConsentSource,
    /// The evidence: the contact's message, Twilio's error, or a user's description.
    evidence: Option<String>,
    /// `evidence` as a localized text; only for the source `twilio`.
    localized_evidence: Option<LocalizedTextView>,
    /// The Twilio SID of the message that is the evidence.
    sid: Option<String>,
    /// The username of the user who recorded it.
    recorded_by: Option<String>,
}

impl From<ConsentRecord> for ConsentRecordView {
    fn from(record: ConsentRecord) -> Self {
        let ConsentRecord { consent, evidence, sid, recorded_by } = record;
        let (state, at, source) = (consent.state, consent.at, consent.source);
        let rejected = || localized::consent::refused_at_twilio(twilio_codes::OPTED_OUT).view();
        let localized_evidence = (source == ConsentSource::Twilio).then(rejected);
        Self { state, at, source, evidence, localized_evidence, sid, recorded_by }
    }
}

/// The consent history of a conversation: at most 100 records.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentHistory {
    /// The records, the newest first.
    records: Vec<ConsentRecordView>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::NONE, no_state, handle)
}

#[utoipa::path(
    get, path = "/api/conversations/{id}/consent", operation_id = "list-consent",
    params(("id" = String, Path)), responses((status = 200, body = ConsentHistory)),
)]
pub(crate) async fn handle(
    Cx { app, caller, .. }: Cx<(), Caller>,
    request: Request,
) -> Result<Response> {
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    let records = match (&conversation.business, &conversation.contact) {
        (Some(business), Some(contact)) => {
            app.store.list_consent_records(business, contact).await?
        }
        _ => Vec::new(),
    };
    let records = records.into_iter().map(ConsentRecordView::from).collect();
    Response::json(200, &ConsentHistory { records })
}
