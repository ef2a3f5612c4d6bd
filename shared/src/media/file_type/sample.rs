//! The bytes of a file from which its type is decided.

/// The number of leading bytes of a [`FileSample`].
pub const HEAD_LEN: usize = 16 * 1024;

/// The number of trailing bytes of a [`FileSample`]. Archives and many videos have their table of contents at the end.
pub const TAIL_LEN: usize = 24 * 1024;

/// The content type of unknown or unsafe files.
pub const OCTET_STREAM: &str = "application/octet-stream";

/// The known bytes of a file: its beginning and its end, which may overlap.
#[derive(Debug, Clone, Copy)]
pub struct FileSample<'a> {
    head: &'a [u8],
    tail: &'a [u8],
    size: u64,
}

impl<'a> FileSample<'a> {
    /// Creates a sample of a file of `size` bytes from its first and its last bytes.
    pub fn new(head: &'a [u8], tail: &'a [u8], size: u64) -> Self {
        Self { head, tail, size }
    }

    /// Creates a sample of a file of which all bytes are known.
    pub fn whole(bytes: &'a [u8]) -> Self {
        Self { head: bytes, tail: &[], size: u64::try_from(bytes.len()).unwrap_or(u64::MAX) }
    }

    /// Returns the first bytes.
    pub(super) fn head(&self) -> &'a [u8] {
        self.head
    }

    /// Returns the last bytes; empty if the end of the file is not known.
    pub(super) fn tail(&self) -> &'a [u8] {
        let knows_all = u64::try_from(self.head.len()).is_ok_and(|length| length >= self.size);
        if knows_all { self.head } else { self.tail }
    }

    /// Returns the known bytes from `offset` on; empty if that byte is not known.
    pub(super) fn bytes_from(&self, offset: u64) -> &'a [u8] {
        let in_head = usize::try_from(offset).ok().and_then(|offset| self.head.get(offset..));
        if let Some(bytes) = in_head.filter(|bytes| !bytes.is_empty()) {
            return bytes;
        }
        let tail_length = u64::try_from(self.tail.len()).unwrap_or(u64::MAX);
        let tail_start = self.size.saturating_sub(tail_length);
        let in_tail = offset.checked_sub(tail_start).and_then(|at| usize::try_from(at).ok());
        in_tail.and_then(|at| self.tail.get(at..)).unwrap_or_default()
    }
}

/// Returns the little-endian number of two bytes at `offset`.
pub(super) fn u16_le(bytes: &[u8], offset: usize) -> Option<u16> {
    let end = offset.checked_add(2)?;
    Some(u16::from_le_bytes(bytes.get(offset..end)?.try_into().ok()?))
}

/// Returns the little-endian number of four bytes at `offset`.
pub(super) fn u32_le(bytes: &[u8], offset: usize) -> Option<u32> {
    let end = offset.checked_add(4)?;
    Some(u32::from_le_bytes(bytes.get(offset..end)?.try_into().ok()?))
}

/// Returns the big-endian number of four bytes at `offset`.
pub(super) fn u32_be(bytes: &[u8], offset: usize) -> Option<u32> {
    let end = offset.checked_add(4)?;
    Some(u32::from_be_bytes(bytes.get(offset..end)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_bytes_are_found_from_both_ends() {
        let sample = FileSample::new(b"abcd", b"xyz", 20);
        assert_eq!(sample.bytes_from(2), b"cd");
        assert_eq!(sample.bytes_from(4), b"");
        assert_eq!(sample.bytes_from(16), b"");
        assert_eq!(sample.bytes_from(18), b"yz");
        assert_eq!(sample.bytes_from(20), b"");
        assert_eq!(sample.tail(), b"xyz");
        assert_eq!(FileSample::whole(b"abcd").tail(), b"abcd");
        assert_eq!(FileSample::new(b"abcd", b"", 20).tail(), b"");
    }
}
