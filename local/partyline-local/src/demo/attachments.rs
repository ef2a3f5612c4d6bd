//! The media and extras of a story's message, for the tables and for the phones.

use shared::media::file_type::{Claim, FileSample, detect};
use shared::media::{Media, StoredMedia};
use shared::message::extras::{Button, Location, MessageExtras, ReplyTo};
use twilio_simulator::{self as twilio, extras};

use super::error::DemoError;
use super::extra::MessageExtra;
use super::step::{StoryRunner, StoryStep, message_sid};

impl StoryRunner<'_> {
    /// Stores the files of a message in the bucket and returns its media.
    pub(super) fn store_media(&self, scene: &StoryStep<'_>) -> Result<Vec<Media>, DemoError> {
        let sid = message_sid(scene.story, scene.index)?;
        let media = scene.message.files.iter().enumerate().map(|(index, file)| {
            let content_type = detect(&FileSample::whole(file.bytes), &Claim::default());
            let object = format!("media/{}/{sid}/{index}", scene.conversation);
            self.s3.put_object("MediaBucket", &object, content_type, file.bytes);
            Media::Stored(StoredMedia {
                object_key: object,
                content_type: content_type.to_owned(),
                name: Some(file.name.to_owned()),
                size: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
                upload: None,
            })
        });
        Ok(media.collect())
    }

    /// Stores the same files for the phones.
    pub(super) fn phone_media(
        &self,
        scene: &StoryStep<'_>,
    ) -> Result<Vec<twilio::Media>, DemoError> {
        let media = scene.message.files.iter().map(|file| {
            let content_type = detect(&FileSample::whole(file.bytes), &Claim::default());
            Ok(self.twilio.store_media(content_type, Some(file.name), file.bytes)?)
        });
        media.collect()
    }

    /// Returns the extras of the stored message.
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

/// Returns the extras that the phone sends.
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
