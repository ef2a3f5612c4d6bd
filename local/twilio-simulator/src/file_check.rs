//! Checks a file of an outbound message: the type against the bytes, and on WhatsApp the type itself.

use super::address::Channel;

/// The error code of a content type that differs from the bytes.
const WRONG_TYPE: u32 = 12300;
/// WhatsApp's error code of media that it does not accept.
const WHATSAPP_MEDIA: u32 = 63019;

/// The content types that WhatsApp accepts, with what the files begin with. Empty: any bytes.
const WHATSAPP: [(&str, &[&[u8]]); 20] = [
    ("image/jpeg", &[b"\xff\xd8\xff"]),
    ("image/png", &[b"\x89PNG\r\n\x1a\n"]),
    ("image/webp", &[b"RIFF"]),
    ("audio/aac", &[b"\xff\xf1", b"\xff\xf9", b"ADIF"]),
    ("audio/amr", &[b"#!AMR\n"]),
    ("audio/mpeg", &[b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa"]),
    ("audio/ogg", &[b"OggS"]),
    ("audio/mp4", &[]),
    ("audio/3gpp", &[]),
    ("video/mp4", &[]),
    ("video/3gpp", &[]),
    ("application/pdf", &[b"%PDF"]),
    ("application/msword", &[b"\xd0\xcf\x11\xe0"]),
    ("application/vnd.ms-excel", &[b"\xd0\xcf\x11\xe0"]),
    ("application/vnd.ms-powerpoint", &[b"\xd0\xcf\x11\xe0"]),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &[b"PK\x03\x04"]),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &[b"PK\x03\x04"]),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", &[b"PK\x03\x04"]),
    ("text/plain", &[]),
    ("text/vcard", &[b"BEGIN:VCARD"]),
];

/// Checks a file that was fetched for a channel.
///
/// Returns the error code with which the message fails.
pub(super) fn check(channel: Channel, content_type: &str, bytes: &[u8]) -> Result<(), u32> {
    if channel == Channel::WhatsApp {
        return if is_accepted_on_whatsapp(content_type, bytes) {
            Ok(())
        } else {
            Err(WHATSAPP_MEDIA)
        };
    }
    let begins = |signature: &[u8]| bytes.starts_with(signature);
    let matches = match content_type {
        "image/jpeg" => begins(b"\xff\xd8\xff"),
        "image/png" => begins(b"\x89PNG\r\n\x1a\n"),
        "image/gif" => begins(b"GIF8"),
        "image/webp" => begins(b"RIFF"),
        "application/pdf" => begins(b"%PDF"),
        "audio/ogg" => begins(b"OggS"),
        // Unknown types always match.
        _ => true,
    };
    if matches { Ok(()) } else { Err(WRONG_TYPE) }
}

fn is_accepted_on_whatsapp(content_type: &str, bytes: &[u8]) -> bool {
    let known = WHATSAPP.iter().find(|(known, _)| *known == content_type);
    let Some((_, signatures)) = known else { return false };
    let begins =
        signatures.is_empty() || signatures.iter().any(|signature| bytes.starts_with(signature));
    let contains = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    begins
        && match content_type {
            // The header of the codec is in the first page.
            "audio/ogg" => bytes.get(28..36) == Some(b"OpusHead"),
            "audio/mp4" | "audio/3gpp" => is_iso_media(bytes) && !contains(b"vide"),
            "video/mp4" | "video/3gpp" => is_iso_media(bytes),
            _ => true,
        }
}

fn is_iso_media(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp")
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! case {
        ($name:literal) => {
            &include_bytes!(concat!("../../../tests/vectors/cases/", $name))[..]
        };
    }

    #[test]
    fn whatsapp_accepts_its_own_types_only_and_ogg_only_with_opus() {
        for (content_type, bytes, expected) in [
            ("audio/ogg", case!("voice-opus.ogg"), Ok(())),
            ("audio/opus", case!("voice-opus.ogg"), Err(63019)),
            ("audio/ogg", case!("voice-vorbis.ogg"), Err(63019)),
            ("audio/wav", case!("voice.wav"), Err(63019)),
            ("audio/mpeg", case!("voice.mp3"), Ok(())),
            ("audio/mpeg", case!("voice.wav"), Err(63019)),
            ("audio/amr", case!("voice.amr"), Ok(())),
            ("audio/mp4", case!("voice.m4a"), Ok(())),
            ("audio/mp4", case!("film.mp4"), Err(63019)),
            ("video/mp4", case!("film.mp4"), Ok(())),
            ("audio/webm", case!("voice.webm"), Err(63019)),
            ("image/gif", b"GIF89a", Err(63019)),
            ("text/csv", case!("list.csv"), Err(63019)),
            ("text/plain", case!("note.txt"), Ok(())),
        ] {
            assert_eq!(check(Channel::WhatsApp, content_type, bytes), expected, "{content_type}");
        }
        assert_eq!(check(Channel::Sms, "audio/wav", case!("voice.wav")), Ok(()));
        assert_eq!(check(Channel::Sms, "image/png", case!("pic.jpg")), Err(12300));
    }
}
