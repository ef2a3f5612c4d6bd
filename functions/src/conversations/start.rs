//! `POST /api/conversations`: a conversation begun from our side.

use std::sync::Arc;

use serde::Deserialize;
use shared::address::{Address, Channel};
use shared::config::{InstallKey, Parameter, Sender};
use shared::conversation::{Conversation, ConversationId, ConversationView};
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::phone::{InvalidPhoneNumber, PhoneNumber};
use shared::sentences::{self, Sentence};
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
    /// The channel: `sms` if absent and no sender is named, `whatsapp` or `rcs`.
    #[serde(default)]
    channel: Option<Channel>,
    /// One of our senders; of the channel's if absent: the one in the contact's country, or the first.
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

    /// The sender that is asked for by address, or of those of the channel the one in the country of the number that
    /// was typed, else the first; among those whose inbox the person sees.
    pub fn sender(
        &self,
        caller: &Caller,
        from: Option<&str>,
        channel: Option<Channel>,
        typed: &str,
    ) -> Result<&Sender> {
        let refused = |sentence| Err(Error::Refused(sentence));
        let mut own = self.senders.iter().filter(|sender| caller.sees(&sender.inbox));
        let sender = if let Some(from) = from {
            let Some(named) = own.find(|sender| sender.address.as_str() == from) else {
                return refused(sentences::sender::missing());
            };
            named
        } else {
            let wanted = channel.unwrap_or(Channel::Sms);
            let able: Vec<_> = own.filter(|sender| sender.address.channel() == wanted).collect();
            let Some(&first) = able.first() else {
                return refused(sentences::sender::none_on(wanted.label()));
            };
            let country = self.number(first, typed).ok().and_then(|number| number.region());
            let near = |sender: &&Sender| country.is_some() && region_of(sender) == country;
            able.into_iter().find(near).unwrap_or(first)
        };
        match (sender.address.channel(), channel) {
            (own, Some(wanted)) if own != wanted => {
                refused(sentences::sender::not_on(wanted.label()))
            }
            (Channel::Messenger, _) => refused(sentences::sender::messenger_never_begins()),
            _ => Ok(sender),
        }
    }

    /// The address that a person typed the number of, on the sender's channel.
    pub fn contact(&self, sender: &Sender, typed: &str) -> Result<Address, Sentence> {
        let number = self.number(sender, typed)?;
        if self.senders.iter().any(|own| own.address.phone() == Some(&number)) {
            return Err(sentences::number::ours());
        }
        Address::on(sender.address.channel(), number).ok_or_else(sentences::number::not_on_channel)
    }

    /// What was typed, read in the sender's country, or in that of the first number of ours.
    fn number(&self, sender: &Sender, typed: &str) -> Result<PhoneNumber, Sentence> {
        let region = region_of(sender).or_else(|| self.senders.iter().find_map(region_of));
        PhoneNumber::parse_typed(typed, region.as_deref()).map_err(InvalidPhoneNumber::sentence)
    }

    /// The id of the conversation between a sender of ours and a contact.
    pub fn conversation(&self, sender: &Sender, contact: &Address) -> ConversationId {
        ConversationId::direct(&self.key, &sender.address, contact)
    }
}

fn region_of(sender: &Sender) -> Option<String> {
    sender.address.phone().and_then(PhoneNumber::region)
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
    let sender = line.sender(&caller, wanted.from.as_deref(), wanted.channel, &wanted.to)?;
    let contact = line.contact(sender, &wanted.to).map_err(Error::Refused)?;
    let id = line.conversation(sender, &contact);
    let conversation = Conversation {
        name: clean_name(wanted.contact_name.as_deref())?,
        ..Conversation::direct(id, &sender.inbox, &sender.address, contact)
    };
    match app.store.start(&conversation).await? {
        StartOutcome::Created(created) => Response::json(201, &view(&created)?),
        StartOutcome::Existing(existing) if caller.sees(&existing.inbox) => {
            Response::json(200, &view(&existing)?)
        }
        StartOutcome::Existing(_) => Err(Error::conflict(sentences::conversation::other_inbox())),
    }
}
