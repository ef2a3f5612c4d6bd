//! What a customer sent with or instead of words: a place, the press of a button, an answer to one message.

use shared::message::extras::{Button, Location, MessageExtras, ReplyTo};

use super::DemoError;
use super::run::{StoryRunner, StoryStep, message_sid};
use twilio_simulator::extras;

/// What a line has beside its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MessageExtra {
    /// Nothing.
    None,
    /// A place, in place of a text.
    Location(extras::Location),
    /// The text stood on a button.
    Button,
    /// It answers the line before it.
    Reply,
}

/// Reads it off the beginning of a line, and what follows it.
pub(super) fn parse(text: &str) -> Option<(MessageExtra, &str)> {
    if let Some(location) = text.strip_prefix('@') {
        let mut parts = location.split('|').map(|part| part.trim().to_owned());
        let degrees = parts.next()?;
        let (latitude, longitude) = degrees.split_once(',')?;
        let (latitude, longitude) = (latitude.to_owned(), longitude.to_owned());
        let (label, address) = (parts.next(), parts.next());
        return Some((
            MessageExtra::Location(extras::Location { latitude, longitude, label, address }),
            "",
        ));
    }
    let extra_and_text = [('#', MessageExtra::Button), ('^', MessageExtra::Reply)]
        .into_iter()
        .find_map(|(mark, extra)| Some((extra, text.strip_prefix(mark)?)));
    Some(extra_and_text.unwrap_or((MessageExtra::None, text)))
}

impl StoryRunner<'_> {
    /// It as the message has it.
    pub(super) async fn extras(&self, scene: &StoryStep<'_>) -> Result<MessageExtras, DemoError> {
        let mut extras = MessageExtras::default();
        match scene.message.extra.clone() {
            MessageExtra::None => {}
            MessageExtra::Location(extras::Location { latitude, longitude, label, address }) => {
                extras.location = Some(Location { latitude, longitude, label, address });
            }
            MessageExtra::Button => {
                let text = Some(scene.message.body.clone());
                extras.button = Some(Button { text, ..Button::default() });
            }
            MessageExtra::Reply => {
                let sid = message_sid(scene.story, scene.index.saturating_sub(1))?;
                let original = self.store.find_message_by_sid(&sid).await?;
                let message_id = original.map(|(_, id)| id.to_string());
                extras.reply_to = Some(ReplyTo { sid: sid.to_string(), message_id });
            }
        }
        Ok(extras)
    }
}

/// It as the phone has it.
pub(super) fn phone_extras(scene: &StoryStep<'_>) -> Result<extras::AppExtras, DemoError> {
    let mut extras = extras::AppExtras::default();
    match scene.message.extra.clone() {
        MessageExtra::None => {}
        MessageExtra::Location(location) => extras.location = Some(location),
        MessageExtra::Button => {
            let text = scene.message.body.clone();
            extras.button = Some(extras::Button { text, payload: None });
        }
        MessageExtra::Reply => {
            let sid = message_sid(scene.story, scene.index.saturating_sub(1))?;
            extras.reply_to = Some(sid.to_string());
        }
    }
    Ok(extras)
}
