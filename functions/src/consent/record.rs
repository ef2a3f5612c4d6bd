//! `POST /api/conversations/{id}/consent` records consent with its evidence.
//!
//! Every user can record an opt-out, because it must be respected at once. Only admins can record an opt-in.

use serde::Deserialize;
use shared::consent::{Consent, ConsentRecord, ConsentSource, ConsentState};
use shared::conversation::{Conversation, ConversationView};
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::message::Direction;
use utoipa::ToSchema;

use crate::app::{App, Build, Cx, Needs, authenticated, no_state};
use crate::scope::{
    conflict_with_current, conversation_view, visible_conversation, visible_message,
};

/// The maximum length of the evidence, in characters.
pub const MAX_EVIDENCE_CHARS: usize = 1_000;

/// Consent that the contact gave or withdrew outside of Partyline.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordConsent {
    /// Whether the contact opted in or out.
    state: ConsentState,
    /// How and where the contact opted in or out, at most 1,000 characters. Required without `message_id`.
    #[serde(default)]
    evidence: Option<String>,
    /// The message in which the contact did so. Required without `evidence`.
    #[serde(default)]
    message_id: Option<String>,
}

/// The evidence of a consent record.
struct Evidence {
    text: Option<String>,
    sid: Option<String>,
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
    let requested: RecordConsent = request.json()?;
    if requested.state == ConsentState::OptedIn {
        caller.require_admin()?;
    }
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    let evidence = match (&requested.evidence, &requested.message_id) {
        (Some(text), None) => describe(text)?,
        (None, Some(id)) => quote(&app, &conversation, id).await?,
        _ => return Err(Error::Unprocessable(localized::consent::one_evidence())),
    };
    let record = ConsentRecord {
        consent: Consent {
            state: requested.state,
            at: app.clock.now(),
            source: ConsentSource::User,
        },
        evidence: evidence.text,
        sid: evidence.sid,
        recorded_by: Some(caller.username.to_string()),
    };
    let updated = app.store.record_consent(&conversation, &record).await?;
    let Some(updated) = updated else {
        let text = localized::consent::changed();
        return Err(conflict_with_current(&app, &conversation.id, text).await);
    };
    Response::json(200, &conversation_view(&app, &updated).await?)
}

/// Returns the user's description as evidence.
fn describe(text: &str) -> Result<Evidence> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::Unprocessable(localized::consent::no_evidence()));
    }
    if text.chars().count() > MAX_EVIDENCE_CHARS {
        return Err(Error::Unprocessable(localized::consent::evidence_too_long(
            MAX_EVIDENCE_CHARS,
        )));
    }
    Ok(Evidence { text: Some(text.to_owned()), sid: None })
}

/// Returns a message of the contact as evidence.
async fn quote(app: &App, conversation: &Conversation, id: &str) -> Result<Evidence> {
    let message = visible_message(app, conversation, id).await?;
    if message.direction != Direction::Inbound {
        return Err(Error::Unprocessable(localized::consent::not_from_the_contact()));
    }
    let text: String = message.body.trim().chars().take(MAX_EVIDENCE_CHARS).collect();
    Ok(Evidence {
        text: (!text.is_empty()).then_some(text),
        sid: message.sid.map(|sid| sid.to_string()),
    })
}
