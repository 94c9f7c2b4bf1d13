//! Finds the deliveries in what one reader reads.

use super::{
    chunks::Chunks,
    payload::Payload,
    protocol::{NonDelivery, Protocol},
};
use std::io;

/// How much of a buffer is left free at its start, for what was kept of an earlier read.
pub(super) const ROOM: usize = 4096;

/// What one reader's stream has come to.
#[derive(Debug)]
pub(super) struct Decoder {
    wire: Protocol,
    chunks: Chunks,
    /// The beginning of what has not come whole.
    kept: Vec<u8>,
}

impl Decoder {
    pub(super) fn new(wire: Protocol) -> Self {
        Decoder { wire, chunks: Chunks::default(), kept: Vec::new() }
    }

    /// Takes the deliveries from a read of `count` bytes, which stand after the free `ROOM` of
    /// `buffer`; `answers` gets what the server wants to hear.
    pub(super) fn decode(
        &mut self,
        buffer: &mut [u8],
        count: usize,
        answers: &mut Vec<u8>,
        mut take: impl FnMut(&Payload),
    ) -> io::Result<()> {
        let count = match self.wire {
            Protocol::Http => self.chunks.strip(&mut buffer[ROOM..ROOM + count])?,
            _ => count,
        };
        let start = ROOM - self.kept.len();
        buffer[start..ROOM].copy_from_slice(&self.kept);
        self.kept.clear();
        let mut rest = &buffer[start..ROOM + count];
        loop {
            rest = &rest[self.wire.deliveries(rest, &mut take)..];
            if rest.is_empty() {
                return Ok(());
            }
            match self.wire.aside(rest)? {
                NonDelivery::Whole(length, answer) => {
                    answers.extend(answer);
                    rest = &rest[length..];
                }
                NonDelivery::Begun | NonDelivery::Delivery => break,
            }
        }
        if rest.len() > ROOM {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line without an end"));
        }
        self.kept.extend_from_slice(rest);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::payload::payload, *};
    use std::time::Duration;

    /// Three deliveries, with all that may stand between them, and what that wants as an answer.
    fn stream(wire: Protocol) -> (Vec<u8>, &'static [u8]) {
        let payloads = [0, 1, 2].map(|number| payload(number, Duration::ZERO));
        let [first, second, third] = payloads.each_ref().map(|payload| payload.as_slice());
        match wire {
            Protocol::WebSocket => {
                let (head, ping, pong) = (b"\x81\x40", b"\x89\x02hi", b"\x8a\x00");
                let parts = [head, first, ping, head, second, pong, head, third];
                let answer = b"\x8a\x82\x5a\x11\xc3\x7e\x32\x78";
                (parts.concat(), answer)
            }
            Protocol::Http => {
                let lines = [b"\n\n", first, b"\n", second, b"\n\n", third, b"\n"].concat();
                let (one, rest) = lines.split_at(50);
                let (two, three) = rest.split_at(100);
                let chunks = [
                    [b"32\r\n", one, b"\r\n64;x=y\r\n", two, b"\r\n"].concat(),
                    format!("{:X}\r\n", three.len()).into_bytes(),
                    [three, b"\r\n"].concat(),
                ];
                (chunks.concat(), b"")
            }
            Protocol::Resp => {
                let head = b"*3\r\n$7\r\nmessage\r\n$5\r\nbench\r\n$64\r\n".as_slice();
                let end = b"\r\n".as_slice();
                ([head, first, end, head, second, end, head, third, end].concat(), b"")
            }
            Protocol::Nats => {
                let head = b"MSG bench 1 64\r\n".as_slice();
                let (ping, end) = (b"\r\nPING\r\n".as_slice(), b"\r\n".as_slice());
                let info = b"\r\nINFO {}\r\n+OK\r\n".as_slice();
                let parts = [head, first, ping, head, second, info, head, third, end];
                (parts.concat(), b"PONG\r\n")
            }
        }
    }

    fn decode(wire: Protocol, reads: &[&[u8]]) -> io::Result<(Vec<u64>, Vec<u8>)> {
        let mut decoder = Decoder::new(wire);
        let (mut numbers, mut answers) = (Vec::new(), Vec::new());
        for read in reads {
            let mut buffer = vec![0; ROOM + read.len()];
            buffer[ROOM..].copy_from_slice(read);
            decoder.decode(&mut buffer, read.len(), &mut answers, |payload| {
                numbers.push(super::super::payload::sequence(payload).unwrap());
            })?;
        }
        Ok((numbers, answers))
    }

    #[test]
    fn deliveries_are_found_wherever_reads_end() {
        for wire in [Protocol::WebSocket, Protocol::Http, Protocol::Resp, Protocol::Nats] {
            let (stream, answer) = stream(wire);
            for split in 0..=stream.len() {
                let (before, after) = stream.split_at(split);
                let found = decode(wire, &[before, after]).unwrap();
                assert_eq!(found, (vec![0, 1, 2], answer.to_vec()), "{wire:?}, split at {split}");
            }
            let bytes: Vec<_> = stream.chunks(1).collect();
            assert_eq!(decode(wire, &bytes).unwrap().0, [0, 1, 2], "{wire:?}, byte by byte");
        }
    }

    #[test]
    fn what_is_no_delivery_is_an_error() {
        assert!(decode(Protocol::WebSocket, &[&[0x81, 63]]).is_err());
        assert!(decode(Protocol::WebSocket, &[&[0x88, 2, 3, 0xe8]]).is_err());
        assert!(decode(Protocol::Http, &[b"46\r\n", &[b'0'; 70]]).is_err());
        assert!(decode(Protocol::Resp, &[b"-ERR\r\n"]).is_err());
        assert!(decode(Protocol::Nats, &[b"-ERR 'Slow Consumer'\r\n"]).is_err());
        assert!(decode(Protocol::Nats, &[b"MSG bench 1 65\r\n"]).is_err());
    }
}
