//! One WebSocket, from its opening to its end.

mod closing;
mod incoming;
mod outgoing;

use super::nonblocking_socket::NonblockingSocket;
use crate::{Encoding, Hub, Subscription, guard::Token};
use bytes::Bytes;
use http::HeaderValue;
use pubsub::ChannelName;
use service::{ConnectionPermit, Scope, Setting};
use std::{
    io,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    net::TcpStream,
    time::{Interval, MissedTickBehavior, interval},
};
use tungstenite::{
    Message, WebSocket,
    protocol::{Role, WebSocketConfig},
};

/// How much is read from the socket at once. Most readers send nothing but answers to pings.
const READ_BUFFER: usize = 512;

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

    fn encoding(&self) -> Encoding {
        self.subscription.encoding()
    }
}
