//! `POST /api/conversations/{id}/messages/check` returns the send check and the segments of a draft.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::address::phone::PhoneNumber;
use shared::address::{Address, Channel};
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::sending::can_send::{DraftAttachment, Reason, ReasonView, SendDecision};
use shared::sending::segments::Segments;
use utoipa::ToSchema;

use super::send_check::{RateMode, check_send, send_context};
use crate::app::{Build, Cx, Needs, authenticated};
use crate::scope::visible_conversation;
use crate::senders::directory::{PARAMETERS, SenderDirectory};

/// The maximum length of a text that is checked, in characters. It exceeds the limit of every channel.
const MAX_BODY_CHARS: usize = 10_000;

/// A message to be checked before it is sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckMessage {
    /// The text.
    body: String,
    /// The attachments.
    #[serde(default)]
    media: Vec<CheckedMedia>,
}

/// An attachment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckedMedia {
    /// The media type.
    content_type: String,
    /// The size in bytes.
    size: u64,
}

/// The send check and the segments of a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckResult {
    /// Whether the message can be sent.
    decision: SendDecision,
    /// When the message can be sent, if it must wait.
    #[schema(value_type = Option<String>, format = DateTime)]
    retry_at: Option<Timestamp>,
    /// Why the message cannot be sent.
    reasons: Vec<ReasonView>,
    /// The segments of the message; null on channels without segments.
    segments: Option<Segments>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::parameters(PARAMETERS), SenderDirectory::from_app, handle)
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/messages/check", operation_id = "check-message",
    params(("id" = String, Path)), request_body = CheckMessage,
    responses((status = 200, body = CheckResult)),
)]
pub(crate) async fn handle(
    Cx { app, state: senders, caller }: Cx<SenderDirectory, Caller>,
    request: Request,
) -> Result<Response> {
    let requested: CheckMessage = request.json()?;
    if requested.body.chars().count() > MAX_BODY_CHARS || requested.media.len() > 100 {
        return Err(Error::TooLarge(localized::message::far_too_long()));
    }
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    let context = send_context(&app, &senders, &caller, &conversation, RateMode::Peek).await?;
    let media: Vec<DraftAttachment> = requested
        .media
        .into_iter()
        .map(|file| DraftAttachment { content_type: file.content_type, size: file.size })
        .collect();
    let check = check_send(&app, &context, &conversation, &requested.body, &media);
    let result = CheckResult {
        decision: check.decision,
        retry_at: check.retry_at,
        reasons: check.reasons.iter().map(Reason::view).collect(),
        segments: count_segments(&conversation, &requested.body),
    };
    Response::json(200, &result)
}

fn count_segments(conversation: &Conversation, body: &str) -> Option<Segments> {
    let contact = conversation.contact.as_ref()?;
    match contact.channel() {
        Channel::Sms => Some(Segments::for_sms(body)),
        Channel::Rcs => {
            let region = Address::phone(contact).and_then(PhoneNumber::region);
            Some(Segments::for_rcs(body, region.as_deref() == Some("US")))
        }
        Channel::WhatsApp | Channel::Messenger | Channel::Client => None,
    }
}
