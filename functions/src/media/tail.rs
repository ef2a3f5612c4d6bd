//! Keeps the last bytes of a file while it is streamed.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use shared::media::file_type::TAIL_LEN;

/// The last bytes of a stream, from which its content type is decided.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail(Arc<Mutex<Vec<u8>>>);

impl Tail {
    /// Returns the same stream. Its last [`TAIL_LEN`] bytes are kept.
    pub(super) fn record(
        &self,
        chunks: BoxStream<'static, io::Result<Vec<u8>>>,
    ) -> BoxStream<'static, io::Result<Vec<u8>>> {
        let tail = self.clone();
        chunks.inspect(move |chunk| chunk.iter().for_each(|bytes| tail.push(bytes))).boxed()
    }

    /// Returns the last bytes so far.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn push(&self, bytes: &[u8]) {
        let mut tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tail.extend_from_slice(bytes);
        let surplus = tail.len().saturating_sub(TAIL_LEN);
        tail.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn the_last_bytes_are_kept_and_all_bytes_passed_on() {
        let chunks = [vec![1; TAIL_LEN], vec![2; 3], Vec::new(), vec![3]];
        let tail = Tail::default();
        let stream = stream::iter(chunks.clone().map(Ok)).boxed();
        let passed: Vec<_> = tail.record(stream).map(Result::unwrap).collect().await;
        assert_eq!(passed, chunks);
        let bytes = tail.bytes();
        assert_eq!((bytes.len(), &bytes[TAIL_LEN - 5..]), (TAIL_LEN, &[1, 2, 2, 2, 3][..]));
    }
}
