//! Names of files: safe ones, ones for files without a name, and short ones for the customer.

use deunicode::deunicode;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::file_type::OCTET_STREAM;
use super::kind::MediaKind;
use crate::visible::has_visible;

/// The maximum length of a file name, in characters.
const MAX_NAME_CHARS: usize = 120;

/// The maximum length of a file name that Twilio passes on, in characters.
const MAX_SHORT_NAME: usize = 20;

/// The maximum length of an extension, in characters.
const MAX_EXTENSION: usize = 5;

/// The extensions of content types, the usual one first.
const EXTENSIONS: [(&str, &[&str]); 32] = [
    ("image/jpeg", &["jpg", "jpeg", "jpe"]),
    ("image/png", &["png"]),
    ("image/gif", &["gif"]),
    ("image/webp", &["webp"]),
    ("image/heif", &["heic", "heif"]),
    ("image/tiff", &["tif", "tiff"]),
    ("image/bmp", &["bmp"]),
    ("audio/aac", &["aac"]),
    ("audio/amr", &["amr"]),
    ("audio/mpeg", &["mp3", "mpga"]),
    ("audio/mp4", &["m4a", "m4b", "mp4"]),
    ("audio/ogg", &["ogg", "oga", "opus"]),
    ("audio/wav", &["wav"]),
    ("audio/webm", &["webm", "weba"]),
    ("audio/3gpp", &["3gp", "3ga"]),
    ("audio/3gpp2", &["3g2"]),
    ("video/mp4", &["mp4", "m4v"]),
    ("video/3gpp", &["3gp"]),
    ("video/3gpp2", &["3g2"]),
    ("video/quicktime", &["mov", "qt"]),
    ("video/webm", &["webm"]),
    ("text/vcard", &["vcf"]),
    ("text/calendar", &["ics"]),
    ("text/csv", &["csv"]),
    ("text/plain", &["txt", "text", "log", "md"]),
    ("application/pdf", &["pdf"]),
    ("application/rtf", &["rtf"]),
    ("application/zip", &["zip"]),
    ("application/msword", &["doc", "dot"]),
    ("application/vnd.ms-excel", &["xls"]),
    ("application/vnd.ms-powerpoint", &["ppt", "pps"]),
    ("application/ogg", &["ogg", "ogx"]),
];

/// The Office formats, whose content types are long.
const OFFICE_EXTENSIONS: [(&str, &str); 6] = [
    ("application/vnd.openxmlformats-officedocument.wordprocessingml", "docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml", "xlsx"),
    ("application/vnd.openxmlformats-officedocument.presentationml", "pptx"),
    ("application/vnd.oasis.opendocument.text", "odt"),
    ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
    ("application/vnd.oasis.opendocument.presentation", "odp"),
];

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

/// Returns the file name that the customer sees: at most 20 characters of `[A-Za-z0-9._-]` with an extension for the
/// content type.
///
/// Letters of other scripts are written in Latin ones, and the beginning of the name stays.
pub fn short_file_name(content_type: &str, name: Option<&str>) -> String {
    let (stem, extension) = split_name(name.unwrap_or_default(), content_type);
    let mut plain = String::with_capacity(stem.len());
    for character in deunicode(stem).chars() {
        let kept = character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_');
        let character = if kept { character } else { '_' };
        let repeats = character == '_' && plain.ends_with(['_', '-', '.']);
        if !repeats {
            plain.push(character);
        }
    }
    let plain = plain.trim_matches(['_', '-', '.']);
    let room = MAX_SHORT_NAME - 1 - extension.len();
    let cut = plain.get(..room.min(plain.len())).unwrap_or_default();
    let cut = cut.trim_end_matches(['_', '-', '.']);
    let stem = if cut.is_empty() { kind_name(content_type) } else { cut };
    format!("{stem}.{extension}")
}

