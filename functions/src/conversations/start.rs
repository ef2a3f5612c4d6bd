//! `POST /api/conversations` starts a conversation, or returns the existing one.

use serde::Deserialize;
use shared::address::Channel;
use shared::config::InstallKey;
use shared::conversation::{Conversation, ConversationId, ConversationView};
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::store::StartOutcome;
use utoipa::ToSchema;

use super::name::clean_name;
use crate::app::{Build, Cx, Needs, authenticated};
use crate::scope::conversation_view;
use crate::senders::directory::{PARAMETERS_WITH_KEY, SenderDirectory};

/// The contact to write to, and the sender to write from.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartConversation {
    /// The phone number as the user typed it.
    to: String,
    /// `sms`, `whatsapp` or `rcs`. Defaults to the channel of `from`, or to `sms` without `from`.
    #[serde(default)]
    channel: Option<Channel>,
    /// The address of the sender. Defaults to the channel's first sender in the contact's country, or to its first.
    #[serde(default)]
    from: Option<String>,
    /// The contact's name.
    #[serde(default)]
    contact_name: Option<String>,
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
    post, path = "/api/conversations", operation_id = "start-conversation",
    request_body = StartConversation,
    responses(
        (status = 201, body = ConversationView, description = "Conversation created"),
        (status = 200, body = ConversationView, description = "Conversation already existed"),
    ),
)]
pub(crate) async fn handle(
    Cx { app, state, caller }: Cx<(SenderDirectory, InstallKey), Caller>,
    request: Request,
) -> Result<Response> {
    let (senders, key) = &*state;
    let requested: StartConversation = request.json()?;
    let sender = senders.select_sender(
        &caller,
        requested.from.as_deref(),
        requested.channel,
        &requested.to,
    )?;
    let contact = senders.contact_address(sender, &requested.to).map_err(Error::Unprocessable)?;
    let id = ConversationId::direct(key, &sender.address, &contact);
    let conversation = Conversation {
        name: clean_name(requested.contact_name.as_deref())?,
        ..Conversation::direct(id, &sender.inbox, &sender.address, contact)
    };
    match app.store.start_conversation(&conversation).await? {
        StartOutcome::Created(created) => {
            Response::json(201, &conversation_view(&app, &created).await?)
        }
        StartOutcome::Existing(existing) if caller.can_see_inbox(&existing.inbox) => {
            Response::json(200, &conversation_view(&app, &existing).await?)
        }
        StartOutcome::Existing(_) => Err(Error::conflict(localized::conversation::other_inbox())),
    }
}
