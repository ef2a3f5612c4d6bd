//! `POST /twilio/messages`: a customer's message, stored before it is acknowledged.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::config::{InstallKey, Parameter, Sender};
use shared::consent::meaning;
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::lambda::{Request, Response, Setup};
use shared::media::Media;
use shared::message::{Direction, Message};
use shared::particulars::{Particulars, ReplyTo};
use shared::sentences;
use shared::sid::MessageSid;
use shared::store::{Arrival, Received};
use shared::twilio::webhook::{InboundMessage, MediaLink};

use super::webhook::{Door, Form, Reason, Signed, quarantine};
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
    pub fn read(&self, app: &App, form: Form) -> Result<Arrival, Reason> {
        let form = form.map_err(Reason::no_form)?;
        let inbound = InboundMessage::parse(&form).map_err(Reason::unreadable)?;
        self.arrival(app, inbound)
    }

    /// The message that Twilio tells of, or why it cannot be filed.
    pub fn arrival(&self, app: &App, inbound: InboundMessage) -> Result<Arrival, Reason> {
        if inbound.account != self.door.account.account_sid {
            return Err(Reason::foreign_account());
        }
        let sender = self.senders.iter().find(|sender| sender.address == inbound.to);
        let sender = sender.ok_or_else(|| {
            Reason::new("unknown_number", sentences::quarantine::unknown_number())
        })?;
        let waiting = |link: &MediaLink| Media::waiting(&link.url, link.content_type.as_deref());
        let message = Message {
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
            media: inbound.media.iter().map(waiting).collect(),
            particulars: Particulars {
                location: inbound.location,
                button: inbound.button,
                reply_to: inbound.reply_to.map(|sid| ReplyTo { sid, message_id: None }),
                referral: inbound.referral,
                other_recipients: inbound.other_recipients.into_iter().map(Into::into).collect(),
                forwarded: inbound.forwarded,
                opt_out: inbound.opt_out_type.as_deref().and_then(|read| meaning(read, false)),
            },
            price: None,
            fell_back: false,
            redacted: false,
        };
        Ok(Arrival::new(message, inbound.profile_name, false))
    }
}

/// Stores what arrived, with the message that it answers where we know that one.
pub async fn file(app: &App, mut arrival: Arrival) -> Result<Received> {
    let conversation = &arrival.message.conversation;
    if let Some(reply_to) = &mut arrival.message.particulars.reply_to
        && let Ok(sid) = MessageSid::parse(&reply_to.sid)
    {
        match app.store.message_by_sid(&sid).await {
            Ok(Some((own, id))) if own == *conversation => {
                reply_to.message_id = Some(id.to_string());
            }
            Ok(_) => {}
            // The message matters more than what it answers.
            Err(error) => tracing::warn!(%error, "What a message answers could not be looked up"),
        }
    }
    app.store.receive(arrival).await
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    public(setup, PARAMETERS, Desk::open, handle)
}

async fn handle(app: Arc<App>, desk: Arc<Desk>, request: Request) -> Result<Response> {
    let sent = Signed::of(&request, PATH);
    let form = match desk.door.admit(&app, &sent).await {
        Ok(form) => form,
        Err(refusal) => return Ok(refusal),
    };
    let arrival = match desk.read(&app, form) {
        Ok(arrival) => arrival,
        Err(reason) => return quarantine(&app, &sent, &reason).await,
    };
    match file(&app, arrival).await? {
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
