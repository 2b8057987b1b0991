//! Answers that go out as they are made, so that none of them, however long, is ever held as a whole.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::io::ReaderStream;

use super::wire::{Cipher, Sealing};

/// How much of an answer is made at a time.
const PIECE: usize = 64 * 1024;

/// The body that these texts make one behind the other, enciphered where there is a cipher.
pub(super) fn body(texts: impl Iterator<Item = String> + Send + 'static, cipher: Option<&Cipher>) -> Body {
    match cipher.map(Cipher::sealing) {
        None => stream(texts.map(String::into_bytes)),
        Some(sealing) => stream(Sealed { texts: texts.fuse(), sealing: Some(sealing) }),
    }
}

fn stream(pieces: impl Iterator<Item = Vec<u8>> + Send + 'static) -> Body {
    // Boxed, so it stays where it is whatever the iterator is made of.
    let pieces: Box<dyn Iterator<Item = Vec<u8>> + Send> = Box::new(pieces);
    Body::from_stream(ReaderStream::with_capacity(Pieces { pieces, left: Vec::new(), sent: 0 }, PIECE))
}

/// Texts, enciphered as they come.
struct Sealed<I> {
    texts: I,
    /// Gone with the end of the answer.
    sealing: Option<Sealing>,
}

impl<I: Iterator<Item = String>> Iterator for Sealed<I> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        match self.texts.next() {
            Some(text) => Some(self.sealing.as_mut()?.push(text.as_bytes()).into_bytes()),
            None => Some(self.sealing.take()?.end().into_bytes()),
        }
    }
}

/// Pieces, read one after the other.
struct Pieces {
    pieces: Box<dyn Iterator<Item = Vec<u8>> + Send>,
    left: Vec<u8>,
    /// How much of what is left was read already.
    sent: usize,
}

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while buffer.remaining() > 0 {
            let rest = self.left.get(self.sent..).unwrap_or_default();
            if rest.is_empty() {
                match self.pieces.next() {
                    Some(piece) => (self.left, self.sent) = (piece, 0),
                    None => break,
                }
                continue;
            }
            let fits = rest.len().min(buffer.remaining());
            buffer.put_slice(rest.get(..fits).unwrap_or_default());
            self.sent += fits;
        }
        Poll::Ready(Ok(()))
    }
}
