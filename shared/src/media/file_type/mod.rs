//! Detection of content types from the bytes of a file.
//!
//! Types that a browser could execute are never returned.
//!
//! - `sample`: the known bytes. `claim`: what the sender says, which decides only where the bytes do not.
//! - `archive`, `iso_media`, `matroska`, `ogg`, `text`: the formats that need more than a signature.

mod archive;
mod claim;
mod iso_media;
mod matroska;
mod ogg;
mod sample;
mod text;

pub use claim::Claim;
pub use sample::{FileSample, HEAD_LEN, OCTET_STREAM, TAIL_LEN};

/// The beginnings of the content types that [`detect`] may return. Executables are not among them.
const NAMED_TYPES: [&str; 7] = [
    "image/",
    "audio/",
    "video/",
    "application/pdf",
    "application/rtf",
    "application/vnd.oasis.opendocument",
    "application/vnd.openxmlformats-officedocument",
];

/// Detects the content type of a file from its bytes and, where they do not tell, from what the sender says.
///
/// Returns [`OCTET_STREAM`] if the type is unknown or unsafe.
pub fn detect(sample: &FileSample<'_>, claim: &Claim<'_>) -> &'static str {
    let head = sample.head();
    text::detect_named(head)
        .or_else(|| archive::detect(sample, claim))
        .or_else(|| iso_media::detect(sample, claim))
        .or_else(|| ogg::detect(head))
        .unwrap_or_else(|| detect_by_signature(head, claim))
}

