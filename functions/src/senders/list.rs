//! `GET /api/senders` returns the senders that the user can send from.

use serde::Serialize;
use shared::address::Channel;
use shared::address::phone::PhoneNumberView;
use shared::conversation::phone_number_view;
use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};
use utoipa::ToSchema;

use super::directory::{PARAMETERS, SenderDirectory};
use crate::app::{Build, Cx, Needs, authenticated};

/// A sender: an address that messages are sent from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sender)]
pub struct SenderView {
    /// The address as Twilio writes it.
    address: String,
    /// The channel.
    channel: Channel,
    /// The inbox of its conversations.
    inbox: String,
    /// The display name.
    name: String,
    /// The address for display.
    number: PhoneNumberView,
}

/// The senders that the user can send from.
#[derive(Debug, Serialize, ToSchema)]
pub struct SenderList {
    /// The senders, in the order of the configuration.
    senders: Vec<SenderView>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::parameters(PARAMETERS), SenderDirectory::from_app, handle)
}

#[utoipa::path(
    get, path = "/api/senders", operation_id = "list-senders",
    responses((status = 200, body = SenderList)),
)]
pub(crate) async fn handle(
    Cx { state: senders, caller, .. }: Cx<SenderDirectory, Caller>,
    _request: Request,
) -> Result<Response> {
    let visible = senders.visible_to(&caller).map(|sender| SenderView {
        address: sender.address.to_string(),
        channel: sender.address.channel(),
        inbox: sender.inbox.to_string(),
        name: sender.name.clone(),
        number: phone_number_view(&sender.address),
    });
    Response::json(200, &SenderList { senders: visible.collect() })
}
