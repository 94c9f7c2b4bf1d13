//! Closing a connection without losing its last answer.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

/// How long what still comes is read, at most, when a connection is closed.
const LINGER_TIMEOUT: Duration = Duration::from_secs(2);

/// The socket of a connection.
///
/// A system resets a connection that is closed with something unread, and then the peer may never
/// see what was answered: that its message is too long, for example, of which it is still sending
/// the rest. So where there is something unread at the end, or more is to come, that is thrown away
/// first, until the peer hangs up, but for two seconds at most.
pub struct Linger {
    stream: TcpStream,
    more_to_come: Arc<AtomicBool>,
    end: End,
}

/// How far the end has got.
enum End {
    NotYet,
    /// The peer has been told that nothing more is coming.
    Told,
    /// What still comes is thrown away, until then.
    Lingering(Pin<Box<Sleep>>),
}

impl Linger {
    /// The socket, and what says, at the end, whether more is to come that nobody reads.
    pub(super) fn new(stream: TcpStream, more_to_come: Arc<AtomicBool>) -> Self {
        Linger { stream, more_to_come, end: End::NotYet }
    }

    /// The socket itself.
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }

    // ANCHOR: linger
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut scrap = [0; 4096];
        loop {
            let read = self.stream.try_read(&mut scrap);
            let is_over = match &read {
                Ok(length) => *length == 0,
                // Nothing is there now.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    matches!(self.end, End::Told) && !self.more_to_come.load(Relaxed)
                }
                Err(_) => true,
            };
            if is_over {
                return Poll::Ready(Ok(()));
            }
            if let End::Told = self.end {
                self.end = End::Lingering(Box::pin(sleep(LINGER_TIMEOUT)));
            }
            if let End::Lingering(deadline) = &mut self.end
                && deadline.as_mut().poll(context).is_ready()
            {
                return Poll::Ready(Ok(()));
            }
            // A peer that sends without end lets others have their turn: this has a budget.
            ready!(self.stream.poll_read_ready(context))?;
        }
    }
    // ANCHOR_END: linger
}

impl AsyncRead for Linger {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Linger {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let End::NotYet = self.end {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
            self.end = End::Told;
        }
        self.poll_linger(context)
    }
}
