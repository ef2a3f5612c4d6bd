//! `POST /api/numbers/check`: whether what was typed is a number, and whether we know it. A POST, so that no number
//! stands in a URL.

use serde::{Deserialize, Serialize};
use shared::address::Channel;
use shared::address::phone::PhoneNumberView;
use shared::config::InstallKey;
use shared::conversation::{ConversationId, ConversationView, phone_number_view};
use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized::LocalizedTextView;
use utoipa::ToSchema;

use crate::app::{Build, Cx, Needs, authenticated};
use crate::senders::directory::{PARAMETERS_WITH_KEY, SenderDirectory};

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

/// The result of checking a number.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedNumber {
    /// Whether the number is valid.
    valid: bool,
    /// The number.
    number: Option<PhoneNumberView>,
    /// Why the number is invalid, in English.
    error: Option<String>,
    /// The same by its key.
    localized_error: Option<LocalizedTextView>,
    /// The sender of ours that a conversation would be begun from.
    from: String,
    /// The conversation that is on the desk already.
    conversation: Option<ConversationView>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(
        setup,
        Needs::parameters(PARAMETERS_WITH_KEY),
        SenderDirectory::with_install_key,
        handle,
    )
}

#[utoipa::path(
    post, path = "/api/numbers/check", operation_id = "check-number", request_body = CheckNumber,
    responses((status = 200, body = CheckedNumber)),
)]
pub(crate) async fn handle(
    Cx { app, state, caller }: Cx<(SenderDirectory, InstallKey), Caller>,
    request: Request,
) -> Result<Response> {
    let (senders, key) = &*state;
    let requested: CheckNumber = request.json()?;
    let typed: String = requested.number.chars().take(200).collect();
    let sender =
        senders.select_sender(&caller, requested.from.as_deref(), requested.channel, &typed)?;
    let from = sender.address.to_string();
    let checked = match senders.contact_address(sender, &typed) {
        Err(text) => CheckedNumber {
            valid: false,
            number: None,
            error: Some(text.to_string()),
            localized_error: Some(text.view()),
            from,
            conversation: None,
        },
        Ok(contact) => {
            let view = phone_number_view(&contact);
            let id = ConversationId::direct(key, &sender.address, &contact);
            let conversation = app.store.get_conversation(&id).await?;
            CheckedNumber {
                valid: true,
                number: Some(view),
                error: None,
                localized_error: None,
                from,
                conversation: conversation
                    .filter(|conversation| caller.can_see_inbox(&conversation.inbox))
                    .and_then(|conversation| conversation.view()),
            }
        }
    };
    Response::json(200, &checked)
}
