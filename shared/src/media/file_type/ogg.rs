//! Ogg files: the codecs of their streams.

/// The maximum number of streams that are read.
const MAX_STREAMS: usize = 16;

/// The flag of a page that begins a stream.
const BEGINS_STREAM: u8 = 0x02;

/// Returns the content type of an Ogg file; `None` for other files.
///
/// A codec other than Opus is named by a parameter, because some channels accept only Opus.
pub(super) fn detect(head: &[u8]) -> Option<&'static str> {
    if !head.starts_with(b"OggS") {
        return None;
    }
    let types: Vec<&str> =
        FirstPages(head).take(MAX_STREAMS).filter_map(stream_content_type).collect();
    let video = types.iter().find(|content_type| content_type.starts_with("video/"));
    Some(video.or(types.first()).copied().unwrap_or("application/ogg"))
}

/// Returns the content type of a file with only this stream, from the stream's first packet.
fn stream_content_type(packet: &[u8]) -> Option<&'static str> {
    let codecs: [(&[u8], &str); 6] = [
        (b"OpusHead", "audio/ogg"),
        (b"\x01vorbis", "audio/ogg; codecs=vorbis"),
        (b"\x7fFLAC", "audio/ogg; codecs=flac"),
        (b"Speex   ", "audio/ogg; codecs=speex"),
        (b"\x80theora", "video/ogg"),
        (b"BBCD\0", "video/ogg"),
    ];
    let codec = codecs.iter().find(|(signature, _)| packet.starts_with(signature));
    codec.map(|(_, content_type)| *content_type)
}

/// The first packets of the streams. They come before all other pages.
struct FirstPages<'a>(&'a [u8]);

impl<'a> Iterator for FirstPages<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let page = self.0;
        let begins = page.starts_with(b"OggS") && page.get(5)? & BEGINS_STREAM != 0;
        if !begins {
            return None;
        }
        let segments = usize::from(*page.get(26)?);
        let body = page.get(27_usize.checked_add(segments)?..)?;
        let lengths = page.get(27..27 + segments)?;
        let length: usize = lengths.iter().map(|length| usize::from(*length)).sum();
        self.0 = body.get(length..).unwrap_or_default();
        Some(body.get(..length).unwrap_or(body))
    }
}
