//! What Twilio and the phones remember of a story.

use std::time::Duration;

use functions::messages::record_delivery;
use jiff::Timestamp;
use shared::message::{Direction, Message};
use shared::status::{MessageStatus, Seen};

use super::moment::{after, dice};
use super::story::{End, Story};
use super::telling::{Scene, Telling, message_sid};
use super::{DemoError, extra};
use crate::twilio::{self, Phone, Status, segments};

impl Telling<'_> {
    /// The message as Twilio keeps it; none if Twilio never took it.
    pub(super) fn at_twilio(
        &self,
        scene: &Scene<'_>,
        end: End,
        message: &Message,
    ) -> Result<Option<twilio::Message>, DemoError> {
        if !end.has_sid() {
            return Ok(None);
        }
        let inbound = message.direction == Direction::Inbound;
        let (ours, theirs) = (scene.business.to_string(), scene.contact.to_string());
        let (status, error_code) = end.at_twilio();
        let callback = record_delivery::path(scene.conversation, message.id);
        Ok(Some(twilio::Message {
            seq: 0,
            sid: message_sid(scene.story, scene.index)?.to_string(),
            direction: if inbound {
                twilio::message::Direction::Inbound
            } else {
                twilio::message::Direction::Api
            },
            from: if inbound { theirs.clone() } else { ours.clone() },
            to: if inbound { ours } else { theirs },
            body: scene.line.body.clone(),
            segments: segments::count(&scene.line.body),
            status: if inbound { Status::Received } else { status },
            error_code,
            created_at: scene.at,
            updated_at: after(scene.at, Duration::from_secs(if inbound { 0 } else { 4 })),
            sent_at: Some(scene.at),
            status_callback: (!inbound).then(|| format!("{}{callback}", self.base_url)),
            answer: inbound.then_some(twilio::message::Answer { status: Some(200), millis: 9.0 }),
            waiting: end == End::Sent && scene.story.is("airplane"),
            redacted: false,
            deleted: false,
            more: twilio::more::More {
                media: self.at_phones(scene)?,
                particulars: extra::at_phone(scene)?,
                ..twilio::more::More::default()
            },
        }))
    }
}

impl End {
    /// Whether Twilio gave it an id.
    pub(super) fn has_sid(self) -> bool {
        !matches!(self, Self::Refused(_) | Self::Unknown | Self::Unconfirmed)
    }

    fn at_twilio(self) -> (Status, Option<u32>) {
        match self {
            Self::Sent => (Status::Sent, None),
            Self::Delivered => (Status::Delivered, None),
            Self::Undelivered(code) => (Status::Undelivered, Some(code)),
            Self::Failed(code) => (Status::Failed, Some(code)),
            Self::Queued | Self::Refused(_) | Self::Unknown | Self::Unconfirmed => {
                (Status::Queued, None)
            }
        }
    }
}

/// Twilio's callbacks.
pub(super) fn reports(scene: &Scene<'_>, end: End) -> Vec<(MessageStatus, Seen)> {
    let throw = dice(&scene.story.number, scene.index, 9) % 5_000;
    let seen = |milliseconds: u64, code| {
        let at = after(scene.at, Duration::from_millis(milliseconds));
        Seen { at, code }
    };
    let sent = (MessageStatus::Sent, seen(1_400, None));
    let last = 2_500 + throw;
    match end {
        End::Queued => vec![(MessageStatus::Queued, seen(900, None))],
        End::Sent => vec![sent],
        End::Delivered => vec![sent, (MessageStatus::Delivered, seen(last, None))],
        End::Undelivered(code) => {
            vec![sent, (MessageStatus::Undelivered, seen(last, Some(code)))]
        }
        End::Failed(code) => vec![(MessageStatus::Failed, seen(last, Some(code)))],
        End::Refused(_) | End::Unknown | End::Unconfirmed => Vec::new(),
    }
}

/// The phone, if it stands on the bench.
pub(super) fn phone(story: &Story, added_at: Timestamp) -> Option<Phone> {
    let airplane = story.is("airplane");
    let shown = airplane || story.is("phone");
    let new = || Phone::new(story.number.clone(), story.name.clone(), added_at);
    shown.then(|| Phone { airplane, ..new() })
}
