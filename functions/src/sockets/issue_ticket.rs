//! `POST /api/sockets/ticket` issues a ticket that opens one socket.
//!
//! A ticket is valid once, for 30 s, and only for the origin that requested it.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use shared::config::{Parameter, Urls};
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::store::{TICKET_TTL, Ticket};
use utoipa::ToSchema;

use crate::app::{Build, Cx, Needs, authenticated};

/// The empty request body.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueTicket {}

/// A ticket that opens one socket.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedTicket {
    /// The ticket. Offer it as the subprotocol `t.{ticket}`, together with `partyline.v1`.
    ticket: String,
    /// The URL of the WebSocket.
    url: String,
    /// Seconds until the ticket expires.
    expires_in: u64,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::parameters(&[Parameter::Urls]), |app| app.parameters.urls(), handle)
}

#[utoipa::path(
    post, path = "/api/sockets/ticket", operation_id = "issue-ticket", request_body = IssueTicket,
    responses((status = 200, body = IssuedTicket)),
)]
pub(crate) async fn handle(
    Cx { app, state: urls, caller }: Cx<Urls, Caller>,
    request: Request,
) -> Result<Response> {
    let IssueTicket {} = request.json()?;
    let default_origin = urls.public.first().map_or("", String::as_str);
    let origin = request.header("origin").unwrap_or(default_origin);
    if !urls.public.iter().any(|url| url == origin) {
        return Err(Error::Forbidden(localized::socket::foreign_page()));
    }
    let ticket = BASE64URL_NOPAD.encode(&app.ids.random().to_be_bytes());
    let ticket_row = Ticket {
        user: caller.username.clone(),
        role: caller.role(),
        // The page lists only this inbox, so the socket receives no events of others.
        inboxes: caller.default_inbox().cloned().into_iter().collect(),
        origin: origin.to_owned(),
        expires_at: app.store.expires_at(TICKET_TTL),
    };
    app.store.put_ticket(&ticket, &ticket_row).await?;
    let url = urls.socket.clone();
    Response::json(200, &IssuedTicket { ticket, url, expires_in: TICKET_TTL.as_secs() })
}
