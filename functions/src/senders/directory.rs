//! The configured senders: which one writes to a contact, by which route, and to which countries.

use shared::address::phone::{InvalidPhoneNumber, PhoneNumber};
use shared::address::{Address, Channel};
use shared::config::{InstallKey, Parameter, Sender};
use shared::error::{Error, Result};
use shared::inbox_name::InboxName;
use shared::lambda::Caller;
use shared::localized::{self, LocalizedText};
use shared::sid::MessagingServiceSid;

use crate::app::App;

/// The parameters of [`SenderDirectory::from_app`].
pub const PARAMETERS: &[Parameter] = &[Parameter::Senders];

/// The parameters of [`SenderDirectory::with_install_key`].
pub const PARAMETERS_WITH_KEY: &[Parameter] = &[Parameter::Senders, Parameter::Install];

/// The configured senders, in the order of the configuration.
#[derive(Debug)]
pub struct SenderDirectory(Vec<Sender>);

/// The sender and recipient of a message as the create call names them.
#[derive(Debug, PartialEq, Eq)]
pub struct SendRoute {
    /// The recipient.
    pub to: Address,
    /// Our sender; `None` if the Messaging Service chooses it.
    pub from: Option<Address>,
    /// The sender's Messaging Service.
    pub service: Option<MessagingServiceSid>,
}

impl SenderDirectory {
    /// Reads the senders from the parameters.
    pub fn from_app(app: &App) -> Result<Self> {
        app.parameters.senders().map(Self)
    }

    /// Reads the senders and the install key, of which conversation IDs are made.
    pub fn with_install_key(app: &App) -> Result<(Self, InstallKey)> {
        Ok((Self::from_app(app)?, app.parameters.install_key()?))
    }

    /// Returns the sender with this address.
    pub fn find(&self, address: &Address) -> Option<&Sender> {
        self.0.iter().find(|sender| sender.address == *address)
    }

    /// Returns whether a configured sender uses this Messaging Service, or no sender names one.
    pub fn knows_service(&self, service: &str) -> bool {
        let mut services =
            self.0.iter().filter_map(|it| it.messaging_service_sid.as_ref()).peekable();
        services.peek().is_none() || services.any(|known| known.as_str() == service)
    }

    /// Returns the senders whose inbox the caller can see.
    pub fn visible_to(&self, caller: &Caller) -> impl Iterator<Item = &Sender> {
        self.0.iter().filter(|sender| caller.can_see_inbox(&sender.inbox))
    }

    /// Returns the inboxes of all senders, each once, in the order of the senders.
    pub fn inboxes(&self) -> Vec<InboxName> {
        let mut inboxes = Vec::new();
        for sender in &self.0 {
            if !inboxes.contains(&sender.inbox) {
                inboxes.push(sender.inbox.clone());
            }
        }
        inboxes
    }

    /// Selects the sender of a new conversation among those that the caller can see.
    ///
    /// That is the sender with the address `from`. Without it, it is the sender of the channel (SMS if absent) in the
    /// country of the number `typed`, or the first of the channel.
    ///
    /// # Errors
    /// Fails if there is no such sender, if it is on another channel, or if its channel cannot start a conversation.
    pub fn select_sender(
        &self,
        caller: &Caller,
        from: Option<&str>,
        channel: Option<Channel>,
        typed: &str,
    ) -> Result<&Sender> {
        let mut visible = self.visible_to(caller);
        let sender = if let Some(from) = from {
            let selected = visible.find(|sender| sender.address.as_str() == from);
            selected.ok_or_else(|| Error::Unprocessable(localized::sender::missing()))?
        } else {
            let channel = channel.unwrap_or(Channel::Sms);
            let candidates: Vec<_> =
                visible.filter(|sender| sender.address.channel() == channel).collect();
            let none = || Error::Unprocessable(localized::sender::none_on(channel.label()));
            let first = candidates.first().copied().ok_or_else(none)?;
            let country = self.parse_number(first, typed).ok().and_then(|number| number.region());
            let in_country =
                |sender: &&Sender| country.is_some() && sender_region(sender) == country;
            candidates.into_iter().find(in_country).unwrap_or(first)
        };
        let sender_channel = sender.address.channel();
        if let Some(requested) = channel.filter(|requested| *requested != sender_channel) {
            return Err(Error::Unprocessable(localized::sender::not_on(requested.label())));
        }
        if sender_channel == Channel::Messenger {
            return Err(Error::Unprocessable(localized::sender::messenger_never_begins()));
        }
        Ok(sender)
    }

