//! `POST /twilio/messages`: a customer's message, stored before it is acknowledged.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::config::{InstallKey, Parameter, Sender};
use shared::consent::meaning;
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::lambda::{Request, Response, Setup};
use shared::message::{Direction, Message};
use shared::particulars::Particulars;
use shared::store::Received;
use shared::twilio::webhook::InboundMessage;

use super::webhook::{Door, Form, Reason, quarantine};
use crate::app::{App, Build, public};

/// The route, as Twilio is told it.
pub const PATH: &str = "/twilio/messages";

const PARAMETERS: &[Parameter] =
    &[Parameter::Twilio, Parameter::Urls, Parameter::Senders, Parameter::Install];

/// What files a message.
#[derive(Debug)]
pub struct Desk {
    /// What proves a webhook.
    pub door: Door,
    senders: Vec<Sender>,
    key: InstallKey,
}

impl Desk {
    /// From the parameters.
    pub fn open(app: &App) -> Result<Self> {
        Ok(Self {
            door: Door::open(app)?,
            senders: app.parameters.senders()?,
            key: app.parameters.install_key()?,
        })
    }

    /// The message in a form, or why it cannot be filed.
    pub fn read(&self, app: &App, form: Form) -> Result<Message, Reason> {
        let form = form.map_err(|wrong| Reason::new(wrong.word(), wrong.to_string()))?;
        let inbound = InboundMessage::parse(&form)
            .map_err(|wrong| Reason::new("unreadable", wrong.to_string()))?;
        if inbound.account != self.door.account.account_sid {
            return Err(Reason::new("foreign_account", "It belongs to another Twilio account."));
        }
        let sender = self.senders.iter().find(|sender| sender.address == inbound.to);
        let sender = sender.ok_or_else(|| {
            Reason::new("unknown_number", "It was sent to a number that is not set up here.")
        })?;
        let opt_out = inbound.opt_out_type.as_deref().and_then(|read| meaning(read, false));
        Ok(Message {
            id: app.ids.ulid(app.clock.now()),
            conversation: ConversationId::direct(&self.key, &inbound.to, &inbound.from),
            inbox: sender.inbox.clone(),
            direction: Direction::Inbound,
            business: inbound.to,
            contact: inbound.from,
            author: None,
            body: inbound.body,
            seen: BTreeMap::new(),
            outcome: None,
            rev: 1,
            sid: Some(inbound.sid),
            key: None,
            retried_by: None,
            segments: inbound.num_segments,
            media: Vec::new(),
            particulars: Particulars { opt_out, ..Particulars::default() },
            price: None,
            fell_back: false,
            redacted: false,
        })
    }
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    public(setup, PARAMETERS, Desk::open, handle)
}

async fn handle(app: Arc<App>, desk: Arc<Desk>, request: Request) -> Result<Response> {
    let form = match desk.door.admit(&app, &request, PATH).await {
        Ok(form) => form,
        Err(refusal) => return Ok(refusal),
    };
    let message = match desk.read(&app, form) {
        Ok(message) => message,
        Err(reason) => return quarantine(&app, &request, &reason).await,
    };
    match app.store.receive(message).await? {
        Received::Now(message) => {
            tracing::info!(
                conversation.id = %message.conversation,
                message.id = %message.id,
                "A message arrived"
            );
        }
        Received::Before => tracing::info!("A message arrived again"),
    }
    Ok(Response::twiml())
}
