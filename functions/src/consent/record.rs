//! `POST /api/conversations/{id}/consent`: an admin records what the contact said elsewhere, with the evidence.

use std::sync::Arc;

use serde::Deserialize;
use shared::consent::{Consent, ConsentEntry, ConsentSource, ConsentState};
use shared::conversation::ConversationView;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::sentences;
use utoipa::ToSchema;

use crate::app::{App, Build, nothing, people};
use crate::conversations::{changed_meanwhile, seen_by, view};

/// The longest evidence, characters.
const LONGEST: usize = 1_000;

/// What was said elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordConsent {
    /// What was said.
    state: ConsentState,
    /// Where and how, so that it can be shown to somebody who doubts it.
    evidence: String,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[], nothing, handle)
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/consent", operation_id = "record-consent",
    params(("id" = String, Path)), request_body = RecordConsent,
    responses((status = 200, body = ConversationView)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    _: Arc<()>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    caller.must_be_admin()?;
    let wanted: RecordConsent = request.json()?;
    let evidence = wanted.evidence.trim();
    if evidence.is_empty() {
        return Err(Error::Refused(sentences::consent::no_evidence()));
    }
    if evidence.chars().count() > LONGEST {
        return Err(Error::Refused(sentences::consent::evidence_too_long(LONGEST)));
    }
    let seen = seen_by(&app, &caller, request.path("id")).await?;
    let entry = ConsentEntry {
        consent: Consent { state: wanted.state, at: app.clock.now(), source: ConsentSource::Admin },
        wording: Some(evidence.to_owned()),
        sid: None,
        recorded_by: Some(caller.username.clone()),
    };
    let now = app.store.record_consent(&seen, &entry).await?;
    let Some(now) = now else {
        let sentence = sentences::consent::changed_meanwhile();
        return Err(changed_meanwhile(&app, &seen.id, sentence).await);
    };
    Response::json(200, &view(&now)?)
}
