//! What is written: control frames, and the messages of the channel.

use super::{Connection, State};
use crate::{ControlMessage, Next, control_message::CloseReason};
use bytes::Buf;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::AsyncWrite;
use tungstenite::protocol::frame::coding::CloseCode;

/// The code with which a reader is closed that is too slow: "try again later".
const SLOW: CloseCode = CloseCode::Again;

impl Connection {
    /// Writes what there is to say, as far as the socket takes it.
    // ANCHOR: outgoing
    pub(super) fn poll_outgoing(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut has_written = false;
        loop {
            if self.rest.is_empty() {
                // Between two messages: control frames go first, they are what the peer waits for.
                self.rest = std::mem::take(&mut self.socket.get_mut().control).into();
                if self.rest.is_empty() && std::mem::take(&mut self.held_up) {
                    context.waker().wake_by_ref(); // to read on
                }
            }
            if !self.rest.is_empty() {
                ready!(self.poll_write_rest(context))?;
                continue;
            }
            if self.leaving.is_some_and(|end| self.subscription.has_read(end)) {
                self.leaving = None;
                self.say_close(CloseCode::Away, &CloseReason::Stopping.to_string());
                continue;
            }
            match self.state {
                State::Open => {}
                State::Closing => return Poll::Pending, // until the peer has closed, too
                State::Failed => return self.poll_end(context),
            }
            // No message is taken from the log before the socket has room for it: a reader that
            // reads nothing holds nothing.
            ready!(self.socket.get_ref().stream.poll_write_ready(context))?;
            match ready!(self.subscription.poll_next(context)) {
                // Others have their turn, and meanwhile there may be more to write at once.
                Next::Batch(_) if std::mem::replace(&mut has_written, true) => {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Next::Batch(batch) => {
                    match self.socket.get_ref().stream.try_write(batch.as_slice()) {
                        Ok(written) => self.rest = self.subscription.advance(&batch, written),
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        Err(error) => return Poll::Ready(Err(error)),
                    }
                }
                Next::ControlMessage(ControlMessage::Closed(reason)) => {
                    self.say_close(SLOW, &reason.to_string())
                }
                Next::ControlMessage(control) => {
                    self.rest = self.encoding().encode_control(control)
                }
                Next::End => return Poll::Pending,
            }
        }
    }
    // ANCHOR_END: outgoing

    /// Says that nothing more is coming, and waits for the peer to see it.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.socket.get_mut().stream).poll_shutdown(context))?;
        Poll::Pending
    }

    fn poll_write_rest(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.rest.is_empty() {
            let stream = &self.socket.get_ref().stream;
            ready!(stream.poll_write_ready(context))?;
            match stream.try_write(&self.rest) {
                Ok(written) => self.rest.advance(written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }
}
