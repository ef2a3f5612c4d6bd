//! `POST /api/conversations`: a conversation begun from our side.

use std::sync::Arc;

use serde::Deserialize;
use shared::address::Address;
use shared::config::{InstallKey, Parameter, Sender};
use shared::conversation::{Conversation, ConversationId, ConversationView};
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::phone::PhoneNumber;
use shared::store::StartOutcome;
use utoipa::ToSchema;

use super::update::clean_name;
use super::view;
use crate::app::{App, Build, people};

/// Whom to write to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartConversation {
    /// The number, as a person types it.
    to: String,
    /// One of our senders; the first if absent.
    #[serde(default)]
    from: Option<String>,
    /// The contact's name.
    #[serde(default)]
    contact_name: Option<String>,
}

/// Our senders and the key of ids.
#[derive(Debug)]
pub struct Line {
    senders: Vec<Sender>,
    key: InstallKey,
}

impl Line {
    /// From the parameters.
    pub fn open(app: &App) -> Result<Self> {
        Ok(Self { senders: app.parameters.senders()?, key: app.parameters.install_key()? })
    }

    /// The sender that is asked for, among those whose inbox the person sees.
    pub fn sender(&self, caller: &Caller, from: Option<&str>) -> Result<&Sender> {
        let mut own = self.senders.iter().filter(|sender| caller.sees(&sender.inbox));
        let found = match from {
            Some(from) => own.find(|sender| sender.address.as_str() == from),
            None => own.next(),
        };
        found.ok_or_else(|| Error::Refused("This number of ours is not set up.".to_owned()))
    }

    /// The number that a person typed, read in the sender's country.
    pub fn number(sender: &Sender, typed: &str) -> Result<PhoneNumber, String> {
        let region = sender.address.phone().and_then(PhoneNumber::region);
        let number = PhoneNumber::parse_typed(typed, region.as_deref())
            .map_err(|wrong| wrong.to_string())?;
        if sender.address.phone() == Some(&number) {
            return Err("This is our own number.".to_owned());
        }
        Ok(number)
    }

    /// The id of the conversation between a sender of ours and a number.
    pub fn conversation(&self, sender: &Sender, contact: &Address) -> ConversationId {
        ConversationId::direct(&self.key, &sender.address, contact)
    }
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[Parameter::Senders, Parameter::Install], Line::open, handle)
}

#[utoipa::path(
    post, path = "/api/conversations", operation_id = "start-conversation",
    request_body = StartConversation,
    responses(
        (status = 201, body = ConversationView, description = "It is new on the desk"),
        (status = 200, body = ConversationView, description = "It was there"),
    ),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    line: Arc<Line>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let wanted: StartConversation = request.json()?;
    let sender = line.sender(&caller, wanted.from.as_deref())?;
    let contact = Address::sms(Line::number(sender, &wanted.to).map_err(Error::Refused)?);
    let conversation = Conversation {
        id: line.conversation(sender, &contact),
        kind: "direct".to_owned(),
        inbox: sender.inbox.clone(),
        business: Some(sender.address.clone()),
        contact: Some(contact),
        name: clean_name(wanted.contact_name.as_deref())?,
        profile_name: None,
        inbound_at: None,
        consent: None,
        note: None,
        rev: 0,
        unread: 0,
        preview: None,
        last: None,
        cleared: None,
        created: None,
        list_pk: None,
        list_sk: None,
    };
    match app.store.start(&conversation).await? {
        StartOutcome::Created(created) => Response::json(201, &view(&created)?),
        StartOutcome::Existing(existing) if caller.sees(&existing.inbox) => {
            Response::json(200, &view(&existing)?)
        }
        StartOutcome::Existing(_) => {
            let detail = "Somebody of another inbox writes with this number.".to_owned();
            Err(Error::Conflict { detail, current: None })
        }
    }
}
