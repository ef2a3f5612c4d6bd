//! Writes a story: each message as the functions would have written it, at the story's time.

use std::collections::BTreeMap;
use std::time::Duration;

use shared::address::Address;
use shared::conversation::{Conversation, ConversationId, ConversationStatus};
use shared::error::Error;
use shared::idempotency_key::IdempotencyKey;
use shared::ids::MessageId;
use shared::inbox_name::InboxName;
use shared::message::{Direction, Message};
use shared::outbox::OutboxEntry;
use shared::sending::can_send::SendCheck;
use shared::store::{
    ConversationChange, DeliveryReport, InboundOutcome, NewOutbound, OutboundOutcome,
    SendCompletion,
};

use super::error::DemoError;
use super::history::{delivery_reports, phone};
use super::step::{StoryRunner, StoryStep, message_sid};
use super::story::{OutboundStep, Story, StoryMessage, StoryOutcome};
use super::story_clock::{add, pseudo_random};

use twilio_simulator::{self as twilio, Phone, segments};

/// The names of the agents.
const STAFF: [&str; 3] = ["Nora", "Sam", "Leila"];

/// The result of a written story, for the simulator.
#[derive(Debug, Default)]
pub(super) struct StoryResult {
    /// The messages as Twilio stores them.
    pub(super) history: Vec<twilio::Message>,
    /// The phone that the Phones page shows.
    pub(super) phone: Option<Phone>,
}

