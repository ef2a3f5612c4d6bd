//! `POST /api/conversations` starts a conversation, or returns the existing one.

use serde::Deserialize;
use shared::address::phone::{InvalidPhoneNumber, PhoneNumber};
use shared::address::{Address, Channel};
use shared::config::{InstallKey, Parameter, Sender};
use shared::conversation::{Conversation, ConversationId, ConversationView};
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized::{self, LocalizedText};
use shared::store::StartOutcome;
use utoipa::ToSchema;

use super::name::clean_name;
use crate::app::{App, Build, Cx, Needs, authenticated};
use crate::scope::conversation_view;

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

/// The configured senders, and the key for conversation IDs.
#[derive(Debug)]
pub struct SenderDirectory {
    senders: Vec<Sender>,
    key: InstallKey,
}

impl SenderDirectory {
    /// Creates the directory from the parameters.
    pub fn from_app(app: &App) -> Result<Self> {
        Ok(Self { senders: app.parameters.senders()?, key: app.parameters.install_key()? })
    }

    /// Returns the sender to write from, among those whose inbox the caller can see.
    ///
    /// That is the sender with the address `from`. Without `from`, it is the channel's first sender in the country of
    /// the typed number, or else the channel's first sender.
    pub fn select_sender(
        &self,
        caller: &Caller,
        from: Option<&str>,
        channel: Option<Channel>,
        typed: &str,
    ) -> Result<&Sender> {
        let rejected = |text| Err(Error::Unprocessable(text));
        let mut visible = self.senders.iter().filter(|sender| caller.can_see_inbox(&sender.inbox));
        let sender = if let Some(from) = from {
            let Some(selected) = visible.find(|sender| sender.address.as_str() == from) else {
                return rejected(localized::sender::missing());
            };
            selected
        } else {
            let requested_channel = channel.unwrap_or(Channel::Sms);
            let candidates: Vec<_> =
                visible.filter(|sender| sender.address.channel() == requested_channel).collect();
            let Some(&first) = candidates.first() else {
                return rejected(localized::sender::none_on(requested_channel.label()));
            };
            let country = self.parse_number(first, typed).ok().and_then(|number| number.region());
            let in_country =
                |sender: &&Sender| country.is_some() && sender_region(sender) == country;
            candidates.into_iter().find(in_country).unwrap_or(first)
        };
        match (sender.address.channel(), channel) {
            (sender_channel, Some(requested_channel)) if sender_channel != requested_channel => {
                rejected(localized::sender::not_on(requested_channel.label()))
            }
            (Channel::Messenger, _) => rejected(localized::sender::messenger_never_begins()),
            _ => Ok(sender),
        }
    }

    /// Returns the address of a typed number on the sender's channel.
    pub fn contact_address(&self, sender: &Sender, typed: &str) -> Result<Address, LocalizedText> {
        let number = self.parse_number(sender, typed)?;
        if self.senders.iter().any(|configured| configured.address.phone() == Some(&number)) {
            return Err(localized::number::ours());
        }
        Address::for_channel(sender.address.channel(), number)
            .ok_or_else(localized::number::not_on_channel)
    }

    /// Parses a typed number in the sender's country, or else in the country of our first phone number.
    fn parse_number(&self, sender: &Sender, typed: &str) -> Result<PhoneNumber, LocalizedText> {
        let region = sender_region(sender).or_else(|| self.senders.iter().find_map(sender_region));
        PhoneNumber::parse_typed(typed, region.as_deref())
            .map_err(InvalidPhoneNumber::localized_text)
    }

    /// Returns the ID of the conversation between a sender and a contact.
    pub fn conversation_id(&self, sender: &Sender, contact: &Address) -> ConversationId {
        ConversationId::direct(&self.key, &sender.address, contact)
    }
}

fn sender_region(sender: &Sender) -> Option<String> {
    sender.address.phone().and_then(PhoneNumber::region)
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(
        setup,
        Needs::parameters(&[Parameter::Senders, Parameter::Install]),
        SenderDirectory::from_app,
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
    Cx { app, state: senders, caller }: Cx<SenderDirectory, Caller>,
    request: Request,
) -> Result<Response> {
    let requested: StartConversation = request.json()?;
    let sender = senders.select_sender(
        &caller,
        requested.from.as_deref(),
        requested.channel,
        &requested.to,
    )?;
    let contact = senders.contact_address(sender, &requested.to).map_err(Error::Unprocessable)?;
    let id = senders.conversation_id(sender, &contact);
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
