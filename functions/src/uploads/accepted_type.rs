//! Decides the content type of a file and whether the conversation's channel accepts it.

use shared::address::{Address, Channel};
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::localized;
use shared::localized::LocalizedText;
use shared::media::MediaKind;
use shared::media::file_type::{Claim, FileSample, OCTET_STREAM, detect};
use shared::media::limits::MediaLimits;

/// Returns the media limits of the conversation's channel; `None` if it has no contact.
pub fn media_limits(conversation: &Conversation) -> Option<MediaLimits> {
    conversation.contact.as_ref().map(Address::channel).map(MediaLimits::for_channel)
}

/// Returns the content type of a file, detected from its bytes and the claim.
///
/// # Errors
/// `Unprocessable` with the reason if the channel does not accept the type.
pub fn accepted_type(
    conversation: &Conversation,
    sample: &FileSample<'_>,
    claim: &Claim<'_>,
) -> Result<&'static str> {
    let limits = media_limits(conversation).ok_or_else(Error::conversation_not_found)?;
    let detected = detect(sample, claim);
    if limits.allows(detected) {
        return Ok(detected);
    }
    let channel = conversation.contact.as_ref().map(Address::channel);
    Err(Error::Unprocessable(refusal((channel, limits), detected, claim)))
}

fn refusal(
    (channel, limits): (Option<Channel>, MediaLimits),
    detected: &str,
    claim: &Claim<'_>,
) -> LocalizedText {
    let is_audio = MediaKind::from_content_type(detected) == MediaKind::Audio;
    if channel == Some(Channel::WhatsApp) && (is_audio || detected == "application/ogg") {
        return localized::file::whatsapp_audio(format_name(detected));
    }
    // Of a type that the channel accepts, but with other content.
    if detected == OCTET_STREAM && claim.content_type.is_some_and(|it| limits.allows(it)) {
        return localized::file::not_what_it_says(claim.name.unwrap_or_default());
    }
    localized::file::type_refused()
}

/// Returns the name of an audio format: `WAV`, `OGG VORBIS`.
fn format_name(content_type: &str) -> String {
    let (essence, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let subtype = essence.split_once('/').map_or(essence, |(_, subtype)| subtype);
    let codec = parameters.split_once('=').map_or("", |(_, codec)| codec);
    format!("{subtype} {codec}").trim_end().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audio_format_is_named_with_its_codec() {
        assert_eq!(format_name("audio/wav"), "WAV");
        assert_eq!(format_name("audio/ogg; codecs=vorbis"), "OGG VORBIS");
    }
}
