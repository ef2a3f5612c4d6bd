//! A customer's phone on one channel, in the simulator. The simulator sends all webhooks.

use twilio_simulator::{AppExtras, Media, Message, PhoneInput};

use super::TestSystem;

/// A phone. The first action on it adds it to the Phones page.
pub struct TestPhone<'a> {
    system: &'a TestSystem,
    /// The address: `+1206…`, `whatsapp:+1206…`, `messenger:…` or `rcs:+1206…`.
    pub address: String,
    /// Our first sender on the channel.
    pub business_address: String,
}

impl TestSystem {
    /// Returns the phone with this address.
    pub fn phone(&self, address: &str) -> TestPhone<'_> {
        let channel =
            |address: &str| address.split_once(':').map(|(channel, _)| channel.to_owned());
        let senders = self.inner().settings().senders.addresses();
        let business_address =
            senders.into_iter().find(|sender| channel(sender) == channel(address)).unwrap();
        TestPhone { system: self, address: address.to_owned(), business_address }
    }
}

impl TestPhone<'_> {
    /// Sends a text and waits until the system is idle.
    pub async fn send_text(&self, body: &str) -> Message {
        self.send(body, &[], AppExtras::default()).await
    }

    /// Sends files (content type, name, bytes) with a text, which may be empty.
    pub async fn send_files(&self, body: &str, files: &[(&str, &str, &[u8])]) -> Message {
        self.send(body, files, AppExtras::default()).await
    }

    /// Sends a message with any content that an app can send.
    pub async fn send(
        &self,
        body: &str,
        files: &[(&str, &str, &[u8])],
        extras: AppExtras,
    ) -> Message {
        let twilio = self.system.twilio();
        let store_file = |(content_type, name, bytes): &(&str, &str, &[u8])| {
            twilio.store_media(content_type, Some(name), bytes).unwrap()
        };
        let media = files.iter().map(store_file).collect();
        let (from, business_address, body) =
            (self.address.clone(), self.business_address.clone(), body.to_owned());
        let message = twilio
            .send_from_phone(PhoneInput { from, to: business_address, body, media, extras })
            .unwrap();
        self.system.wait_until_idle().await;
        message
    }

    /// Opens the thread, which marks the messages as read.
    pub async fn open_thread(&self) {
        self.system.twilio().open_thread(&self.address).unwrap();
        self.system.wait_until_idle().await;
    }

    /// Returns the received messages, oldest first.
    pub fn received_messages(&self) -> Vec<Message> {
        let mut messages = self.system.twilio().messages().unwrap();
        messages.retain(|message| {
            let is_delivered = matches!(message.status.as_str(), "delivered" | "read");
            is_delivered && message.phone() == self.address
        });
        messages
    }

    /// Returns the files of a sent or received message, with their bytes.
    pub fn files(&self, message: &Message) -> Vec<(Media, Vec<u8>)> {
        let load_file = |file: &Media| self.system.twilio().media(&file.sid).unwrap().unwrap();
        message.extras.media.iter().map(load_file).collect()
    }
}
