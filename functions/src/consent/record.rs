//! `POST /api/conversations/{id}/consent` records consent with its evidence. Admins only.

use serde::Deserialize;
use shared::consent::{Consent, ConsentRecord, ConsentSource, ConsentState};
use shared::conversation::ConversationView;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use utoipa::ToSchema;

use crate::app::{Build, Cx, Needs, authenticated, no_state};
use crate::scope::{conflict_with_current, conversation_view, visible_conversation};

/// The maximum length of the evidence, in characters.
pub const MAX_EVIDENCE_CHARS: usize = 1_000;

/// Consent that the contact gave or withdrew outside of Partyline.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordConsent {
    /// Whether the contact opted in or out.
    state: ConsentState,
    /// How and where the contact opted in or out. At most 1,000 characters.
    evidence: String,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::NONE, no_state, handle)
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/consent", operation_id = "record-consent",
    params(("id" = String, Path)), request_body = RecordConsent,
    responses((status = 200, body = ConversationView)),
)]
pub(crate) async fn handle(
    Cx { app, caller, .. }: Cx<(), Caller>,
    request: Request,
) -> Result<Response> {
    caller.require_admin()?;
    let requested: RecordConsent = request.json()?;
    let evidence = requested.evidence.trim();
    if evidence.is_empty() {
        return Err(Error::Unprocessable(localized::consent::no_evidence()));
    }
    if evidence.chars().count() > MAX_EVIDENCE_CHARS {
        return Err(Error::Unprocessable(localized::consent::evidence_too_long(
            MAX_EVIDENCE_CHARS,
        )));
    }
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    let record = ConsentRecord {
        consent: Consent {
            state: requested.state,
            at: app.clock.now(),
            source: ConsentSource::Admin,
        },
        evidence: Some(evidence.to_owned()),
        sid: None,
        recorded_by: Some(caller.username.to_string()),
    };
    let updated = app.store.record_consent(&conversation, &record).await?;
    let Some(updated) = updated else {
        let text = localized::consent::changed();
        return Err(conflict_with_current(&app, &conversation.id, text).await);
    };
    Response::json(200, &conversation_view(&app, &updated).await?)
}
