//! A customer's phone on one channel, as the simulated network carries it: every webhook is the network's own.

use local::twilio::{Media, Message, Particulars, Typed};

use super::Desk;

/// A phone; it stands on the bench once something is done with it.
pub struct Phone<'a> {
    desk: &'a Desk,
    /// As the channel writes it: `+1206…`, `whatsapp:+1206…`, `messenger:…`, `rcs:+1206…`.
    pub address: String,
    /// Our first sender on its channel.
    pub to: String,
}

impl Desk {
    /// The phone at `address`.
    pub fn phone(&self, address: &str) -> Phone<'_> {
        let channel =
            |address: &str| address.split_once(':').map(|(channel, _)| channel.to_owned());
        let senders = self.system().settings().senders();
        let to = senders.into_iter().find(|sender| channel(sender) == channel(address)).unwrap();
        Phone { desk: self, address: address.to_owned(), to }
    }
}

impl Phone<'_> {
    /// Writes a text; back once everything that follows from it has happened.
    pub async fn writes(&self, body: &str) -> Message {
        self.sends(body, &[], Particulars::default()).await
    }

    /// Sends files, each a content type, a name and bytes, with a text or none.
    pub async fn attaches(&self, body: &str, files: &[(&str, &str, &[u8])]) -> Message {
        self.sends(body, files, Particulars::default()).await
    }

    /// Sends whatever an app can send.
    pub async fn sends(
        &self,
        body: &str,
        files: &[(&str, &str, &[u8])],
        particulars: Particulars,
    ) -> Message {
        let twilio = self.desk.twilio();
        let keep = |(kind, name, bytes): &(&str, &str, &[u8])| {
            twilio.keep_media(kind, Some(name), bytes).unwrap()
        };
        let media = files.iter().map(keep).collect();
        let (from, to, body) = (self.address.clone(), self.to.clone(), body.to_owned());
        let sent = twilio.send_from_phone(Typed { from, to, body, media, particulars }).unwrap();
        self.desk.settle().await;
        sent
    }

    /// The customer opens the thread.
    pub async fn is_read(&self) {
        self.desk.twilio().read_on(&self.address).unwrap();
        self.desk.settle().await;
    }

    /// What has arrived on it, oldest first.
    pub fn received(&self) -> Vec<Message> {
        let mut all = self.desk.twilio().messages().unwrap();
        all.retain(|message| {
            let arrived = matches!(message.status.as_str(), "delivered" | "read");
            arrived && message.phone() == self.address
        });
        all
    }

    /// The files of a message that it has sent or received, with their bytes.
    pub fn files(&self, message: &Message) -> Vec<(Media, Vec<u8>)> {
        let kept = |file: &Media| self.desk.twilio().media(&file.sid).unwrap().unwrap();
        message.more.media.iter().map(kept).collect()
    }
}