impl StoryRunner<'_> {
    /// Writes `story`, unless it is stored already.
    pub(super) async fn run(&self, story: &Story) -> Result<Option<StoryResult>, DemoError> {
        let contact = Address::parse(&story.number)?;
        let channel = contact.channel();
        let Some(business) = self.senders.iter().find(|sender| sender.channel() == channel) else {
            return Ok(None);
        };
        let conversation = ConversationId::direct(&self.key, business, &contact);
        let with_sid = |message: &StoryMessage| {
            message.outbound.is_none_or(|outbound| outbound.outcome.has_sid())
        };
        if let Some(last_with_sid) = story.messages.iter().rposition(with_sid)
            && self.store.find_message_by_sid(&message_sid(story, last_with_sid)?).await?.is_some()
        {
            return Ok(None);
        }
        let times = story.message_times(self.now);
        let started = times.first().copied().unwrap_or(self.now);
        let begins_outbound = story.messages.first().is_some_and(|line| line.outbound.is_some());
        if story.name.is_some() || begins_outbound {
            self.clock.set(started);
            let row = Conversation::direct(
                conversation.clone(),
                &InboxName::main(),
                business,
                contact.clone(),
            );
            let row = Conversation { name: story.name.clone(), ..row };
            self.store.start_conversation(&row).await?;
        }
        let mut result = StoryResult { history: Vec::new(), phone: phone(story, started) };
        let mut previous = None;
        let last_reply = story.messages.iter().rposition(|line| line.outbound.is_some());
        for (index, (line, at)) in story.messages.iter().zip(times).enumerate() {
            self.clock.set(at);
            let (conversation, contact) = (&conversation, &contact);
            let (message, time) = (line, at);
            let step = StoryStep { story, conversation, business, contact, index, message, time };
            if Some(index) == last_reply {
                self.mark_read(conversation).await?;
            }
            match line.outbound {
                None => result.history.extend(self.receive(&step).await?),
                Some(outbound) => {
                    let stored = self.send(&step, outbound, previous.take()).await?;
                    if let Some(message) = stored {
                        let copy = self.twilio_message(&step, outbound.outcome, &message)?;
                        result.history.extend(copy);
                        previous = Some(message);
                    }
                }
            }
        }
        self.finish(story, &conversation).await?;
        Ok(Some(result))
    }

    async fn receive(&self, step: &StoryStep<'_>) -> Result<Option<twilio::Message>, DemoError> {
        let message = Message {
            id: MessageId::generate(&*self.ids, step.time),
            conversation: step.conversation.clone(),
            inbox: InboxName::main(),
            direction: Direction::Inbound,
            business: step.business.clone(),
            contact: step.contact.clone(),
            author: None,
            body: step.message.body.clone(),
            statuses: BTreeMap::new(),
            send_result: None,
            rev: 1,
            sid: Some(message_sid(step.story, step.index)?),
            idempotency_key: None,
            retried_by: None,
            segments: Some(segments::count(&step.message.body)),
            media: self.store_media(step)?,
            extras: self.extras(step).await?,
            price: None,
            sms_fallback: false,
            redacted: false,
        };
        Ok(match self.store.put_inbound(message).await? {
            InboundOutcome::Stored(message) => {
                self.twilio_message(step, StoryOutcome::Delivered, &message)?
            }
            InboundOutcome::Duplicate => None,
        })
    }

    /// Stores an outbound message with the results of `dispatch` and of Twilio's callbacks.
    async fn send(
        &self,
        step: &StoryStep<'_>,
        outbound: OutboundStep,
        previous: Option<Message>,
    ) -> Result<Option<Message>, DemoError> {
        let StoryStep { story, index, message: line, .. } = step;
        let staff = pseudo_random(&story.number, 0, 5) % 3;
        let author = STAFF.get(usize::try_from(staff).unwrap_or(0)).unwrap_or(&"Nora");
        let outbound_message = NewOutbound {
            user: self.username.clone(),
            author: (*author).to_owned(),
            idempotency_key: idempotency_key(story, *index)?,
            body: line.body.clone(),
            media: self.store_media(step)?,
        };
        let retried = match previous.filter(|_| outbound.retry) {
            // The message as it is stored now, with its send result.
            Some(previous) => self.store.get_message(&previous.conversation, previous.id).await?,
            None => None,
        };
        let OutboundOutcome::Stored(message, entry) = self
            .store
            .put_outbound(step.conversation, &outbound_message, retried.as_ref(), &|_| {
                SendCheck::allowed()
            })
            .await?
        else {
            return Ok(None);
        };
        self.clock.set(add(step.time, Duration::from_millis(700)));
        self.dispatch(step, outbound.outcome, &entry).await?;
        for (status, record) in delivery_reports(step, outbound.outcome) {
            let sid = message_sid(story, *index)?;
            let report = DeliveryReport::new(sid, status, record);
            self.store.record_delivery(step.conversation, message.id, &report).await?;
        }
        Ok(Some(*message))
    }

    async fn dispatch(
        &self,
        step: &StoryStep<'_>,
        outcome: StoryOutcome,
        entry: &OutboxEntry,
    ) -> Result<(), DemoError> {
        let completion = match outcome {
            StoryOutcome::Unknown => {
                if let Some(claimed) = self.store.claim(entry).await? {
                    self.store.mark_unknown(&claimed).await?;
                }
                return Ok(());
            }
            StoryOutcome::Unconfirmed => SendCompletion::Unconfirmed,
            StoryOutcome::Rejected(code) => SendCompletion::Rejected { code },
            _ => SendCompletion::Accepted {
                sid: message_sid(step.story, step.index)?,
                segments: Some(segments::count(&step.message.body)),
                price: None,
            },
        };
        self.store.complete_send(entry, None, &completion).await?;
        Ok(())
    }

    async fn finish(&self, story: &Story, conversation: &ConversationId) -> Result<(), DemoError> {
        if story.has_flag("read") || story.has_flag("closed") {
            self.mark_read(conversation).await?;
        }
        if story.has_flag("closed")
            && let Some(conversation_row) = self.store.get_conversation(conversation).await?
        {
            let change = ConversationChange {
                status: Some(ConversationStatus::Closed),
                ..ConversationChange::default()
            };
            self.store.update_conversation(&conversation_row, &change).await?;
        }
        Ok(())
    }

    async fn mark_read(&self, conversation: &ConversationId) -> Result<(), DemoError> {
        if let Some(conversation_row) = self.store.get_conversation(conversation).await?
            && conversation_row.unread > 0
        {
            self.store.mark_read(&conversation_row).await?;
        }
        Ok(())
    }
}

/// Returns the key of a message, which is the same at every start.
fn idempotency_key(story: &Story, index: usize) -> Result<IdempotencyKey, DemoError> {
    let number: String = story.number.chars().filter(char::is_ascii_alphanumeric).collect();
    let key = IdempotencyKey::parse(&format!("demo-{number}-{index}"));
    Ok(key.ok_or_else(|| Error::internal("a demo message without an idempotency key"))?)
}