/// Returns the name under which a received file is stored.
///
/// A file without a visible name, or with an identifier of Twilio as its name, is named by its kind, the date and its
/// place in the message: `Document 30 Nov 2026 (2).pdf`. A name without an extension gets one.
pub fn received_file_name(
    name: Option<&str>,
    content_type: &str,
    received_at: Timestamp,
    index: usize,
) -> String {
    let name = name.map(sanitize_file_name).filter(|name| !name.is_empty() && !is_sid(name));
    let extension = usual_extension(content_type);
    let Some(name) = name else {
        let date = received_at.to_zoned(TimeZone::UTC).strftime("%-d %b %Y").to_string();
        let number = if index == 0 { String::new() } else { format!(" ({})", index + 1) };
        let kind = kind_name(content_type);
        return format!("{kind} {date}{number}.{}", extension.unwrap_or("bin"));
    };
    match extension {
        Some(extension) if !name.contains('.') => format!("{name}.{extension}"),
        _ => name,
    }
}

/// Removes folders, control characters and bidirectional marks from a file name.
///
/// The result has at most 120 characters. It is empty if no visible character is left.
pub fn sanitize_file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let safe = last.chars().filter(|c| !c.is_control() && !is_bidi_control(*c));
    let name = safe.take(MAX_NAME_CHARS).collect::<String>().trim().to_owned();
    let stem = match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => &name,
    };
    if has_visible(stem.trim_matches('.')) { name } else { String::new() }
}

/// Splits a name into its stem and an extension that fits the content type.
fn split_name<'a>(name: &'a str, content_type: &str) -> (&'a str, String) {
    let essence = essence(content_type);
    let is_extension = |text: &str| {
        (1..=MAX_EXTENSION).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let split = name.rsplit_once('.').filter(|(_, extension)| is_extension(extension));
    let own = split.map(|(_, extension)| extension.to_ascii_lowercase());
    let stem = split.map_or(name, |(stem, _)| stem);
    let known = EXTENSIONS.iter().find(|(known, _)| *known == essence);
    let fits = |own: &String| known.is_some_and(|(_, all)| all.contains(&own.as_str()));
    let extension = match (usual_extension(content_type), own) {
        (_, Some(own)) if fits(&own) => own,
        (Some(usual), _) => usual.to_owned(),
        (None, Some(own)) => own,
        (None, None) => subtype_extension(&essence),
    };
    (stem, extension)
}

/// Returns the usual extension of a content type, if it is known.
fn usual_extension(content_type: &str) -> Option<&'static str> {
    let essence = essence(content_type);
    let known = EXTENSIONS.iter().find(|(known, _)| *known == essence);
    let usual = known.and_then(|(_, all)| all.first().copied());
    let office = || OFFICE_EXTENSIONS.iter().find(|(known, _)| essence.starts_with(known));
    usual.or_else(|| office().map(|(_, extension)| *extension))
}

/// Returns the end of a content type as an extension: `avif` of `image/avif`.
fn subtype_extension(essence: &str) -> String {
    let subtype = essence.split_once('/').map_or("", |(_, subtype)| subtype);
    let subtype = subtype.strip_prefix("x-").unwrap_or(subtype);
    let is_short = (1..=MAX_EXTENSION).contains(&subtype.len())
        && subtype.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_short && essence != OCTET_STREAM { subtype.to_owned() } else { "bin".to_owned() }
}

fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn kind_name(content_type: &str) -> &'static str {
    match MediaKind::from_content_type(content_type) {
        MediaKind::Image => "Image",
        MediaKind::Audio => "Audio",
        MediaKind::Video => "Video",
        MediaKind::Contact => "Contact",
        MediaKind::Document => "Document",
    }
}

