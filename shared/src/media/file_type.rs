//! Detection of content types from bytes, and safe file names.
//!
//! Types that a browser could execute are never returned.

use super::kind::MediaKind;

/// The number of leading bytes that [`sniff`] needs.
pub const SNIFF_LEN: usize = 4096;

/// The beginnings of the content types that [`sniff`] may return. Executables are not among them.
const NAMED_TYPES: [&str; 10] = [
    "image/",
    "audio/",
    "video/",
    "application/pdf",
    "application/rtf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.oasis.opendocument",
    "application/vnd.openxmlformats-officedocument",
];

/// The content type of unknown or unsafe files.
pub const OCTET_STREAM: &str = "application/octet-stream";

/// Detects the content type of a file from its first bytes.
///
/// Returns [`OCTET_STREAM`] if the type is unknown or unsafe.
pub fn sniff(bytes: &[u8]) -> &'static str {
    if let Some(text) = sniff_text(bytes) {
        return text;
    }
    let sniffed = infer::get(bytes).map_or(OCTET_STREAM, |found| found.mime_type());
    match sniffed {
        // The names that browsers and Twilio use.
        "audio/m4a" => "audio/mp4",
        "audio/x-wav" => "audio/wav",
        "audio/x-flac" => "audio/flac",
        // `infer` does not know this type.
        "video/mp4" | OCTET_STREAM
            if mp4_brand(bytes).is_some_and(|brand| brand.starts_with(b"3g")) =>
        {
            "video/3gpp"
        }
        // A browser could execute these.
        "text/html" | "text/xml" | "text/x-shellscript" | "image/svg+xml" => OCTET_STREAM,
        named if NAMED_TYPES.iter().any(|known| named.starts_with(known)) => named,
        _ => OCTET_STREAM,
    }
}

/// Recognizes vCards and calendars, which start with their name.
fn sniff_text(bytes: &[u8]) -> Option<&'static str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let starts_with = |word: &[u8]| {
        let start = bytes.trim_ascii_start().get(..word.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if starts_with(b"BEGIN:VCARD") {
        Some("text/vcard")
    } else if starts_with(b"BEGIN:VCALENDAR") {
        Some("text/calendar")
    } else {
        None
    }
}

/// Returns the major brand of an MPEG-4 file.
fn mp4_brand(bytes: &[u8]) -> Option<&[u8]> {
    (bytes.get(4..8)? == b"ftyp").then(|| bytes.get(8..12))?
}

/// Returns the `Content-Disposition` header of a file (RFC 6266).
///
/// Images, audio and video are `inline`; everything else is an `attachment`.
pub fn content_disposition(content_type: &str, name: Option<&str>) -> String {
    let kind = match MediaKind::from_content_type(content_type) {
        MediaKind::Image | MediaKind::Audio | MediaKind::Video => "inline",
        MediaKind::Contact | MediaKind::Document => "attachment",
    };
    let Some(name) = name.map(sanitize_file_name).filter(|name| !name.is_empty()) else {
        return kind.to_owned();
    };
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii() && c != '"' && c != '\\' && c != '%' { c } else { '_' })
        .collect();
    if plain == name {
        return format!("{kind}; filename=\"{plain}\"");
    }
    let encoded_name: String = name.bytes().map(percent_encode).collect();
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded_name}")
}

/// Returns a file name that every channel accepts.
///
/// It has at most 20 characters of `[A-Za-z0-9._-]` and an extension for its content type.
pub fn short_file_name(content_type: &str, name: Option<&str>) -> String {
    let plain = |name: &&str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        (1..=20).contains(&name.len()) && name.bytes().all(allowed) && !name.starts_with('.')
    };
    if let Some(name) = name.filter(plain) {
        return name.to_owned();
    }
    let extension = match content_type {
        "image/jpeg" => "jpg",
        "audio/mpeg" => "mp3",
        "audio/mp4" => "m4a",
        "video/3gpp" => "3gp",
        "video/quicktime" => "mov",
        "text/vcard" => "vcf",
        "text/calendar" => "ics",
        "application/pdf" => "pdf",
        full_type => full_type.split_once('/').map_or("bin", |(_, subtype)| subtype),
    };
    let extension: String = extension.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    format!("file.{extension}")
}

