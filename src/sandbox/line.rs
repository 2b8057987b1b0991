//! Connections that can break: what is needed to lose an answer or to cut it off half-way.
//!
//! HTTP servers answer or fail in good order; so the break is made one level lower, where bytes are written.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

const WHOLE: u8 = 0;
const LOST: u8 = 1;
const CUT: u8 = 2;

/// What a call's handler holds of the connection that the call came in on.
#[derive(Clone, Default)]
pub(super) struct Line(Arc<AtomicU8>);

impl Line {
    /// From now on nothing is written: the connection closes without an answer.
    pub(super) fn lose(&self) {
        self.0.store(LOST, Ordering::Release);
    }

    /// The next answer is written up to the middle of its body, then the connection closes.
    pub(super) fn cut(&self) {
        self.0.store(CUT, Ordering::Release);
    }
}

impl Connected<IncomingStream<'_, Lines>> for Line {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.io().line.clone()
    }
}

/// A listener whose connections can break.
pub(super) struct Lines(pub(super) TcpListener);

impl Listener for Lines {
    type Io = LineIo;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (LineIo, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.0).await;
        (LineIo { stream, line: Line::default(), left: None }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// One connection.
pub(super) struct LineIo {
    stream: TcpStream,
    line: Line,
    /// How many bytes of a cut answer are still to go out; known with the answer's first bytes.
    left: Option<usize>,
}

impl AsyncRead for LineIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

// Vectored writes are left off: an answer then arrives here in one piece, head and body together, which is
// what finding the middle of its body rests on.
impl AsyncWrite for LineIo {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let allowed = match self.line.0.load(Ordering::Acquire) {
            WHOLE => bytes,
            CUT => {
                let left = *self.left.get_or_insert_with(|| middle_of_body(bytes));
                bytes.get(..left).unwrap_or(bytes)
            }
            _ => &[],
        };
        if allowed.is_empty() && !bytes.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, allowed))?;
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(written);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

fn middle_of_body(answer: &[u8]) -> usize {
    const END_OF_HEAD: &[u8] = b"\r\n\r\n";
    let head = answer.windows(END_OF_HEAD.len()).position(|window| window == END_OF_HEAD);
    head.map_or(answer.len() / 2, |start| {
        let body = start + END_OF_HEAD.len();
        body + (answer.len() - body) / 2
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_the_bodys() {
        assert_eq!(middle_of_body(b"HTTP/1.1 200 OK\r\n\r\n12345678"), 23);
        assert_eq!(middle_of_body(b"12345678"), 4);
        assert_eq!(middle_of_body(b""), 0);
    }
}