    /// Returns the address of the typed number on the sender's channel.
    ///
    /// # Errors
    /// Fails if the number is invalid, is one of our own, or has no address on the channel.
    pub fn contact_address(&self, sender: &Sender, typed: &str) -> Result<Address, LocalizedText> {
        let number = self.parse_number(sender, typed)?;
        if self.0.iter().any(|configured| configured.address.phone() == Some(&number)) {
            return Err(localized::number::ours());
        }
        Address::for_channel(sender.address.channel(), number)
            .ok_or_else(localized::number::not_on_channel)
    }

    /// Returns the regions that a sender may write to: its own list, or the regions of all our numbers.
    pub fn allowed_countries(&self, sender: &Sender) -> Vec<String> {
        let own_countries = || self.0.iter().filter_map(sender_region).collect();
        sender.countries.clone().unwrap_or_else(own_countries)
    }

    /// Returns the route of a message, through the sender's Messaging Service if it has one.
    ///
    /// RCS with a service uses the plain number, so that the service can fall back to SMS.
    pub fn route(&self, business: &Address, contact: &Address) -> SendRoute {
        let service = self.find(business).and_then(|sender| sender.messaging_service_sid.clone());
        match (contact.phone(), contact.channel(), service) {
            (Some(phone), Channel::Rcs, Some(service)) => {
                SendRoute { to: Address::sms(phone.clone()), from: None, service: Some(service) }
            }
            (_, _, service) => {
                SendRoute { to: contact.clone(), from: Some(business.clone()), service }
            }
        }
    }

    /// Parses a typed number in the sender's region, or in that of our first number.
    fn parse_number(&self, sender: &Sender, typed: &str) -> Result<PhoneNumber, LocalizedText> {
        let region = sender_region(sender).or_else(|| self.0.iter().find_map(sender_region));
        PhoneNumber::parse_typed(typed, region.as_deref())
            .map_err(InvalidPhoneNumber::localized_text)
    }
}