/// Returns whether a name is an identifier of Twilio: two letters and 32 hexadecimal digits, with any extension.
fn is_sid(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    stem.len() == 34
        && ["ME", "MM", "SM"].iter().any(|prefix| stem.starts_with(prefix))
        && stem.bytes().skip(2).all(|byte| byte.is_ascii_hexdigit())
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
    fn the_customer_sees_a_short_ascii_name_with_an_extension_for_its_type() {
        let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        for (content_type, name, expected) in [
            ("application/pdf", "offer-12.pdf", "offer-12.pdf"),
            ("application/pdf", "Quotation-2026-11-30.pdf", "Quotation-2026-1.pdf"),
            ("application/pdf", "Rechnung März.pdf", "Rechnung_Marz.pdf"),
            ("application/pdf", "Unser Angebot für Sie.pdf", "Unser_Angebot_fu.pdf"),
            ("application/pdf", "Screenshot_20261130-212810_Chrome.jpg", "Screenshot_20261.pdf"),
            ("application/pdf", "счёт №7.pdf", "schiot_No7.pdf"),
            ("application/pdf", "报价.PDF", "Bao_Jia.pdf"),
            ("application/pdf", "offer", "offer.pdf"),
            ("application/pdf", "\u{3164}.pdf", "Document.pdf"),
            ("application/pdf", "…", "Document.pdf"),
            ("image/jpeg", "", "Image.jpg"),
            ("image/jpeg", "IMG_0001.JPEG", "IMG_0001.jpeg"),
            ("image/png", "..", "Image.png"),
            ("audio/ogg", "note.opus", "note.opus"),
            ("audio/ogg; codecs=vorbis", "a (1).ogg", "a_1.ogg"),
            ("video/mp4", "a.b.c.mp4", "a.b.c.mp4"),
            ("application/vnd.ms-excel", "", "Document.xls"),
            (docx, "Offer & terms.docx", "Offer_terms.docx"),
            (docx, "Offer.doc", "Offer.docx"),
            ("image/avif", "a", "a.avif"),
            ("application/octet-stream", "data.parquet", "data.parquet.bin"),
            ("application/octet-stream", "data.bin2", "data.bin2"),
        ] {
            assert_eq!(short_file_name(content_type, Some(name)), expected, "{name}");
        }
        assert_eq!(short_file_name("image/jpeg", None), "Image.jpg");
    }

    #[test]
    fn a_received_file_without_a_name_is_named_by_kind_and_date() {
        let at: Timestamp = "2026-11-30T23:30:00Z".parse().unwrap();
        let (sid, with_extension) = (format!("ME{:032x}", 7), format!("ME{:032x}.ogg", 7));
        let named = |name, content_type, index| received_file_name(name, content_type, at, index);
        assert_eq!(named(None, "application/pdf", 0), "Document 30 Nov 2026.pdf");
        assert_eq!(named(Some(&sid), "text/plain", 1), "Document 30 Nov 2026 (2).txt");
        assert_eq!(named(Some(&with_extension), "audio/ogg", 0), "Audio 30 Nov 2026.ogg");
        assert_eq!(named(Some("\u{200b}.jpg"), "image/jpeg", 0), "Image 30 Nov 2026.jpg");
        assert_eq!(named(Some("\u{301}"), "video/mp4", 0), "Video 30 Nov 2026.mp4");
        assert_eq!(named(None, "text/vcard", 0), "Contact 30 Nov 2026.vcf");
        assert_eq!(named(None, OCTET_STREAM, 0), "Document 30 Nov 2026.bin");
        assert_eq!(named(Some("Rechnung"), "application/pdf", 0), "Rechnung.pdf");
        assert_eq!(named(Some("a/Rechnung.pdf"), "application/pdf", 0), "Rechnung.pdf");
        assert_eq!(named(Some("Notes"), OCTET_STREAM, 0), "Notes");
    }

    #[test]
    fn a_name_without_a_visible_character_is_empty() {
        for name in
            ["", " ", "\u{200e}", "\u{3164}", "\u{2800}.pdf", "\u{ad}.", "..", "\u{301}.jpg"]
        {
            assert_eq!(sanitize_file_name(name), "", "{name:?}");
        }
        assert_eq!(sanitize_file_name(".env"), ".env");
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
        fn a_short_name_is_short_and_plain_for_any_name(name in "\\PC{0,60}|.{0,40}") {
            for content_type in ["application/pdf", "image/webp", OCTET_STREAM, "video/3gpp"] {
                let short = short_file_name(content_type, Some(&name));
                prop_assert!((3..=20).contains(&short.len()), "{short}");
                let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
                prop_assert!(short.bytes().all(allowed), "{short}");
            }
        }
    }
}
