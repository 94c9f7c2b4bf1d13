//! The wire formats: how a reader subscribes, how a message is published, how a delivery looks.

use super::payload::{PAYLOAD, Payload};
use std::io;

/// A protocol that messages are published and delivered by. The channel is `bench` in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// A text message for each.
    WebSocket,
    /// A line for each, in a response without an end; what is published is a POST.
    Http,
    /// What Redis speaks.
    Resp,
    /// What NATS speaks.
    Nats,
}

/// What stands where a delivery was expected.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NonDelivery {
    /// Something else, so many bytes of it, which wants this answer.
    Whole(usize, Vec<u8>),
    /// The beginning of something else.
    Begun,
    /// A delivery, or the beginning of one.
    Delivery,
}

/// A key that a client may send to a WebSocket server, and what proves that it was understood.
const KEY: (&str, &str) = ("dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

/// What a client's frames are masked with.
const MASK: [u8; 4] = [0x5a, 0x11, 0xc3, 0x7e];

const WEBSOCKET_HEAD: [u8; 2] = [0x81, PAYLOAD as u8];
const RESP_HEAD: [u8; 33] = *b"*3\r\n$7\r\nmessage\r\n$5\r\nbench\r\n$64\r\n";
const NATS_HEAD: [u8; 16] = *b"MSG bench 1 64\r\n";
const SUBSCRIBED: &[u8] = b"*3\r\n$9\r\nsubscribe\r\n$5\r\nbench\r\n:1\r\n";

impl Protocol {
    /// What a reader sends to subscribe.
    pub(super) fn subscribe(self) -> Vec<u8> {
        match self {
            Protocol::WebSocket => upgrade(),
            Protocol::Http => b"GET /bench HTTP/1.1\r\nHost: bench\r\n\r\n".to_vec(),
            Protocol::Resp => b"SUBSCRIBE bench\r\n".to_vec(),
            Protocol::Nats => b"CONNECT {\"verbose\":false}\r\nSUB bench 1\r\nPING\r\n".to_vec(),
        }
    }

    /// What a publisher sends before the first message, if anything.
    pub(super) fn introduce(self) -> Vec<u8> {
        match self {
            Protocol::WebSocket => upgrade(),
            Protocol::Http | Protocol::Resp => Vec::new(),
            Protocol::Nats => b"CONNECT {\"verbose\":false}\r\nPING\r\n".to_vec(),
        }
    }

    /// How long the answer to that is, once it is complete; an error if it is a rejection.
    pub(super) fn answer(self, bytes: &[u8]) -> io::Result<Option<usize>> {
        let end_of = |end: &[u8]| {
            bytes.windows(end.len()).position(|window| window == end).map(|at| at + end.len())
        };
        let (end, accepted) = match self {
            Protocol::WebSocket => {
                (end_of(b"\r\n\r\n"), starts(bytes, b"HTTP/1.1 101") && contains(bytes, KEY.1))
            }
            Protocol::Http => (
                end_of(b"\r\n\r\n"),
                starts(bytes, b"HTTP/1.1 200")
                    && contains(&bytes.to_ascii_lowercase(), "transfer-encoding: chunked"),
            ),
            Protocol::Resp => (end_of(b":1\r\n"), starts(bytes, SUBSCRIBED)),
            Protocol::Nats => (end_of(b"PONG\r\n"), !contains(bytes, "-ERR")),
        };
        match end {
            Some(_) if !accepted => Err(unexpected("not subscribed", bytes)),
            None if bytes.len() > 4096 => Err(unexpected("no answer", bytes)),
            end => Ok(end),
        }
    }

    /// Appends what publishes a message.
    pub(super) fn publish(self, payload: &Payload, to: &mut Vec<u8>) {
        match self {
            Protocol::WebSocket => masked(WEBSOCKET_HEAD[0], payload, to),
            Protocol::Http => {
                to.extend(b"POST /bench HTTP/1.1\r\nHost: bench\r\nContent-Length: 64\r\n\r\n");
                to.extend(payload);
            }
            Protocol::Resp => {
                to.extend(b"*3\r\n$7\r\nPUBLISH\r\n$5\r\nbench\r\n$64\r\n");
                to.extend(payload);
                to.extend(b"\r\n");
            }
            Protocol::Nats => {
                to.extend(b"PUB bench 64\r\n");
                to.extend(payload);
                to.extend(b"\r\n");
            }
        }
    }

    /// Takes the deliveries that `bytes` starts with, and returns how long they are together.
    pub(super) fn deliveries(self, bytes: &[u8], take: impl FnMut(&Payload)) -> usize {
        match self {
            Protocol::WebSocket => frames(&WEBSOCKET_HEAD, b"", bytes, take),
            Protocol::Http => frames(b"", b"\n", bytes, take),
            Protocol::Resp => frames(&RESP_HEAD, b"\r\n", bytes, take),
            Protocol::Nats => frames(&NATS_HEAD, b"\r\n", bytes, take),
        }
    }

    /// What `rest` is, at whose start no whole delivery stands.
    pub(super) fn aside(self, rest: &[u8]) -> io::Result<NonDelivery> {
        let delivery = |head: &[u8], tail: usize| {
            let begun = rest.iter().zip(head).all(|(byte, head)| byte == head);
            begun && rest.len() < head.len() + PAYLOAD + tail
        };
        let is_delivery = match self {
            Protocol::WebSocket => delivery(&WEBSOCKET_HEAD, 0),
            Protocol::Http => delivery(b"", 1) && rest[0] != b'\n',
            Protocol::Resp => delivery(&RESP_HEAD, 2),
            Protocol::Nats => delivery(&NATS_HEAD, 2),
        };
        if is_delivery {
            return Ok(NonDelivery::Delivery);
        }
        match self {
            Protocol::WebSocket => websocket_control(rest),
            Protocol::Http if rest[0] == b'\n' => Ok(NonDelivery::Whole(1, Vec::new())), // a keepalive
            Protocol::Nats => nats_control(rest),
            Protocol::Http | Protocol::Resp => Err(unexpected("no delivery", rest)),
        }
    }

    /// Whether a publisher that gets deliveries of its own, or asides, has to understand them.
    /// Where it does not, all that it gets are answers to what it publishes.
    pub(super) fn publisher_listens(self) -> bool {
        matches!(self, Protocol::WebSocket | Protocol::Nats)
    }

    /// Whether one of these answers is a rejection.
    pub(super) fn refuses(self, answers: &[u8]) -> bool {
        match self {
            Protocol::Resp => answers.contains(&b'-'),
            Protocol::Http => contains(answers, "HTTP/1.1 4") || contains(answers, "HTTP/1.1 5"),
            Protocol::WebSocket | Protocol::Nats => false,
        }
    }
}

/// Takes frames of one length, each of which starts with `head` and ends with `tail`.
///
/// That both lengths are known to the compiler makes the comparisons a few instructions.
fn frames<const HEAD: usize, const TAIL: usize>(
    head: &[u8; HEAD],
    tail: &[u8; TAIL],
    bytes: &[u8],
    mut take: impl FnMut(&Payload),
) -> usize {
    let mut at = 0;
    while let Some((before, rest)) = bytes[at..].split_first_chunk::<HEAD>()
        && let Some((payload, rest)) = rest.split_first_chunk::<PAYLOAD>()
        && let Some(after) = rest.first_chunk::<TAIL>()
        && before == head
        && after == tail
    {
        take(payload);
        at += HEAD + PAYLOAD + TAIL;
    }
    at
}

/// What asks an HTTP server for a WebSocket.
fn upgrade() -> Vec<u8> {
    format!(
        "GET /bench HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {}\r\nSec-WebSocket-Version: 13\r\n\r\n",
        KEY.0
    )
    .into_bytes()
}

/// Appends a frame as a client has to send it.
fn masked(head: u8, payload: &[u8], to: &mut Vec<u8>) {
    to.extend([head, 0x80 | payload.len() as u8]); // 125 bytes at most, here
    to.extend(MASK);
    to.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
}

/// A ping, which wants a pong, or a pong, which wants nothing.
fn websocket_control(rest: &[u8]) -> io::Result<NonDelivery> {
    let (0x89 | 0x8a) = rest[0] else { return Err(unexpected("no delivery", rest)) };
    let length = match rest.get(1) {
        Some(length @ ..126) => usize::from(*length),
        Some(_) => return Err(unexpected("no ping", rest)),
        None => return Ok(NonDelivery::Begun),
    };
    let Some(payload) = rest.get(2..2 + length) else { return Ok(NonDelivery::Begun) };
    let mut answer = Vec::new();
    if rest[0] == 0x89 {
        masked(0x8a, payload, &mut answer);
    }
    Ok(NonDelivery::Whole(2 + length, answer))
}

/// A line of NATS that is no message.
fn nats_control(rest: &[u8]) -> io::Result<NonDelivery> {
    let Some(end) = rest.windows(2).position(|end| end == b"\r\n") else {
        return Ok(NonDelivery::Begun);
    };
    let answer = match &rest[..end] {
        b"PING" => b"PONG\r\n".to_vec(),
        line if starts(line, b"INFO ") || line == b"PONG" || line == b"+OK" => Vec::new(),
        _ => return Err(unexpected("no delivery", rest)),
    };
    Ok(NonDelivery::Whole(end + 2, answer))
}

fn starts(bytes: &[u8], with: &[u8]) -> bool {
    bytes.starts_with(with)
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn unexpected(what: &str, bytes: &[u8]) -> io::Error {
    let some = bytes[..bytes.len().min(100)].escape_ascii();
    io::Error::new(io::ErrorKind::InvalidData, format!("{what}: {some}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_when_it_is_whole() {
        let switched =
            format!("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: {}\r\n\r\n", KEY.1);
        let stream = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let info = "INFO {\"max_payload\":1048576}\r\nPONG\r\n";
        let answers = [
            (Protocol::WebSocket, switched.as_bytes()),
            (Protocol::Http, stream.as_bytes()),
            (Protocol::Resp, SUBSCRIBED),
            (Protocol::Nats, info.as_bytes()),
        ];
        for (wire, answer) in answers {
            for end in 0..answer.len() {
                assert_eq!(wire.answer(&answer[..end]).unwrap(), None, "{wire:?}, {end} bytes");
            }
            let followed = [answer, b"what follows"].concat();
            assert_eq!(wire.answer(&followed).unwrap(), Some(answer.len()), "{wire:?}");
        }
    }

    #[test]
    fn a_refusal_is_an_error() {
        assert!(Protocol::WebSocket.answer(b"HTTP/1.1 101 OK\r\n\r\n").is_err());
        assert!(Protocol::Http.answer(b"HTTP/1.1 503 Busy\r\n\r\n").is_err());
        assert!(Protocol::Resp.answer(b"-ERR max number of clients reached\r\n:1\r\n").is_err());
        assert!(Protocol::Nats.answer(b"INFO {}\r\n-ERR 'no'\r\nPONG\r\n").is_err());
        assert!(Protocol::Resp.refuses(b":1\r\n-ERR\r\n"));
        assert!(!Protocol::Http.refuses(b"HTTP/1.1 204 No Content\r\n\r\n"));
    }

    #[test]
    fn a_ping_is_answered() {
        let pong = [0x8a, 0x81, 0x5a, 0x11, 0xc3, 0x7e, b'x' ^ 0x5a];
        let aside = Protocol::WebSocket.aside(&[0x89, 1, b'x', 0x81]).unwrap();
        assert_eq!(aside, NonDelivery::Whole(3, pong.to_vec()));
        let aside = Protocol::Nats.aside(b"PING\r\nMSG").unwrap();
        assert_eq!(aside, NonDelivery::Whole(6, b"PONG\r\n".to_vec()));
    }
}
