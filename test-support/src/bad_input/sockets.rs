//! A WebSocket whose client sends any frames whatever.

use super::client::{Client, Response};
use std::{
    net::SocketAddr,
    ops::{Deref, DerefMut},
    time::{Duration, Instant},
};

// The first byte of a whole message, or of the last fragment of one (RFC 6455, section 5.2). The hub has
// constants of its own: tests that used those would not see if one were wrong.
pub(super) const CONTINUATION: u8 = 0x80;
pub(super) const TEXT: u8 = 0x81;
pub(super) const BINARY: u8 = 0x82;
pub(super) const CLOSE: u8 = 0x88;
pub(super) const PING: u8 = 0x89;
pub(super) const PONG: u8 = 0x8A;

/// Taken from the first byte of a frame, it says that there are more fragments.
pub const FIN: u8 = 0x80;

/// Any key: what is masked is told with it.
const KEY: [u8; 4] = [0x5A, 0x13, 0x99, 0x07];

/// A WebSocket.
pub struct Socket(pub(super) Client);

/// A frame from the hub.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    pub(super) first: u8,
    pub(super) payload: Vec<u8>,
}

impl Socket {
    /// Opens a WebSocket as one should.
    pub fn open(address: SocketAddr, path: &str) -> Self {
        let mut socket = Socket::ask(address, path);
        socket.opened();
        socket
    }

    /// Asks for a WebSocket, and leaves the answer to be read.
    pub fn ask(address: SocketAddr, path: &str) -> Self {
        Self::ask_on(Client::connect(address), path)
    }

    /// Asks for a WebSocket on any connection.
    pub fn ask_on(mut client: Client, path: &str) -> Self {
        client.send(handshake("GET", path, "13", Some("dGhlIHNhbXBsZSBub25jZQ=="), ""));
        Socket(client)
    }

    /// Waits for the answer that it is open.
    pub fn opened(&mut self) -> Response {
        let answer = self.answer().expect("an answer to a handshake");
        assert_eq!(answer.status, 101, "{answer:?}");
        answer
    }

    /// Waits for a frame; `None` if the hub hangs up.
    pub fn frame(&mut self) -> Option<Frame> {
        let [first, length] = self.bytes()?;
        let length = match length {
            126 => u16::from_be_bytes(self.bytes()?).into(),
            127 => u64::from_be_bytes(self.bytes()?) as usize,
            short => short.into(),
        };
        let mut payload = vec![0; length];
        self.exactly(&mut payload).then_some(Frame { first, payload })
    }

    /// Waits for the close of the hub, and returns its code; `None` if it hangs up without.
    pub fn close_code(&mut self) -> Option<u16> {
        loop {
            let frame = self.frame()?;
            if frame.first == CLOSE {
                return Some(u16::from_be_bytes(frame.payload[..2].try_into().unwrap()));
            }
        }
    }

    /// Sends `bytes` every `pause`, whatever it is sent, until it is hung up on.
    pub fn drip_past_frames(&mut self, bytes: &[u8], pause: Duration, late: Duration) {
        let began = Instant::now();
        while self.try_send(bytes).is_ok() && !self.passes_over_all(pause) {
            assert!(began.elapsed() < late, "not cut off within {late:?}");
        }
    }

    /// Resets the connection.
    pub fn reset(self) {
        self.0.reset();
    }
}

impl Deref for Socket {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.0
    }
}

impl DerefMut for Socket {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.0
    }
}

/// A request to open a WebSocket, proper or not.
pub fn handshake(method: &str, path: &str, version: &str, key: Option<&str>, more: &str) -> String {
    let key = key.map_or(String::new(), |key| format!("Sec-WebSocket-Key: {key}\r\n"));
    format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: {version}\r\n{key}{more}\r\n"
    )
}

/// A frame as a client sends it: masked.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = announce(first, payload.len() as u64);
    frame.extend(payload.iter().zip(KEY.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// The beginning of a frame whose payload is as long as it says, or not.
pub fn announce(first: u8, length: u64) -> Vec<u8> {
    let mut header = vec![first];
    match length {
        0..=125 => header.push(0x80 | length as u8),
        126..=0xFFFF => {
            header.push(0x80 | 126);
            header.extend((length as u16).to_be_bytes());
        }
        _ => {
            header.push(0x80 | 127);
            header.extend(length.to_be_bytes());
        }
    }
    header.extend(KEY);
    header
}

/// A frame that is not masked.
pub fn unmasked(first: u8, payload: &[u8]) -> Vec<u8> {
    [&[first, payload.len() as u8], payload].concat()
}