fn sender_region(sender: &Sender) -> Option<String> {
    sender.address.phone().and_then(PhoneNumber::region)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::session::Claims;

    use super::*;

    const US: &str = "+18555080989";
    const GERMAN: &str = "+4915123456789";
    const WHATSAPP: &str = "whatsapp:+18555080990";
    const PAGE: &str = "messenger:110000000000001";
    const RCS: &str = "rcs:partyline_demo_agent";

    fn directory() -> SenderDirectory {
        let service = format!("MG{:032x}", 1);
        let senders = json!([
            { "address": US, "name": "US", "inbox": "main" },
            { "address": GERMAN, "name": "DE", "inbox": "main", "countries": ["DE", "AT"] },
            { "address": WHATSAPP, "name": "WhatsApp", "inbox": "sales" },
            { "address": PAGE, "name": "Page", "inbox": "main" },
            { "address": RCS, "name": "RCS", "inbox": "main", "messaging_service_sid": service },
        ]);
        SenderDirectory(serde_json::from_value(senders).unwrap())
    }

    fn caller(inboxes: &[&str]) -> Caller {
        let claims: Claims = serde_json::from_value(json!({
            "iss": "", "aud": "", "iat": 0, "exp": 0,
            "sub": "anna", "name": "Anna", "role": "agent", "inboxes": inboxes,
        }))
        .unwrap();
        Caller::from(claims)
    }

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn select(from: Option<&str>, channel: Option<Channel>, typed: &str) -> Option<String> {
        let directory = directory();
        let selected = directory.select_sender(&caller(&["main"]), from, channel, typed);
        selected.ok().map(|sender| sender.address.to_string())
    }

    #[test]
    fn the_sender_in_the_country_of_the_number_is_selected_otherwise_the_first() {
        assert_eq!(select(None, None, "206 555 0100").as_deref(), Some(US));
        assert_eq!(select(None, None, "+49 151 23456780").as_deref(), Some(GERMAN));
        assert_eq!(select(None, None, "+33 6 12 34 56 78").as_deref(), Some(US));
        assert_eq!(select(None, None, "no number").as_deref(), Some(US));
        assert_eq!(select(Some(GERMAN), None, "206 555 0100").as_deref(), Some(GERMAN));
    }

    #[test]
    fn a_sender_that_is_hidden_or_on_another_channel_is_not_selected() {
        assert_eq!(select(Some(WHATSAPP), None, "206 555 0100"), None);
        assert_eq!(select(None, Some(Channel::WhatsApp), "206 555 0100"), None);
        assert_eq!(select(Some(US), Some(Channel::WhatsApp), "206 555 0100"), None);
        assert_eq!(select(Some("+12065550100"), None, "206 555 0100"), None);
        assert_eq!(select(Some(PAGE), None, "206 555 0100"), None);
        let sales = caller(&["sales"]);
        let directory = directory();
        let selected = directory.select_sender(&sales, None, Some(Channel::WhatsApp), "x").unwrap();
        assert_eq!(selected.address.as_str(), WHATSAPP);
    }

    #[test]
    fn a_contact_has_an_address_on_the_senders_channel_unless_the_number_is_ours() {
        let directory = directory();
        let sender = |text: &str| directory.find(&address(text)).unwrap();
        let contact = |from: &str, typed: &str| {
            directory.contact_address(sender(from), typed).ok().map(|contact| contact.to_string())
        };
        assert_eq!(contact(US, "(206) 555-0100").as_deref(), Some("+12065550100"));
        assert_eq!(contact(GERMAN, "0151 23456780").as_deref(), Some("+4915123456780"));
        assert_eq!(contact(WHATSAPP, "206 555 0100").as_deref(), Some("whatsapp:+12065550100"));
        // An RCS agent has no region; that of the first number is used.
        assert_eq!(contact(RCS, "206 555 0100").as_deref(), Some("rcs:+12065550100"));
        assert_eq!(contact(PAGE, "206 555 0100"), None);
        assert_eq!(contact(US, GERMAN), None);
        assert_eq!(contact(US, "none"), None);
    }

    #[test]
    fn a_sender_without_a_list_may_write_to_the_countries_of_all_our_numbers() {
        let directory = directory();
        let countries =
            |text: &str| directory.allowed_countries(directory.find(&address(text)).unwrap());
        assert_eq!(countries(GERMAN), ["DE", "AT"]);
        for region in ["US", "DE"] {
            assert!(countries(RCS).contains(&region.to_owned()));
        }
        assert!(!countries(RCS).contains(&"AT".to_owned()));
    }

    #[test]
    fn a_message_goes_through_the_senders_service_and_rcs_to_the_plain_number() {
        let directory = directory();
        let sms = directory.route(&address(US), &address("+12065550100"));
        let from = Some(address(US));
        assert_eq!(sms, SendRoute { to: address("+12065550100"), from, service: None });
        let rcs = directory.route(&address(RCS), &address("rcs:+12065550100"));
        assert_eq!((rcs.to, rcs.from), (address("+12065550100"), None));
        assert!(rcs.service.is_some());
        let unknown = directory.route(&address("+12065550199"), &address("+12065550100"));
        assert_eq!(unknown.from, Some(address("+12065550199")));
    }

    #[test]
    fn each_inbox_is_listed_once() {
        let names = directory().inboxes().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names, ["main", "sales"]);
    }
}
