//! ZIP archives, and the Office files among them by the names of their parts.

use super::claim::Claim;
use super::sample::{FileSample, OCTET_STREAM, u16_le, u32_le};

/// The content type of an archive.
pub(super) const ZIP: &str = "application/zip";

/// The beginning of an entry in the table of contents.
const TABLE_ENTRY: &[u8] = b"PK\x01\x02";

/// The beginning of the end of the table of contents.
const TABLE_END: &[u8] = b"PK\x05\x06";

/// The length of an entry in the table of contents without its name and comment.
const TABLE_ENTRY_LEN: usize = 46;

/// The beginning of the old Office format (OLE compound file), which installers use too.
const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// An Office format.
struct OfficeFormat {
    /// The folder of its parts in the archive; empty for an old format.
    folder: &'static str,
    content_type: &'static str,
    extension: &'static str,
}

const OFFICE: [OfficeFormat; 3] = [
    OfficeFormat {
        folder: "word/",
        content_type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        extension: "docx",
    },
    OfficeFormat {
        folder: "xl/",
        content_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        extension: "xlsx",
    },
    OfficeFormat {
        folder: "ppt/",
        content_type: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        extension: "pptx",
    },
];

const OLD_OFFICE: [OfficeFormat; 3] = [
    OfficeFormat { folder: "", content_type: "application/msword", extension: "doc" },
    OfficeFormat { folder: "", content_type: "application/vnd.ms-excel", extension: "xls" },
    OfficeFormat { folder: "", content_type: "application/vnd.ms-powerpoint", extension: "ppt" },
];

/// Returns the content type of an archive or an old Office file; `None` for other files.
///
/// Archives that a computer runs (Java, Android) and Office files with macros are [`OCTET_STREAM`].
pub(super) fn detect(sample: &FileSample<'_>, claim: &Claim<'_>) -> Option<&'static str> {
    let head = sample.head();
    if head.starts_with(COMPOUND_FILE) {
        return Some(claimed(&OLD_OFFICE, claim).unwrap_or(OCTET_STREAM));
    }
    // The second is an archive without entries.
    if !head.starts_with(b"PK\x03\x04") && !head.starts_with(TABLE_END) {
        return None;
    }
    if let Some(open_document) = open_document(head) {
        return Some(open_document);
    }
    let names = entry_names(sample.tail());
    if names.is_empty() {
        return Some(claimed(&OFFICE, claim).unwrap_or(ZIP));
    }
    Some(content_type_of(&names))
}

fn content_type_of(names: &[&[u8]]) -> &'static str {
    let has = |name: &str| names.contains(&name.as_bytes());
    let runnable = ["META-INF/MANIFEST.MF", "AndroidManifest.xml", "classes.dex"];
    if runnable.iter().any(|name| has(name)) {
        return OCTET_STREAM;
    }
    if !has("[Content_Types].xml") {
        return ZIP;
    }
    let has_folder = |folder: &str| names.iter().any(|name| name.starts_with(folder.as_bytes()));
    match OFFICE.iter().find(|office| has_folder(office.folder)) {
        Some(office) if has(&format!("{}vbaProject.bin", office.folder)) => OCTET_STREAM,
        Some(office) => office.content_type,
        None => ZIP,
    }
}

/// Returns the format that the declared type and the extension both name.
fn claimed(formats: &[OfficeFormat], claim: &Claim<'_>) -> Option<&'static str> {
    let (essence, extension) = (claim.essence(), claim.extension());
    let both =
        |office: &&OfficeFormat| essence == office.content_type && extension == office.extension;
    formats.iter().find(both).map(|office| office.content_type)
}

/// Returns the content type of an `OpenDocument` file, whose first entry says it.
fn open_document(head: &[u8]) -> Option<&'static str> {
    let types = [
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
    ];
    let entry = head.get(30..)?.strip_prefix(b"mimetype")?;
    types.into_iter().find(|content_type| entry.starts_with(content_type.as_bytes()))
}

/// Returns the names in the table of contents, as far as the last bytes of the file have it.
fn entry_names(tail: &[u8]) -> Vec<&[u8]> {
    // An archive may hold other archives with tables of their own: the last end counts.
    let end = tail.windows(TABLE_END.len()).rposition(|window| window == TABLE_END);
    let Some(end) = end else { return Vec::new() };
    let size = u32_le(tail, end + 12).and_then(|size| usize::try_from(size).ok());
    let start = end.saturating_sub(size.unwrap_or(usize::MAX));
    let mut rest = tail.get(start..end).unwrap_or_default();
    // If the table begins before the known bytes, the first entry may be cut.
    let first = rest.windows(TABLE_ENTRY.len()).position(|window| window == TABLE_ENTRY);
    rest = first.and_then(|at| rest.get(at..)).unwrap_or_default();
    let mut names = Vec::new();
    while let Some((name, length)) = table_entry(rest) {
        names.push(name);
        rest = rest.get(length..).unwrap_or_default();
    }
    names
}

/// Returns the name in an entry of the table of contents, and the entry's length.
fn table_entry(bytes: &[u8]) -> Option<(&[u8], usize)> {
    if !bytes.starts_with(TABLE_ENTRY) {
        return None;
    }
    let length = |offset| u16_le(bytes, offset).map(usize::from);
    let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
    let end = TABLE_ENTRY_LEN + name;
    Some((bytes.get(TABLE_ENTRY_LEN..end)?, end + extra + comment))
}
