//! `POST /api/numbers/check`: whether what was typed is a number, and whether we know it. A POST, so that no number
//! stands in a URL.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::address::Channel;
use shared::config::Parameter;
use shared::conversation::{ConversationView, number_view};
use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::phone::PhoneNumberView;
use shared::sentences::SentenceView;
use utoipa::ToSchema;

use crate::app::{App, Build, people};
use crate::conversations::start::Line;

/// What was typed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckNumber {
    /// The text.
    number: String,
    /// The channel to write by; `sms` if absent and no sender is named.
    #[serde(default)]
    channel: Option<Channel>,
    /// The sender of ours to write from; of the channel's if absent: the one in the contact's country, or the first.
    #[serde(default)]
    from: Option<String>,
}

/// What it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedNumber {
    /// Whether it is a number.
    valid: bool,
    /// The number.
    number: Option<PhoneNumberView>,
    /// Why it is none, in English.
    reason: Option<String>,
    /// The same by its key.
    sentence: Option<SentenceView>,
    /// The sender of ours that a conversation would be begun from.
    from: String,
    /// The conversation that is on the desk already.
    conversation: Option<ConversationView>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[Parameter::Senders, Parameter::Install], Line::open, handle)
}

#[utoipa::path(
    post, path = "/api/numbers/check", operation_id = "check-number", request_body = CheckNumber,
    responses((status = 200, body = CheckedNumber)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    line: Arc<Line>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let wanted: CheckNumber = request.json()?;
    let typed: String = wanted.number.chars().take(200).collect();
    let sender = line.sender(&caller, wanted.from.as_deref(), wanted.channel, &typed)?;
    let from = sender.address.to_string();
    let checked = match line.contact(sender, &typed) {
        Err(sentence) => CheckedNumber {
            valid: false,
            number: None,
            reason: Some(sentence.to_string()),
            sentence: Some(sentence.view()),
            from,
            conversation: None,
        },
        Ok(contact) => {
            let view = number_view(&contact);
            let id = line.conversation(sender, &contact);
            let known = app.store.conversation(&id).await?;
            CheckedNumber {
                valid: true,
                number: Some(view),
                reason: None,
                sentence: None,
                from,
                conversation: known
                    .filter(|known| caller.sees(&known.inbox))
                    .and_then(|known| known.view()),
            }
        }
    };
    Response::json(200, &checked)
}
