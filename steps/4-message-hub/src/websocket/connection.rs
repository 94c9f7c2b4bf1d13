//! One WebSocket, from its opening to its end.

use super::nonblocking_socket::NonblockingSocket;
use crate::{
    ControlMessage, Encoding, Hub, Next, Subscription, control_message::CloseReason, guard::Token,
};
use bytes::{Buf, Bytes};
use http::HeaderValue;
use pubsub::ChannelName;
use service::{ConnectionPermit, Scope, Setting};
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::AsyncWrite,
    net::TcpStream,
    time::{Interval, MissedTickBehavior, interval},
};
use tungstenite::{
    Error, Message, WebSocket,
    error::CapacityError,
    protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
};

/// How much is read from the socket at once. Most readers send nothing but answers to pings.
const READ_BUFFER: usize = 512;

/// While this much waits to be sent back, nothing more is read.
const CONTROL_BYTES: usize = 4096;

/// How many times the socket is read from, and how many messages are taken from it, before others
/// have their turn; and before this connection writes, and looks at the time.
const MAX_READS: usize = 16;
const MAX_MESSAGES: usize = 64;

/// How long a message may be that will not be published.
const MAX_UNWANTED_BYTES: usize = 1024;

/// How many intervals a close may take to be answered.
const CLOSE_TICKS: u32 = 2;

/// What a connection needs of the streamer that accepted it.
pub(super) struct ConnectionConfig {
    pub(super) hub: Arc<Hub>,
    pub(super) channel: ChannelName,
    /// Whether what comes in is published, from whoever has the token.
    pub(super) publish: Setting<bool>,
    /// What it came with; what that is worth may change under an open connection.
    pub(super) authorization: Option<HeaderValue>,
    pub(super) max_message_bytes: usize,
    pub(super) keepalive: Duration,
    /// A peer that says nothing for this long, not even in answer to a ping, is gone.
    pub(super) idle_timeout: Duration,
}

/// How far a connection is from its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// A close has been sent; the peer is to answer with its own.
    Closing,
    /// A close has been sent to a peer that breaks the rules: what it sends means nothing.
    Failed,
}

/// An open WebSocket: a reader of a channel, and perhaps a publisher.
pub(super) struct Connection {
    socket: WebSocket<NonblockingSocket>,
    subscription: Subscription,
    config: ConnectionConfig,
    /// The rest of a message that has been begun, or of a control message.
    rest: Bytes,
    /// Messages that have come in, and are to be published.
    accepted: Vec<pubsub::Message>,
    /// Something may have come that has not been looked at, with the handshake or after it. Only a
    /// read that would block tells that there is nothing more.
    has_unread: bool,
    /// Nothing is read until what waits to be sent back is written.
    held_up: bool,
    keepalive: Interval,
    /// How many ticks of the keepalive there have been since the peer was last heard.
    silent: u32,
    state: State,
    /// The hub stops: when all messages before this offset have been written, a close follows.
    leaving: Option<u64>,
    _permit: Arc<ConnectionPermit>,
}

impl ConnectionConfig {
    /// Whether what comes in is published now, or why not.
    fn may_publish(&self) -> Result<(), &'static str> {
        if !self.publish.get() {
            return Err("publishing by WebSocket is off (websocket_publish)");
        }
        match self.hub.guard.token(self.authorization.as_ref()) {
            Token::Good => Ok(()),
            _ => Err("publishing needs a token: Authorization: Bearer TOKEN"),
        }
    }
}

