//! A story told: each line is the write that the function would have made, at the time of the story.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use shared::address::Address;
use shared::can_send::Decision;
use shared::config::InstallKey;
use shared::conversation::{Conversation, ConversationId, ConversationStatus};
use shared::error::Error;
use shared::ids::Ids;
use shared::intent::Intent;
use shared::message::{Direction, Message};
use shared::sid::MessageSid;
use shared::store::{Click, Received, Report, Sent, Settled, Store};

use super::moment::{StoryClock, after, dice, sid, times};
use super::past::{phone, reports};
use super::story::{End, Line, Outbound, Story};
use super::{DemoError, INBOX};
use crate::s3::S3;
use crate::twilio::{self, Phone, Twilio, segments};

/// Who works at the shop.
const STAFF: [&str; 3] = ["Nora", "Sam", "Leila"];

/// What came of a telling, for the simulator.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The messages as Twilio keeps them.
    pub(super) past: Vec<twilio::Message>,
    /// The phone on the bench.
    pub(super) phone: Option<Phone>,
}

/// What a story is told with.
pub(super) struct Telling<'a> {
    /// The bucket.
    pub(super) s3: &'a S3,
    /// Twilio, for what the phones keep.
    pub(super) twilio: &'a Twilio,
    /// The tables, at the story's time.
    pub(super) store: Store,
    /// What conversation ids are made with.
    pub(super) key: InstallKey,
    /// Our senders; each channel's first is written to.
    pub(super) senders: &'a [Address],
    /// Whose clicks these were.
    pub(super) username: String,
    /// Where callbacks go.
    pub(super) base_url: String,
    /// When the story is told.
    pub(super) now: Timestamp,
    /// The store's clock.
    pub(super) clock: Arc<StoryClock>,
    /// The system's ids.
    pub(super) ids: Arc<dyn Ids>,
}

/// One line in its place.
pub(super) struct Scene<'a> {
    pub(super) story: &'a Story,
    pub(super) conversation: &'a ConversationId,
    pub(super) business: &'a Address,
    pub(super) contact: &'a Address,
    pub(super) index: usize,
    pub(super) line: &'a Line,
    pub(super) at: Timestamp,
}

