//! `POST /api/conversations/{id}/messages/check`: whether a message may go, what it costs, and why, before it is sent.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::address::{Address, Channel};
use shared::can_send::{Attachment, Reason, ReasonView, Verdict};
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::phone::PhoneNumber;
use shared::segments::Segments;
use shared::sentences;
use utoipa::ToSchema;

use super::deciding::{Counting, PARAMETERS, Senders, decide};
use crate::app::{App, Build, people};
use crate::conversations::seen_by;

/// The longest text that is looked at, characters: longer ones are too long anyway.
const LONGEST: usize = 10_000;

/// What somebody means to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckMessage {
    /// The text as it stands.
    body: String,
    /// What goes with it.
    #[serde(default)]
    media: Vec<CheckedMedia>,
}

/// One thing that goes with a text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckedMedia {
    /// Its type.
    content_type: String,
    /// Bytes.
    size: u64,
}

/// The decision, and the cost.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckResult {
    /// Whether it may go.
    verdict: Verdict,
    /// When it may go, if it has to wait.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// What is in the way.
    reasons: Vec<ReasonView>,
    /// In how many parts it goes; none where the channel counts none.
    segments: Option<Segments>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, PARAMETERS, Senders::open, handle)
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/messages/check", operation_id = "check-message",
    params(("id" = String, Path)), request_body = CheckMessage,
    responses((status = 200, body = CheckResult)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    senders: Arc<Senders>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let wanted: CheckMessage = request.json()?;
    if wanted.body.chars().count() > LONGEST || wanted.media.len() > 100 {
        return Err(Error::TooLarge(sentences::message::far_too_long()));
    }
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    let circumstances =
        senders.circumstances(&app, &caller, &conversation, Counting::Question).await?;
    let media: Vec<Attachment> = wanted
        .media
        .into_iter()
        .map(|one| Attachment { content_type: one.content_type, size: one.size })
        .collect();
    let decision = decide(&app, &circumstances, &conversation, &wanted.body, &media);
    let result = CheckResult {
        verdict: decision.verdict,
        until: decision.until,
        reasons: decision.reasons.iter().map(Reason::view).collect(),
        segments: segments(&conversation, &wanted.body),
    };
    Response::json(200, &result)
}

fn segments(conversation: &Conversation, body: &str) -> Option<Segments> {
    let contact = conversation.contact.as_ref()?;
    match contact.channel() {
        Channel::Sms => Some(Segments::of(body)),
        Channel::Rcs => {
            let region = Address::phone(contact).and_then(PhoneNumber::region);
            Some(Segments::of_rcs(body, region.as_deref() == Some("US")))
        }
        Channel::WhatsApp | Channel::Messenger | Channel::Client => None,
    }
}