/// Removes folders, control characters and bidirectional marks from a file name.
///
/// The result has at most 120 characters.
pub fn sanitize_file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let safe = last.chars().filter(|c| !c.is_control() && !is_bidi_control(*c));
    safe.take(120).collect::<String>().trim().to_owned()
}

/// Returns whether `c` changes the text direction. With such a mark, `gpj.exe` can look like `exe.jpg`.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn percent_encode(byte: u8) -> String {
    let plain = byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte);
    if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn types_are_sniffed_and_executable_ones_are_octet_streams() {
        let mp4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
        let phone = b"\0\0\0\x18ftyp3gp4\0\0\0\0isom3gp4";
        for (bytes, content_type) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (b"GIF89a\x01\0\x01\0", "image/gif"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"OggS\0\x02\0\0\0\0\0\0", "audio/ogg"),
            (b"#!AMR\n\0\0\0\0\0\0", "audio/amr"),
            (b"ID3\x04\0\0\0\0\0\0", "audio/mpeg"),
            (mp4, "video/mp4"),
            (phone, "video/3gpp"),
            (b"BEGIN:VCARD\r\nVERSION:3.0", "text/vcard"),
            (b"\xef\xbb\xbf begin:vcalendar\n", "text/calendar"),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>", OCTET_STREAM),
            (b"<!DOCTYPE html><script>alert(1)</script>", OCTET_STREAM),
            (b"<?xml version=\"1.0\"?><svg/>", OCTET_STREAM),
            (b"#!/bin/sh\nrm -rf /", OCTET_STREAM),
            (b"MZ\x90\0\x03\0\0\0", OCTET_STREAM),
            (b"hello", OCTET_STREAM),
            (b"", OCTET_STREAM),
        ] {
            assert_eq!(sniff(bytes), content_type, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_disposition_names_the_file_and_is_inline_only_for_safe_types() {
        for (content_type, name, expected) in [
            ("image/png", None, "inline"),
            ("image/svg+xml", Some("a.svg"), "attachment; filename=\"a.svg\""),
            ("application/pdf", Some("../../etc/a b.pdf"), "attachment; filename=\"a b.pdf\""),
            (
                "video/mp4",
                Some("a\"b\r\n.mp4"),
                "inline; filename=\"a_b.mp4\"; filename*=UTF-8''a%22b.mp4",
            ),
            (
                "image/jpeg",
                Some("Grüße.jpg"),
                "inline; filename=\"Gr__e.jpg\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.jpg",
            ),
            ("image/jpeg", Some("a\u{202e}gpj.exe"), "inline; filename=\"agpj.exe\""),
        ] {
            assert_eq!(content_disposition(content_type, name), expected);
        }
    }

    #[test]
    fn a_short_file_name_is_ascii_with_an_extension_for_its_type() {
        for (content_type, name, expected) in [
            ("application/pdf", Some("offer-12.pdf"), "offer-12.pdf"),
            ("application/pdf", Some("Unser Angebot für Sie.pdf"), "file.pdf"),
            ("image/jpeg", None, "file.jpg"),
            ("image/png", Some(".."), "file.png"),
            ("application/vnd.ms-excel", None, "file.vndmsexc"),
        ] {
            assert_eq!(short_file_name(content_type, name), expected);
        }
    }

    proptest! {
        #[test]
        fn a_disposition_is_one_header_line_for_any_name(name in "\\PC{0,200}|.{0,40}") {
            let line = content_disposition("application/pdf", Some(&name));
            prop_assert!(line.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{line}");
            let quotes = line.matches('"').count();
            prop_assert!(quotes == 0 || quotes == 2, "{line}");
        }

        #[test]
        fn no_bytes_are_sniffed_as_an_executable_type(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let sniffed = sniff(&bytes);
            prop_assert!(!["text/html", "image/svg+xml", "text/xml"].contains(&sniffed));
        }
    }
}
