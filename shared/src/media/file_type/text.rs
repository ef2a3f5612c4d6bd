//! Text files: contact cards, calendars, tables and plain texts.

use super::claim::Claim;

/// Extensions of texts that a computer runs or a browser renders.
const RUN_EXTENSIONS: [&str; 18] = [
    "html", "htm", "xhtml", "shtml", "svg", "xml", "js", "mjs", "bat", "cmd", "sh", "ps1", "vbs",
    "hta", "php", "py", "jar", "url",
];

/// Returns the content type of a vCard or a calendar, which start with their name.
pub(super) fn detect_named(bytes: &[u8]) -> Option<&'static str> {
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

/// Returns the content type of a plain text or a table, if the sender says that it is one and the bytes are text.
pub(super) fn detect_claimed(bytes: &[u8], claim: &Claim<'_>) -> Option<&'static str> {
    let (essence, extension) = (claim.essence(), claim.extension());
    if !is_text(bytes) || RUN_EXTENSIONS.contains(&&*extension) {
        return None;
    }
    let table_types = ["text/csv", "application/csv", "text/comma-separated-values", "text/x-csv"];
    // Browsers on Windows declare a CSV file as Excel's.
    if extension == "csv" || table_types.contains(&&*essence) {
        return Some("text/csv");
    }
    let is_plain = essence == "text/plain" || matches!(&*extension, "txt" | "text" | "log" | "md");
    is_plain.then_some("text/plain")
}

/// Returns whether bytes are text in an encoding of single bytes, in UTF-8, or in UTF-16 with a byte order mark.
fn is_text(bytes: &[u8]) -> bool {
    let is_wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let is_control =
        |byte: &u8| *byte < 0x20 && !matches!(*byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    !bytes.is_empty() && (is_wide || !bytes.iter().any(is_control))
}
