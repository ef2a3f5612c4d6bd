//! What tests and the demo do with a running simulator: messages from phones, files, phones, and observed requests.

use crate::carrier;
use crate::error::TwilioError;
use crate::extras::{Media, PhoneInput};
use crate::message::Message;
use crate::observed::{ObservedCreate, ObservedEventPost, ObservedWebhook};
use crate::simulator::Twilio;
use crate::store::phones::{Phone, PhoneCondition};
use crate::store::{self, messages};
use crate::{inbound, keywords, phones};

impl Twilio {
    /// Sends `body` from the phone `from`.
    ///
    /// Returns when the message and its webhook task are stored.
    pub fn type_text(&self, from: &str, to: &str, body: &str) -> Result<Message, TwilioError> {
        let (from, to, body) = (from.to_owned(), to.to_owned(), body.to_owned());
        self.send_from_phone(PhoneInput { from, to, body, ..PhoneInput::default() })
    }

    /// Sends a message from a phone.
    ///
    /// Returns when the message and its webhook task are stored.
    pub fn send_from_phone(&self, input: PhoneInput) -> Result<Message, TwilioError> {
        self.state.get_or_add_phone(&input.from)?;
        Ok(inbound::accept(&self.state, input)?)
    }

    /// Stores a file that a phone can send.
    pub fn store_media(
        &self,
        content_type: &str,
        name: Option<&str>,
        bytes: &[u8],
    ) -> Result<Media, TwilioError> {
        let (content_type, name) = (content_type.to_owned(), name.map(str::to_owned));
        let media = Media { sid: self.state.new_sid("ME"), content_type, name, size: bytes.len() };
        self.state.store.with(|db| store::media::insert(db, &media, bytes))?;
        Ok(media)
    }

    /// Returns a file and its bytes.
    pub fn media(&self, sid: &str) -> Result<Option<(Media, Vec<u8>)>, TwilioError> {
        Ok(self.state.store.with(|db| store::media::find(db, sid))?)
    }

    /// Marks the messages on a phone as read, as if the customer opened the thread.
    pub fn open_thread(&self, phone: &str) -> Result<(), TwilioError> {
        Ok(carrier::mark_read(&self.state, phone)?)
    }

    /// Sets the condition of a phone, whether or not the Phones page shows it.
    pub fn set_condition(&self, phone: &str, condition: PhoneCondition) -> Result<(), TwilioError> {
        let stored = self.state.store.with(|db| store::phones::find(db, phone))?;
        let current = stored.unwrap_or_else(|| {
            let new = Phone::new(phone.to_owned(), None, self.state.now());
            Phone { visible: false, ..new }
        });
        let changed = Phone { condition, ..current };
        self.state.store.with(|db| store::phones::put(db, &changed))?;
        Ok(())
    }

    /// Turns airplane mode on or off.
    ///
    /// Messages to a phone in airplane mode stay `sent`.
    pub fn set_airplane(&self, phone: &str, airplane: bool) -> Result<(), TwilioError> {
        let phone = self.state.get_or_add_phone(phone)?;
        phones::save_phone(&self.state, &Phone { airplane, ..phone })?;
        Ok(())
    }

    /// Returns all messages of both directions, oldest first.
    pub fn messages(&self) -> Result<Vec<Message>, TwilioError> {
        Ok(self.state.store.with(messages::list_all)?)
    }

    /// Returns the observed create requests, in order.
    pub fn creates(&self) -> Vec<ObservedCreate> {
        self.state.observed.creates()
    }

    /// Returns the observed attempts to post a webhook, in the order of completion.
    pub fn webhooks(&self) -> Vec<ObservedWebhook> {
        self.state.observed.webhooks()
    }

    /// Returns the observed attempts to post events to a sink, in the order of completion.
    pub fn events(&self) -> Vec<ObservedEventPost> {
        self.state.observed.events()
    }

    /// Stores messages and phones from before the start, in order.
    ///
    /// Posts nothing for them.
    ///
    /// Skips messages that are already stored.
    pub fn import_history(
        &self,
        history: Vec<Message>,
        phones: &[Phone],
    ) -> Result<(), TwilioError> {
        self.state.store.transaction(|db| {
            for mut message in history {
                if messages::find(db, &message.sid)?.is_none() {
                    messages::insert(db, &mut message)?;
                    messages::update(db, &message)?;
                    if keywords::Keyword::parse(&message.body) == Some(keywords::Keyword::Stop) {
                        let key = self.state.opt_out_key(&message.to);
                        store::phones::set_opt_out(db, &message.from, key, true)?;
                    }
                }
            }
            phones.iter().try_for_each(|phone| store::phones::put(db, phone))
        })?;
        Ok(())
    }
}
