//! `WebM` and Matroska files: audio or video, by their tracks.

use super::claim::Claim;

/// The identifier of an EBML file.
const EBML: u32 = 0x1a45_dfa3;
const SEGMENT: u32 = 0x1853_8067;
const TRACKS: u32 = 0x1654_ae6b;
const TRACK_ENTRY: u32 = 0xae;
const TRACK_TYPE: u32 = 0x83;
const VIDEO: u8 = 1;
const AUDIO: u8 = 2;

/// Returns the content type for a file that is named a `WebM` or Matroska video.
pub(super) fn detect(
    head: &[u8],
    video_type: &'static str,
    claim: &Claim<'_>,
) -> Option<&'static str> {
    let audio_type = match video_type {
        "video/webm" => "audio/webm",
        "video/x-matroska" => "audio/x-matroska",
        _ => return None,
    };
    let has_video = has_video(head).unwrap_or(!claim.is_audio());
    Some(if has_video { video_type } else { audio_type })
}

/// Returns whether there is a video track; `None` if the tracks are not among the first bytes.
fn has_video(head: &[u8]) -> Option<bool> {
    let segment = Elements(head).filter(|(id, _)| *id != EBML).find(|(id, _)| *id == SEGMENT)?.1;
    let tracks = Elements(segment).find(|(id, _)| *id == TRACKS)?.1;
    let entries = Elements(tracks).filter(|(id, _)| *id == TRACK_ENTRY);
    let types: Vec<u8> = entries
        .flat_map(|(_, entry)| Elements(entry))
        .filter(|(id, _)| *id == TRACK_TYPE)
        .filter_map(|(_, number)| number.last().copied())
        .collect();
    if types.contains(&VIDEO) {
        return Some(true);
    }
    types.contains(&AUDIO).then_some(false)
}

/// The EBML elements in a part of a file. The last one may be cut.
struct Elements<'a>(&'a [u8]);

impl<'a> Iterator for Elements<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (id, id_length) = variable_number(self.0, false)?;
        let after_id = self.0.get(id_length..)?;
        let (size, size_length) = variable_number(after_id, true)?;
        let content = after_id.get(size_length..)?;
        // A live recording has no size: all bits are set.
        let is_open = size == (1_u64 << (7 * size_length)) - 1;
        let length = if is_open { usize::MAX } else { usize::try_from(size).ok()? };
        let (current, rest) = content.split_at_checked(length.min(content.len()))?;
        self.0 = rest;
        Some((u32::try_from(id).ok()?, current))
    }
}

/// Parses a number whose leading zero bits tell its length. Returns it and its length in bytes.
fn variable_number(bytes: &[u8], without_marker: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = usize::try_from(first.leading_zeros()).ok()? + 1;
    if length > 8 {
        return None;
    }
    let number = bytes.get(..length)?.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
    let marker = 1_u64 << (7 * length);
    Some((if without_marker { number & !marker } else { number }, length))
}