fn detect_by_signature(head: &[u8], claim: &Claim<'_>) -> &'static str {
    let signature = infer::get(head).map(|found| found.mime_type());
    match signature {
        // It looks like a script.
        _ if head.starts_with(b"#!AMR-WB\n") => "audio/amr-wb",
        // The names that browsers and Twilio use.
        Some("audio/m4a") => "audio/mp4",
        Some("audio/x-wav") => "audio/wav",
        Some("audio/x-flac") => "audio/flac",
        // A browser could execute these.
        Some("text/html" | "text/xml" | "text/x-shellscript" | "image/svg+xml") => OCTET_STREAM,
        Some(named) if NAMED_TYPES.iter().any(|known| named.starts_with(known)) => {
            matroska::detect(head, named, claim).unwrap_or(named)
        }
        Some(_) => OCTET_STREAM,
        None => text::detect_claimed(head, claim).unwrap_or(OCTET_STREAM),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    const WORD: &str = "application/msword";

    macro_rules! case {
        ($name:literal) => {
            &include_bytes!(concat!("../../../../tests/vectors/cases/", $name))[..]
        };
    }

    /// Detects a type from the bytes that the product reads of a file.
    fn detect_file(bytes: &[u8], content_type: &str, name: &str) -> &'static str {
        let head = &bytes[..bytes.len().min(HEAD_LEN)];
        let tail = &bytes[bytes.len().saturating_sub(TAIL_LEN)..];
        let sample = FileSample::new(head, tail, bytes.len() as u64);
        let claim = Claim { content_type: Some(content_type), name: Some(name) };
        detect(&sample, &claim)
    }

    #[test]
    fn types_are_detected_and_executable_ones_are_octet_streams() {
        for (bytes, content_type) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (b"GIF89a\x01\0\x01\0", "image/gif"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heif"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"OggS\0\x02\0\0\0\0\0\0", "application/ogg"),
            (b"#!AMR\n\0\0\0\0\0\0", "audio/amr"),
            (b"#!AMR-WB\n\0\0\0", "audio/amr-wb"),
            (b"ID3\x04\0\0\0\0\0\0", "audio/mpeg"),
            (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video/mp4"),
            (b"\0\0\0\x18ftyp3gp4\0\0\0\0isom3gp4", "video/3gpp"),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime"),
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
            let detected = detect(&FileSample::whole(bytes), &Claim::default());
            assert_eq!(detected, content_type, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn the_tracks_decide_between_audio_and_video_and_otherwise_the_claim() {
        for (bytes, claim, expected) in [
            (case!("voice-audio.mp4"), "audio/mp4", "audio/mp4"),
            (case!("voice-audio.mp4"), "video/mp4", "audio/mp4"),
            (case!("voice.m4a"), "", "audio/mp4"),
            (case!("voice.webm"), "audio/webm", "audio/webm"),
            (case!("voice.webm"), "video/webm", "audio/webm"),
            (case!("film.mp4"), "video/mp4", "video/mp4"),
            (case!("film.mp4"), "audio/mp4", "video/mp4"),
            (case!("film.3gp"), "video/3gpp", "video/3gpp"),
            (case!("voice-opus.ogg"), "audio/ogg", "audio/ogg"),
            (case!("voice-opus.ogg"), "audio/opus", "audio/ogg"),
            (case!("voice-vorbis.ogg"), "audio/ogg", "audio/ogg; codecs=vorbis"),
            (case!("voice.amr"), "audio/amr", "audio/amr"),
            (case!("voice.mp3"), "audio/mpeg", "audio/mpeg"),
            (case!("voice.wav"), "audio/wav", "audio/wav"),
            // The tracks are not among these bytes.
            (&case!("film.mp4")[..64], "audio/mp4", "audio/mp4"),
            (&case!("film.3gp")[..64], "audio/3gpp", "audio/3gpp"),
            (&case!("voice-audio.mp4")[..64], "video/mp4", "video/mp4"),
            (&case!("voice.webm")[..260], "audio/webm", "audio/webm"),
            (&case!("voice.webm")[..260], "", "video/webm"),
        ] {
            assert_eq!(detect_file(bytes, claim, "x"), expected, "{claim} of {}", bytes.len());
        }
    }

    #[test]
    fn documents_are_recognized_by_their_parts_else_by_claim_and_extension_together() {
        let old_word = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0";
        let docx = case!("offer-pythondocx.docx");
        for (bytes, claim, name, expected) in [
            (docx, "", "offer", DOCX),
            (docx, "application/zip", "offer.zip", DOCX),
            (case!("offer-libreoffice-order.docx"), "", "", DOCX),
            (case!("prices-openpyxl.xlsx"), "", "", XLSX),
            (case!("prices-xlsxwriter.xlsx"), "", "", XLSX),
            (case!("both.zip"), "application/x-zip-compressed", "both.zip", "application/zip"),
            (case!("both.zip"), DOCX, "both.docx", "application/zip"),
            (&docx[..200], DOCX, "offer.docx", DOCX),
            (&docx[..200], DOCX, "offer.zip", "application/zip"),
            (old_word, WORD, "Offer.DOC", WORD),
            (old_word, WORD, "setup.msi", OCTET_STREAM),
            (old_word, "", "offer.doc", OCTET_STREAM),
            (case!("invoice.pdf"), "", "", "application/pdf"),
            (case!("note.txt"), "text/plain; charset=utf-8", "", "text/plain"),
            (case!("note.txt"), "", "note.txt", "text/plain"),
            (case!("list.csv"), "text/csv", "", "text/csv"),
            (case!("list.csv"), "application/vnd.ms-excel", "list.csv", "text/csv"),
            (b"K\xe4se;3,50\r\n", "text/csv", "", "text/csv"),
            (b"\xff\xfea\0;\0", "text/csv", "list.csv", "text/csv"),
            (b"MZ\x90\0\x03", "text/plain", "note.txt", OCTET_STREAM),
            (b"alert(1)", "text/plain", "note.js", OCTET_STREAM),
            (b"<html><script>", "text/plain", "note.txt", OCTET_STREAM),
            (b"<p>Hi", "text/html", "note.html", OCTET_STREAM),
        ] {
            assert_eq!(detect_file(bytes, claim, name), expected, "{claim} {name}");
        }
    }

    /// Returns an archive with empty entries.
    fn archive(names: &[&str]) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04".to_vec();
        let start = bytes.len();
        for name in names {
            let mut entry = [0; 46];
            entry[..4].copy_from_slice(b"PK\x01\x02");
            entry[28] = u8::try_from(name.len()).unwrap();
            bytes.extend(entry);
            bytes.extend(name.as_bytes());
        }
        let mut end = [0; 22];
        end[..4].copy_from_slice(b"PK\x05\x06");
        end[12..16].copy_from_slice(&u32::try_from(bytes.len() - start).unwrap().to_le_bytes());
        bytes.extend(end);
        bytes
    }

    #[test]
    fn archives_that_run_are_octet_streams() {
        for (names, expected) in [
            (
                &["[Content_Types].xml", "ppt/slides/slide1.xml"][..],
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            ),
            (&["word/document2.xml", "[Content_Types].xml"], DOCX),
            (&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"], OCTET_STREAM),
            (&["META-INF/MANIFEST.MF", "a.class"], OCTET_STREAM),
            (&["AndroidManifest.xml"], OCTET_STREAM),
            (&["word/holiday.jpg"], "application/zip"),
        ] {
            assert_eq!(detect_file(&archive(names), DOCX, "x.docx"), expected, "{names:?}");
        }
        let inner = archive(&["[Content_Types].xml", "word/document.xml"]);
        let outer = [&inner, &archive(&["offer.docx"])[4..]].concat();
        assert_eq!(detect_file(&outer, "", "offers.zip"), "application/zip");
    }

    proptest! {
        #[test]
        fn no_bytes_are_detected_as_an_executable_type(
            start in prop::sample::select(vec![
                &b""[..], b"OggS\0\x02", b"\x1aE\xdf\xa3", b"\0\0\0\x08ftypisom", b"PK\x03\x04", b"PK\x01\x02",
                b"\0\0\0\x08ftypisom\0\0\0\x20moov\0\0\0\x18trak",
            ]),
            bytes in proptest::collection::vec(any::<u8>(), 0..128),
            tail in proptest::collection::vec(any::<u8>(), 0..64),
            size in any::<u64>(),
        ) {
            let head = [start, &bytes].concat();
            let claim = Claim { content_type: Some("text/plain"), name: Some("a.txt") };
            let detected = detect(&FileSample::new(&head, &tail, size), &claim);
            prop_assert!(!["text/html", "image/svg+xml", "text/xml"].contains(&detected));
        }
    }
}
