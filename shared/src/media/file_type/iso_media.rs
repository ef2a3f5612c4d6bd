//! MPEG-4, `QuickTime` and 3GP files (ISO base media format): audio or video, by their tracks.

use super::claim::Claim;
use super::sample::{FileSample, u32_be};

/// The maximum number of boxes that are read at the top of a file.
const MAX_BOXES: usize = 64;

/// Returns the content type of an MPEG-4, `QuickTime` or 3GP file; `None` for other files and for still images.
pub(super) fn detect(sample: &FileSample<'_>, claim: &Claim<'_>) -> Option<&'static str> {
    let head = sample.head();
    if head.get(4..8)? != b"ftyp" {
        return None;
    }
    let brand = head.get(8..12)?;
    if [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"]
        .iter()
        .any(|image| brand == *image)
    {
        return None;
    }
    let named_audio = [b"M4A ", b"M4B ", b"M4P ", b"F4A "].iter().any(|audio| brand == *audio);
    let has_video = has_video(sample).unwrap_or(!named_audio && !claim.is_audio());
    Some(match (brand.get(..3)?, has_video) {
        (b"3g2", true) => "video/3gpp2",
        (b"3g2", false) => "audio/3gpp2",
        (b"3gp" | b"3gr" | b"3gs" | b"3ge" | b"3gg", true) => "video/3gpp",
        (b"3gp" | b"3gr" | b"3gs" | b"3ge" | b"3gg", false) => "audio/3gpp",
        (b"qt ", true) => "video/quicktime",
        (_, true) => "video/mp4",
        (_, false) => "audio/mp4",
    })
}

/// Returns whether there is a video track; `None` if the known bytes do not tell.
fn has_video(sample: &FileSample<'_>) -> Option<bool> {
    let mut offset = 0;
    for _ in 0..MAX_BOXES {
        let bytes = sample.bytes_from(offset);
        let header = BoxHeader::parse(bytes)?;
        if &header.kind == b"moov" {
            let known = bytes.get(header.length..).unwrap_or_default();
            let size = usize::try_from(header.size).ok()?.checked_sub(header.length)?;
            let movie = known.get(..size).unwrap_or(known);
            return tracks_have_video(movie, movie.len() == size);
        }
        offset = offset.checked_add(header.size)?;
    }
    None
}

fn tracks_have_video(movie: &[u8], is_complete: bool) -> Option<bool> {
    let tracks = Boxes(movie).filter(|(kind, _)| kind == b"trak");
    let media = tracks.flat_map(|(_, track)| Boxes(track)).filter(|(kind, _)| kind == b"mdia");
    let handlers: Vec<&[u8]> = media
        .flat_map(|(_, media)| Boxes(media))
        .filter(|(kind, _)| kind == b"hdlr")
        // Version and flags, then a reserved number.
        .filter_map(|(_, handler)| handler.get(8..12))
        .collect();
    if handlers.iter().any(|handler| handler == b"vide") {
        return Some(true);
    }
    (is_complete && handlers.iter().any(|handler| handler == b"soun")).then_some(false)
}

struct BoxHeader {
    kind: [u8; 4],
    /// The length of the header in bytes.
    length: usize,
    /// The size of the box with its header, in bytes.
    size: u64,
}

impl BoxHeader {
    /// Parses a header. Returns `None` for an incomplete one, or a box without a size.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let kind = bytes.get(4..8)?.try_into().ok()?;
        let header = match u32_be(bytes, 0)? {
            // The size follows as a 64-bit number.
            1 => {
                let size = u64::from_be_bytes(bytes.get(8..16)?.try_into().ok()?);
                Self { kind, length: 16, size }
            }
            size => Self { kind, length: 8, size: u64::from(size) },
        };
        (header.size >= u64::try_from(header.length).ok()?).then_some(header)
    }
}

/// The boxes in a part of a file. The last one may be cut.
struct Boxes<'a>(&'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let header = BoxHeader::parse(self.0)?;
        let end = usize::try_from(header.size).unwrap_or(usize::MAX).min(self.0.len());
        let (current, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        Some((header.kind, current.get(header.length..)?))
    }
}
