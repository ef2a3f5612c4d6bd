//! What Twilio and the phones store of a story.

use std::time::Duration;

use jiff::Timestamp;
use shared::message::delivery_status::{DeliveryStatus, StatusRecord};
use shared::message::{Direction, Message};

use super::attachments::phone_extras;
use super::error::DemoError;
use super::step::{StoryRunner, StoryStep, message_sid};
use super::story::{Story, StoryOutcome};
use super::story_clock::{add, pseudo_random};
use twilio_simulator::{self as twilio, Phone, Status, segments};

impl StoryRunner<'_> {
    /// Returns the message as Twilio stores it, or `None` if Twilio did not accept it.
    pub(super) fn twilio_message(
        &self,
        scene: &StoryStep<'_>,
        outcome: StoryOutcome,
        message: &Message,
    ) -> Result<Option<twilio::Message>, DemoError> {
        if !outcome.has_sid() {
            return Ok(None);
        }
        let inbound = message.direction == Direction::Inbound;
        let (business, contact) = (scene.business.to_string(), scene.contact.to_string());
        let (status, error_code) = outcome.twilio_status();
        let callback = shared::twilio::callback::callback_path(scene.conversation, message.id);
        Ok(Some(twilio::Message {
            seq: 0,
            sid: message_sid(scene.story, scene.index)?.to_string(),
            direction: if inbound {
                twilio::message::Direction::Inbound
            } else {
                twilio::message::Direction::Api
            },
            from: if inbound { contact.clone() } else { business.clone() },
            to: if inbound { business } else { contact },
            body: scene.message.body.clone(),
            segments: segments::count(&scene.message.body),
            status: if inbound { Status::Received } else { status },
            error_code,
            created_at: scene.time,
            updated_at: add(scene.time, Duration::from_secs(if inbound { 0 } else { 4 })),
            sent_at: Some(scene.time),
            status_callback: (!inbound).then(|| format!("{}{callback}", self.base_url)),
            webhook_result: inbound
                .then_some(twilio::message::WebhookResult { status: Some(200), millis: 9.0 }),
            waiting_for_phone: outcome == StoryOutcome::Sent && scene.story.has_flag("airplane"),
            redacted: false,
            deleted: false,
            extras: twilio::extras::MessageExtras {
                media: self.phone_media(scene)?,
                app_extras: phone_extras(scene)?,
                ..twilio::extras::MessageExtras::default()
            },
        }))
    }
}

impl StoryOutcome {
    /// Returns whether Twilio gave the message a SID.
    pub(super) fn has_sid(self) -> bool {
        !matches!(self, Self::Rejected(_) | Self::Unknown | Self::Unconfirmed)
    }

    fn twilio_status(self) -> (Status, Option<u32>) {
        match self {
            Self::Sent => (Status::Sent, None),
            Self::Delivered => (Status::Delivered, None),
            Self::Undelivered(code) => (Status::Undelivered, Some(code)),
            Self::Failed(code) => (Status::Failed, Some(code)),
            Self::Queued | Self::Rejected(_) | Self::Unknown | Self::Unconfirmed => {
                (Status::Queued, None)
            }
        }
    }
}

/// Returns the reports of Twilio's callbacks.
pub(super) fn delivery_reports(
    scene: &StoryStep<'_>,
    outcome: StoryOutcome,
) -> Vec<(DeliveryStatus, StatusRecord)> {
    let random = pseudo_random(&scene.story.number, scene.index, 9) % 5_000;
    let record = |milliseconds: u64, code| {
        let at = add(scene.time, Duration::from_millis(milliseconds));
        StatusRecord { at, error_code: code }
    };
    let sent = (DeliveryStatus::Sent, record(1_400, None));
    let last_delay = 2_500 + random;
    match outcome {
        StoryOutcome::Queued => vec![(DeliveryStatus::Queued, record(900, None))],
        StoryOutcome::Sent => vec![sent],
        StoryOutcome::Delivered => {
            vec![sent, (DeliveryStatus::Delivered, record(last_delay, None))]
        }
        StoryOutcome::Undelivered(code) => {
            vec![sent, (DeliveryStatus::Undelivered, record(last_delay, Some(code)))]
        }
        StoryOutcome::Failed(code) => {
            vec![(DeliveryStatus::Failed, record(last_delay, Some(code)))]
        }
        StoryOutcome::Rejected(_) | StoryOutcome::Unknown | StoryOutcome::Unconfirmed => Vec::new(),
    }
}

/// Returns the story's phone if the Phones page shows it.
pub(super) fn phone(story: &Story, added_at: Timestamp) -> Option<Phone> {
    let airplane = story.has_flag("airplane");
    let is_visible = airplane || story.has_flag("phone");
    let new = || Phone::new(story.number.clone(), story.name.clone(), added_at);
    is_visible.then(|| Phone { airplane, ..new() })
}
