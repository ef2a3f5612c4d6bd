//! `POST /api/numbers/check` checks a phone number and returns its conversation.
//!
//! It is a POST so that no phone number appears in a URL.

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
use crate::scope::conversation_view;
use crate::senders::directory::{PARAMETERS_WITH_KEY, SenderDirectory};

/// The number to check.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckNumber {
    /// The phone number as the user typed it.
    number: String,
    /// `sms`, `whatsapp` or `rcs`. Defaults to the channel of `from`, or to `sms` without `from`.
    #[serde(default)]
    channel: Option<Channel>,
    /// The address of the sender. Defaults to the channel's first sender in the contact's country, or to its first.
    #[serde(default)]
    from: Option<String>,
}

/// The result of checking a number.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedNumber {
    /// Whether the number is valid.
    valid: bool,
    /// The parsed number; null if it is invalid.
    number: Option<PhoneNumberView>,
    /// Why the number is invalid, in English.
    error: Option<String>,
    /// `error` as a localized text.
    localized_error: Option<LocalizedTextView>,
    /// The address of the sender that a new conversation would have.
    from: String,
    /// The existing conversation with this number, if the user can see it.
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
            let conversation = conversation
                .filter(|found| found.list_pk.is_some() && caller.can_see_inbox(&found.inbox));
            let conversation = match conversation {
                Some(found) => Some(conversation_view(&app, &found).await?),
                None => None,
            };
            CheckedNumber {
                valid: true,
                number: Some(view),
                error: None,
                localized_error: None,
                from,
                conversation,
            }
        }
    };
    Response::json(200, &checked)
}
