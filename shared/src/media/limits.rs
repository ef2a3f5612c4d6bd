//! Limits of each channel for media: number, sizes and types. Source: Twilio's guide to accepted media types.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::address::Channel;

/// One megabyte in bytes, as Twilio counts it.
const MB: u64 = 1024 * 1024;

/// The media limits of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MediaLimits {
    /// The maximum number of files per message.
    pub count: usize,
    /// The maximum size of all files together, in bytes.
    pub total: u64,
    /// The maximum size of one image, in bytes.
    pub image: u64,
    /// The maximum size of any other file, in bytes.
    pub other: u64,
    #[serde(skip)]
    types: &'static [&'static str],
}

const SMS: MediaLimits = MediaLimits {
    count: 10,
    total: 5 * MB,
    image: 5 * MB,
    other: 500 * 1024,
    types: &[
        "image/",
        "audio/",
        "video/",
        "text/vcard",
        "text/x-vcard",
        "text/calendar",
        "text/csv",
        "application/pdf",
        "application/rtf",
    ],
};
const WHATSAPP: MediaLimits = MediaLimits {
    count: 1,
    total: 16 * MB,
    image: 5 * MB,
    other: 16 * MB,
    types: &[
        "image/jpeg",
        "image/png",
        "image/webp",
        "audio/aac",
        "audio/amr",
        "audio/3gpp",
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
        "video/mp4",
        "video/3gpp",
        "application/pdf",
        "application/msword",
        "application/vnd.",
        "text/plain",
        "text/vcard",
        "text/x-vcard",
    ],
};
const MESSENGER: MediaLimits = MediaLimits {
    count: 10,
    total: 25 * MB,
    image: 8 * MB,
    other: 25 * MB,
    types: &["image/", "audio/", "video/", "application/", "text/"],
};
const RCS: MediaLimits = MediaLimits {
    count: 1,
    total: 16 * MB,
    image: 16 * MB,
    other: 16 * MB,
    types: MESSENGER.types,
};

/// Types that a browser would execute. They are never sent.
const BLOCKED_TYPES: [&str; 5] = [
    "image/svg+xml",
    "text/html",
    "application/xhtml+xml",
    "text/javascript",
    "application/javascript",
];

impl MediaLimits {
    /// Returns the limits of a channel.
    pub fn for_channel(channel: Channel) -> Self {
        match channel {
            Channel::Sms => SMS,
            Channel::WhatsApp => WHATSAPP,
            Channel::Messenger | Channel::Client => MESSENGER,
            Channel::Rcs => RCS,
        }
    }

    /// Returns the limits of all channels.
    pub fn all() -> BTreeMap<Channel, Self> {
        Channel::ALL.into_iter().map(|channel| (channel, Self::for_channel(channel))).collect()
    }

    /// Returns whether the channel accepts files of this content type.
    pub fn allows(&self, content_type: &str) -> bool {
        let content_type = content_type.trim().to_ascii_lowercase();
        let (name, parameters) = content_type.split_once(';').unwrap_or((&content_type, ""));
        let name = name.trim_end();
        let matches = |known: &&str| match known.strip_suffix(['/', '.']) {
            Some(_) => name.starts_with(known),
            // Only a whole kind of files includes all codecs.
            None => name == *known && has_usual_codec(parameters),
        };
        !BLOCKED_TYPES.contains(&name) && self.types.iter().any(matches)
    }

    /// Returns the maximum size of one file of this content type, in bytes.
    pub fn max_size(&self, content_type: &str) -> u64 {
        if is_image(content_type) { self.image } else { self.other }
    }
}

/// Returns whether the parameters of a content type name no codec, or Opus.
fn has_usual_codec(parameters: &str) -> bool {
    let mut parameters = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
    let codecs = parameters.find(|(name, _)| name.trim() == "codecs");
    codecs.is_none_or(|(_, codecs)| codecs.trim().trim_matches('"') == "opus")
}

/// Returns whether the content type is an image, to which [`MediaLimits::image`] applies.
pub fn is_image(content_type: &str) -> bool {
    content_type.trim_start().to_ascii_lowercase().starts_with("image/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_allows_twilio_s_types_and_blocks_executable_ones() {
        let sms = MediaLimits::for_channel(Channel::Sms);
        assert!(sms.allows("image/jpeg") && sms.allows("IMAGE/GIF; q=1"));
        assert!(!sms.allows("image/svg+xml") && !sms.allows("text/html") && !sms.allows(""));
        assert_eq!((sms.max_size("image/png"), sms.max_size("video/mp4")), (5 * MB, 500 * 1024));
        let whatsapp = MediaLimits::for_channel(Channel::WhatsApp);
        assert!(!whatsapp.allows("image/gif") && whatsapp.allows("audio/ogg"));
        assert_eq!((whatsapp.count, whatsapp.max_size("image/png")), (1, 5 * MB));
    }

    #[test]
    fn whatsapp_allows_its_audio_types_only_and_ogg_only_with_opus() {
        let whatsapp = MediaLimits::for_channel(Channel::WhatsApp);
        for content_type in [
            "audio/aac",
            "audio/amr",
            "audio/3gpp",
            "audio/mpeg",
            "audio/mp4",
            "audio/ogg",
            "AUDIO/OGG; codecs=opus",
            "audio/ogg;codecs=\"opus\"",
        ] {
            assert!(whatsapp.allows(content_type), "{content_type}");
        }
        for content_type in [
            "audio/opus",
            "audio/ogg; codecs=vorbis",
            "audio/ogg; codecs=flac",
            "application/ogg",
            "audio/wav",
            "audio/webm",
            "audio/flac",
            "audio/amr-wb",
            "audio/mpegurl",
            "audio/3gpp2",
            "video/webm",
            "video/3gpp2",
            "application/zip",
            "text/csv",
        ] {
            assert!(!whatsapp.allows(content_type), "{content_type}");
        }
        let sms = MediaLimits::for_channel(Channel::Sms);
        assert!(sms.allows("audio/ogg; codecs=vorbis") && sms.allows("audio/wav"));
        assert!(sms.allows("text/csv") && !sms.allows("application/zip"));
        let messenger = MediaLimits::for_channel(Channel::Messenger);
        assert!(messenger.allows("application/zip") && messenger.allows("text/plain"));
    }
}
