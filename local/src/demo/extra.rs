//! What a customer sent with or instead of words: a place, the press of a button, an answer to one message.

use shared::particulars::{Button, Location, Particulars, ReplyTo};

use super::DemoError;
use super::telling::{Scene, Telling, message_sid};
use crate::twilio::more;

/// What a line has beside its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Extra {
    /// Nothing.
    None,
    /// A place, in place of a text.
    Place(more::Location),
    /// The text stood on a button.
    Button,
    /// It answers the line before it.
    Answer,
}

/// Reads it off the beginning of a line, and what follows it.
pub(super) fn read(text: &str) -> Option<(Extra, &str)> {
    if let Some(place) = text.strip_prefix('@') {
        let mut parts = place.split('|').map(|part| part.trim().to_owned());
        let degrees = parts.next()?;
        let (latitude, longitude) = degrees.split_once(',')?;
        let (latitude, longitude) = (latitude.to_owned(), longitude.to_owned());
        let (label, address) = (parts.next(), parts.next());
        return Some((Extra::Place(more::Location { latitude, longitude, label, address }), ""));
    }
    let marked = [('#', Extra::Button), ('^', Extra::Answer)]
        .into_iter()
        .find_map(|(mark, extra)| Some((extra, text.strip_prefix(mark)?)));
    Some(marked.unwrap_or((Extra::None, text)))
}

impl Telling<'_> {
    /// It as the message has it.
    pub(super) async fn particulars(&self, scene: &Scene<'_>) -> Result<Particulars, DemoError> {
        let mut particulars = Particulars::default();
        match scene.line.extra.clone() {
            Extra::None => {}
            Extra::Place(more::Location { latitude, longitude, label, address }) => {
                particulars.location = Some(Location { latitude, longitude, label, address });
            }
            Extra::Button => {
                let text = Some(scene.line.body.clone());
                particulars.button = Some(Button { text, ..Button::default() });
            }
            Extra::Answer => {
                let sid = message_sid(scene.story, scene.index.saturating_sub(1))?;
                let known = self.store.message_by_sid(&sid).await?;
                let message_id = known.map(|(_, id)| id.to_string());
                particulars.reply_to = Some(ReplyTo { sid: sid.to_string(), message_id });
            }
        }
        Ok(particulars)
    }
}

/// It as the phone has it.
pub(super) fn at_phone(scene: &Scene<'_>) -> Result<more::Particulars, DemoError> {
    let mut particulars = more::Particulars::default();
    match scene.line.extra.clone() {
        Extra::None => {}
        Extra::Place(location) => particulars.location = Some(location),
        Extra::Button => {
            let text = scene.line.body.clone();
            particulars.button = Some(more::Button { text, payload: None });
        }
        Extra::Answer => {
            let sid = message_sid(scene.story, scene.index.saturating_sub(1))?;
            particulars.reply_to = Some(sid.to_string());
        }
    }
    Ok(particulars)
}
