//! What the targets share: a supply of arbitrary bytes, and messages made of them.

use pubsub::Message;

/// Bytes that decide what a target does. When there are no more, they are zeros.
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    /// Whether there are more.
    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// The next.
    pub fn byte(&mut self) -> u8 {
        let (byte, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *byte
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    /// The bytes up to the next line break, and not that.
    pub fn line(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == b'\n').unwrap_or(self.0.len());
        let (line, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        line
    }
}

/// The lines of `bytes` that are messages.
pub fn messages(bytes: &[u8]) -> Vec<Message> {
    bytes.split(|byte| *byte == b'\n').filter_map(|line| Message::parse(line).ok()).collect()
}
