//! What the peer sends: messages to publish, answers to pings, a close.

use super::{Connection, State};
use std::{
    io,
    task::{Context, Poll, ready},
};
use tungstenite::{Error, Message, protocol::frame::coding::CloseCode};

/// While this much waits to be sent back, nothing more is read.
const CONTROL_BYTES: usize = 4096;

/// How many times the socket is read from, and how many messages are taken from it, before others
/// have their turn; and before this connection writes, and looks at the time.
const MAX_READS: usize = 16;
const MAX_MESSAGES: usize = 64;

impl Connection {
    /// Takes in what the peer has sent. Ready when both sides have closed.
    pub(super) fn poll_incoming(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.state == State::Failed {
            return self.poll_discard(context);
        }
        let read = self.poll_read(context);
        self.publish();
        read
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.get_mut().reads = MAX_READS;
        for _ in 0..MAX_MESSAGES {
            if self.socket.get_ref().control.len() >= CONTROL_BYTES {
                self.held_up = true; // until that is written
                return Poll::Pending;
            }
            // ANCHOR: wait
            if !self.has_unread {
                ready!(self.socket.get_ref().stream.poll_read_ready(context))?;
                self.has_unread = true;
            }
            // ANCHOR_END: wait
            match self.socket.read() {
                Ok(message) => {
                    // Who has been sent a close has only so much time for his own.
                    if self.state == State::Open {
                        self.silent = 0;
                    }
                    self.incoming(message);
                }
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.socket.get_ref().reads == 0 {
                        break;
                    }
                    self.has_unread = false;
                }
                Err(Error::Io(error)) => return Poll::Ready(Err(error)),
                Err(Error::ConnectionClosed | Error::AlreadyClosed) => return Poll::Ready(Ok(())),
                Err(error) => {
                    self.refuse(&error);
                    return self.poll_discard(context);
                }
            }
        }
        context.waker().wake_by_ref(); // there may be more
        Poll::Pending
    }

    /// Reads and throws away, until the peer has closed: a socket that is closed before is reset,
    /// and the peer may never see why.
    pub(super) fn poll_discard(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut scrap = [0; 1024];
        for _ in 0..MAX_READS {
            ready!(self.socket.get_ref().stream.poll_read_ready(context))?;
            match self.socket.get_ref().stream.try_read(&mut scrap) {
                Ok(0) => return Poll::Ready(Ok(())),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    fn incoming(&mut self, message: Message) {
        match message {
            Message::Text(text) if self.state == State::Open => self.accept(text.as_bytes()),
            Message::Binary(_) => self.say_close(CloseCode::Unsupported, "messages are text"),
            // tungstenite has answered.
            Message::Close(_) => self.state = State::Closing,
            _ => {}
        }
    }

    /// Takes a message that is to be published, or closes.
    fn accept(&mut self, text: &[u8]) {
        if let Err(reason) = self.config.may_publish() {
            return self.say_close(CloseCode::Policy, reason);
        }
        match pubsub::Message::parse(text) {
            Ok(message) => self.accepted.push(message),
            Err(bad) => self.say_close(CloseCode::Policy, &bad.to_string()),
        }
    }

    /// Publishes what has come in together.
    pub(super) fn publish(&mut self) {
        let accepted = std::mem::take(&mut self.accepted);
        if accepted.is_empty() {
            return;
        }
        if let Err(full) = self.config.hub.publish_all(&self.config.channel, &accepted) {
            self.say_close(CloseCode::Again, &full.sentence);
        }
    }
}