impl Connection {
    /// A connection on `stream`, from which `read` has been read already.
    pub(super) fn new(
        stream: TcpStream,
        read: &[u8],
        subscription: Subscription,
        config: ConnectionConfig,
        permit: Arc<ConnectionPermit>,
    ) -> Self {
        let max = match config.may_publish() {
            Ok(()) => config.max_message_bytes,
            Err(_) => MAX_UNWANTED_BYTES.min(config.max_message_bytes),
        };
        let max = Some(max);
        let websocket_config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_message_size(max)
            .max_frame_size(max);
        let socket = NonblockingSocket { stream, control: Vec::new(), reads: 0 };
        let mut keepalive = interval(config.keepalive);
        keepalive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        keepalive.reset();
        let hello = subscription.hello();
        Connection {
            socket: WebSocket::from_partially_read(
                socket,
                read.to_vec(),
                Role::Server,
                Some(websocket_config),
            ),
            subscription,
            config,
            rest: hello,
            accepted: Vec::new(),
            has_unread: !read.is_empty(),
            held_up: false,
            keepalive,
            silent: 0,
            state: State::Open,
            leaving: None,
            _permit: permit,
        }
    }

    /// Runs until either side closes, or the peer is gone. At a stop of `scope` it says goodbye,
    /// after what was published before that.
    pub(super) async fn run(&mut self, scope: &Scope) -> io::Result<()> {
        tokio::select! {
            ended = std::future::poll_fn(|context| self.poll(context)) => return ended,
            () = scope.stopping() => {}
        }
        self.leaving = Some(self.subscription.end());
        std::future::poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.poll_incoming(context)?.is_ready() {
            // Both sides have closed. What is left to say is said if there is room for it.
            let _ = self.poll_outgoing(context)?;
            return Poll::Ready(Ok(()));
        }
        while self.keepalive.poll_tick(context).is_ready() {
            self.tick()?;
        }
        self.poll_outgoing(context)
    }

    /// Takes in what the peer has sent. Ready when both sides have closed.
    fn poll_incoming(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
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
    fn poll_discard(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
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
    fn publish(&mut self) {
        let accepted = std::mem::take(&mut self.accepted);
        if accepted.is_empty() {
            return;
        }
        if let Err(full) = self.config.hub.publish_all(&self.config.channel, &accepted) {
            self.say_close(CloseCode::Again, &full.sentence);
        }
    }

    /// Closes for what the peer did against the protocol or the bounds.
    fn refuse(&mut self, error: &Error) {
        let code = match error {
            Error::Capacity(CapacityError::MessageTooLong { .. }) => CloseCode::Size,
            Error::Utf8(_) => CloseCode::Invalid,
            _ => CloseCode::Protocol,
        };
        self.say_close(code, &error.to_string());
        self.state = State::Failed;
    }

    fn say_close(&mut self, code: CloseCode, reason: &str) {
        if self.state != State::Open {
            return;
        }
        self.state = State::Closing;
        let mut end = reason.len().min(120); // a control frame has room for 123 bytes
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        let frame = CloseFrame { code, reason: reason[..end].into() };
        // It goes to a buffer, which cannot fail; or the peer has closed already.
        let _ = self.socket.close(Some(frame));
        self.silent = 0;
    }

    /// Pings, and looks how long the peer has been silent.
    fn tick(&mut self) -> io::Result<()> {
        self.silent += 1;
        let patience = match self.state {
            // Two pings, at the least, have had time to be answered.
            State::Open => self.config.idle_timeout.max(self.config.keepalive.saturating_mul(2)),
            _ => self.config.keepalive.saturating_mul(CLOSE_TICKS),
        };
        if self.config.keepalive.saturating_mul(self.silent) > patience {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the peer is silent"));
        }
        if self.state == State::Open && self.socket.get_ref().control.is_empty() {
            let _ = self.socket.send(Message::Ping(Bytes::new())); // to a buffer
        }
        Ok(())
    }

    /// Writes what there is to say, as far as the socket takes it.
    // ANCHOR: outgoing
    fn poll_outgoing(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
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

    fn encoding(&self) -> Encoding {
        self.subscription.encoding()
    }
}

/// The code with which a reader is closed that is too slow: "try again later".
const SLOW: CloseCode = CloseCode::Again;
