//! `POST /api/numbers/check` checks a phone number and returns its conversation.
//!
//! It is a POST so that no phone number appears in a URL.

use serde::{Deserialize, Serialize};
use shared::address::Channel;
use shared::address::phone::PhoneNumberView;
use shared::config::InstallKey;
use shared::conversation::{Conversation, ConversationId, ConversationView, phone_number_view};
use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized::LocalizedTextView;
use shared::sending::can_send::{Reason, ReasonView, SendContext, can_start};
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
    /// Why this sender cannot send a first message to the number, for example because of its country.
    reasons: Vec<ReasonView>,
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
            reasons: Vec::new(),
            conversation: None,
        },
        Ok(contact) => {
            let view = phone_number_view(&contact);
            let id = ConversationId::direct(key, &sender.address, &contact);
            let stored = app.store.get_conversation(&id).await?;
            let stored = stored.filter(|found| caller.can_see_inbox(&found.inbox));
            let conversation = match stored.as_ref().filter(|found| found.list_pk.is_some()) {
                Some(found) => Some(conversation_view(&app, found).await?),
                None => None,
            };
            let started = stored.unwrap_or_else(|| {
                Conversation::direct(id, &sender.inbox, &sender.address, contact)
            });
            let context = SendContext {
                sender_available: true,
                countries: Some(senders.allowed_countries(sender)),
                ..SendContext::default()
            };
            let check = can_start(&started, &context, app.clock.now());
            CheckedNumber {
                valid: true,
                number: Some(view),
                error: None,
                localized_error: None,
                from,
                reasons: check.reasons.iter().map(Reason::view).collect(),
                conversation,
            }
        }
    };
    Response::json(200, &checked)
}