impl Telling<'_> {
    /// Tells `story`, unless it stands in the tables already.
    pub(super) async fn tell(&self, story: &Story) -> Result<Option<Told>, DemoError> {
        let contact = Address::parse(&story.number)?;
        let channel = contact.channel();
        let Some(business) = self.senders.iter().find(|sender| sender.channel() == channel) else {
            return Ok(None);
        };
        let conversation = ConversationId::direct(&self.key, business, &contact);
        let with_sid = |line: &Line| line.outbound.is_none_or(|outbound| outbound.end.has_sid());
        if let Some(last) = story.lines.iter().rposition(with_sid)
            && self.store.message_by_sid(&message_sid(story, last)?).await?.is_some()
        {
            return Ok(None);
        }
        let times = times(story, self.now);
        let started = times.first().copied().unwrap_or(self.now);
        if story.name.is_some() || story.lines.first().is_some_and(|line| line.outbound.is_some()) {
            self.clock.set(started);
            let (id, contact) = (conversation.clone(), contact.clone());
            let begun = Conversation::direct(id, INBOX, business, contact);
            let begun = Conversation { name: story.name.clone(), ..begun };
            self.store.start(&begun).await?;
        }
        let mut told = Told { past: Vec::new(), phone: phone(story, started) };
        let mut before = None;
        let last_reply = story.lines.iter().rposition(|line| line.outbound.is_some());
        for (index, (line, at)) in story.lines.iter().zip(times).enumerate() {
            self.clock.set(at);
            let (conversation, contact) = (&conversation, &contact);
            let scene = Scene { story, conversation, business, contact, index, line, at };
            if Some(index) == last_reply {
                self.read(conversation).await?;
            }
            match line.outbound {
                None => told.past.extend(self.arrive(&scene).await?),
                Some(outbound) => {
                    let sent = self.send(&scene, outbound, before.take()).await?;
                    if let Some(sent) = sent {
                        told.past.extend(self.at_twilio(&scene, outbound.end, &sent)?);
                        before = Some(sent);
                    }
                }
            }
        }
        self.finish(story, &conversation).await?;
        Ok(Some(told))
    }

    async fn arrive(&self, scene: &Scene<'_>) -> Result<Option<twilio::Message>, DemoError> {
        let message = Message {
            id: self.ids.ulid(scene.at),
            conversation: scene.conversation.clone(),
            inbox: INBOX.to_owned(),
            direction: Direction::Inbound,
            business: scene.business.clone(),
            contact: scene.contact.clone(),
            author: None,
            body: scene.line.body.clone(),
            seen: BTreeMap::new(),
            outcome: None,
            rev: 1,
            sid: Some(message_sid(scene.story, scene.index)?),
            key: None,
            retried_by: None,
            segments: Some(segments::count(&scene.line.body)),
            media: self.media(scene)?,
            particulars: self.particulars(scene).await?,
            price: None,
            fell_back: false,
            redacted: false,
        };
        Ok(match self.store.receive(message).await? {
            Received::Now(message) => self.at_twilio(scene, End::Delivered, &message)?,
            Received::Before => None,
        })
    }

    /// The click, and what `dispatch` and Twilio's callbacks made of it.
    async fn send(
        &self,
        scene: &Scene<'_>,
        outbound: Outbound,
        before: Option<Message>,
    ) -> Result<Option<Message>, DemoError> {
        let Scene { story, index, line, .. } = scene;
        let staff = dice(&story.number, 0, 5) % 3;
        let author = STAFF.get(usize::try_from(staff).unwrap_or(0)).unwrap_or(&"Nora");
        let click = Click {
            user: self.username.clone(),
            author: (*author).to_owned(),
            key: format!("demo-{}-{index}", story.number.trim_start_matches('+')),
            body: line.body.clone(),
            media: self.media(scene)?,
        };
        let old = match before.filter(|_| outbound.again) {
            // What became of it since it was clicked.
            Some(old) => self.store.message(&old.conversation, old.id).await?,
            None => None,
        };
        let Sent::Now(message, intent) = self
            .store
            .send(scene.conversation, &click, old.as_ref(), &|_| Decision::granted())
            .await?
        else {
            return Ok(None);
        };
        self.clock.set(after(scene.at, Duration::from_millis(700)));
        self.dispatch(scene, outbound.end, &intent).await?;
        for (status, seen) in reports(scene, outbound.end) {
            let sid = message_sid(story, *index)?;
            let report = Report::of(sid, status, seen);
            self.store.record_report(scene.conversation, message.id, &report).await?;
        }
        Ok(Some(*message))
    }

    async fn dispatch(
        &self,
        scene: &Scene<'_>,
        end: End,
        intent: &Intent,
    ) -> Result<(), DemoError> {
        let how = match end {
            End::Unknown => {
                if let Some(claimed) = self.store.claim(intent).await? {
                    self.store.give_to_lookup(&claimed).await?;
                }
                return Ok(());
            }
            End::Unconfirmed => Settled::Unconfirmed,
            End::Refused(code) => Settled::Refused { code },
            _ => Settled::Sent {
                sid: message_sid(scene.story, scene.index)?,
                segments: Some(segments::count(&scene.line.body)),
                price: None,
            },
        };
        self.store.settle(intent, None, &how).await?;
        Ok(())
    }

    async fn finish(&self, story: &Story, conversation: &ConversationId) -> Result<(), DemoError> {
        if story.is("read") || story.is("closed") {
            self.read(conversation).await?;
        }
        if story.is("closed")
            && let Some(seen) = self.store.conversation(conversation).await?
        {
            self.store.set_status(&seen, ConversationStatus::Closed).await?;
        }
        Ok(())
    }

    async fn read(&self, conversation: &ConversationId) -> Result<(), DemoError> {
        if let Some(seen) = self.store.conversation(conversation).await?
            && seen.unread > 0
        {
            self.store.mark_read(&seen).await?;
        }
        Ok(())
    }
}

pub(super) fn message_sid(story: &Story, index: usize) -> Result<MessageSid, DemoError> {
    let parsed = MessageSid::parse(&sid(&story.number, index));
    Ok(parsed.map_err(|wrong| Error::failed(wrong.to_string()))?)
}
