//! A WebSocket whose client sends any frames whatever.

use crate::client::{Answer, Client};
use std::{
    net::SocketAddr,
    ops::{Deref, DerefMut},
    time::{Duration, Instant},
};

pub(crate) const CONTINUATION: u8 = 0x80;
pub(crate) const TEXT: u8 = 0x81;
pub(crate) const BINARY: u8 = 0x82;
pub(crate) const CLOSE: u8 = 0x88;
pub(crate) const PING: u8 = 0x89;
pub(crate) const PONG: u8 = 0x8A;

/// Taken from the first byte of a frame, it says that there are more fragments.
pub(crate) const FIN: u8 = 0x80;

/// Any key: what is masked is told with it.
const KEY: [u8; 4] = [0x5A, 0x13, 0x99, 0x07];

pub(crate) struct Socket(pub(crate) Client);

/// A frame from the hub.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) first: u8,
    pub(crate) payload: Vec<u8>,
}

impl Socket {
    /// Opens a WebSocket as one should.
    pub(crate) fn open(address: SocketAddr, path: &str) -> Self {
        let mut socket = Socket::ask(address, path);
        socket.opened();
        socket
    }

    /// Asks for a WebSocket, and leaves the answer to be read.
    pub(crate) fn ask(address: SocketAddr, path: &str) -> Self {
        Self::ask_on(Client::connect(address), path)
    }

    /// Asks for a WebSocket on any connection.
    pub(crate) fn ask_on(mut client: Client, path: &str) -> Self {
        client.send(handshake("GET", path, "13", Some("dGhlIHNhbXBsZSBub25jZQ=="), ""));
        Socket(client)
    }

    /// Waits for the answer that it is open.
    pub(crate) fn opened(&mut self) -> Answer {
        let answer = self.answer().expect("an answer to a handshake");
        assert_eq!(answer.status, 101, "{answer:?}");
        answer
    }

    /// Waits for a frame; `None` if the hub hangs up.
    pub(crate) fn frame(&mut self) -> Option<Frame> {
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
    pub(crate) fn close_code(&mut self) -> Option<u16> {
        loop {
            let frame = self.frame()?;
            if frame.first == CLOSE {
                return Some(u16::from_be_bytes(frame.payload[..2].try_into().unwrap()));
            }
        }
    }

    /// Sends `bytes` every `pause`, whatever it is sent, until it is hung up on.
    pub(crate) fn drip_past_frames(&mut self, bytes: &[u8], pause: Duration, late: Duration) {
        let began = Instant::now();
        while self.try_send(bytes).is_ok() && !self.passes_over_all(pause) {
            assert!(began.elapsed() < late, "not cut off within {late:?}");
        }
    }

    pub(crate) fn reset(self) {
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
pub(crate) fn handshake(
    method: &str,
    path: &str,
    version: &str,
    key: Option<&str>,
    more: &str,
) -> String {
    let key = key.map_or(String::new(), |key| format!("Sec-WebSocket-Key: {key}\r\n"));
    format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: {version}\r\n{key}{more}\r\n"
    )
}

/// A frame as a client sends it: masked.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = announce(first, payload.len() as u64);
    frame.extend(payload.iter().zip(KEY.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// The beginning of a frame whose payload is as long as it says, or not.
pub(crate) fn announce(first: u8, length: u64) -> Vec<u8> {
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
pub(crate) fn unmasked(first: u8, payload: &[u8]) -> Vec<u8> {
    [&[first, payload.len() as u8], payload].concat()
}
