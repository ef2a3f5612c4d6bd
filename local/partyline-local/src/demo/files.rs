//! The files that came with the stories: pictures drawn for them, a spoken note, an offer, a card.

use shared::media::file_type;
use shared::media::{Media, MediaState};

use super::DemoError;
use super::run::{StoryRunner, StoryStep, message_sid};
use twilio_simulator as twilio;

/// A file.
#[derive(Debug)]
pub(super) struct File {
    name: &'static str,
    bytes: &'static [u8],
}

static FILES: [File; 5] = [
    File { name: "bike.jpg", bytes: include_bytes!("files/bike.jpg") },
    File { name: "tyre.jpg", bytes: include_bytes!("files/tyre.jpg") },
    File { name: "note.ogg", bytes: include_bytes!("files/note.ogg") },
    File { name: "offer.pdf", bytes: include_bytes!("files/offer.pdf") },
    File { name: "card.vcf", bytes: include_bytes!("files/card.vcf") },
];

/// The file of this name.
pub(super) fn find(name: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.name == name)
}

impl StoryRunner<'_> {
    /// The files of a line, kept in the bucket, as its message has them.
    pub(super) fn store_media(&self, scene: &StoryStep<'_>) -> Result<Vec<Media>, DemoError> {
        let sid = message_sid(scene.story, scene.index)?;
        let media = scene.message.files.iter().enumerate().map(|(index, file)| {
            let content_type = file_type::sniff(file.bytes);
            let object = format!("media/{}/{sid}/{index}", scene.conversation);
            self.s3.put_object("MediaBucket", &object, content_type, file.bytes);
            Media {
                state: MediaState::Stored,
                content_type: content_type.to_owned(),
                name: Some(file.name.to_owned()),
                size: u64::try_from(file.bytes.len()).ok(),
                source: None,
                object_key: Some(object),
                error: None,
            }
        });
        Ok(media.collect())
    }

    /// The same files as the phones have them.
    pub(super) fn phone_media(
        &self,
        scene: &StoryStep<'_>,
    ) -> Result<Vec<twilio::Media>, DemoError> {
        let media = scene.message.files.iter().map(|file| {
            let content_type = file_type::sniff(file.bytes);
            Ok(self.twilio.store_media(content_type, Some(file.name), file.bytes)?)
        });
        media.collect()
    }
}
