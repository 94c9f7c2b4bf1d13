//! A message: a line of text.

use bytes::Bytes;

/// A message: one line of UTF-8 text, at least a character long. Cloning shares the bytes.
///
/// It has no line break and no other control character but the tab. So a line on a stream is one
/// message, an empty line is none, a terminal that shows messages of strangers is safe, and
/// whoever carries messages has characters left to say something of their own with. A text of
/// several lines travels as JSON, where a line break is written `\n`.
#[derive(Clone, PartialEq, Eq)]
pub struct Message(Bytes);

/// Why something is not a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseMessageError {
    /// There is no text.
    #[error("a message cannot be empty")]
    Empty,
    /// The bytes are no text.
    #[error("a message is UTF-8 text; this is not, from byte {0} on")]
    NotUtf8(usize),
    /// There is a line break before the end.
    #[error(
        "a message is one line; there is a line break at byte {0}: send several, or write it as JSON"
    )]
    LineBreak(usize),
    /// There is another control character.
    #[error("a message has no control characters; there is one at byte {0}")]
    Control(usize),
}

impl Message {
    /// The message in these bytes, which are copied: what they are a part of, such as the buffer
    /// of a connection, is not kept for as long as the message is. A line break at the very end
    /// ends the line, and is no part of the message.
    // ANCHOR: parse
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseMessageError> {
        let line = bytes.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let line = line.unwrap_or(bytes);
        if line.is_empty() {
            return Err(ParseMessageError::Empty);
        }
        let text = str::from_utf8(line)
            .map_err(|error| ParseMessageError::NotUtf8(error.valid_up_to()))?;
        match text.char_indices().find(|(_, c)| c.is_control() && *c != '\t') {
            None => Ok(Message(Bytes::copy_from_slice(line))),
            Some((at, '\n' | '\r')) => Err(ParseMessageError::LineBreak(at)),
            Some((at, _)) => Err(ParseMessageError::Control(at)),
        }
    }
    // ANCHOR_END: parse

    /// The text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("`parse` looked")
    }

    /// The text as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_str().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_message_without_its_end() {
        let lines: [(&[u8], &str); 7] = [
            (b"7", "7"),
            (b"7\n", "7"),
            (b"7\r\n", "7"),
            (b" \t", " \t"),
            ("größer\n".as_bytes(), "größer"),
            (b"{\"a\":\"x\\ny\"}", "{\"a\":\"x\\ny\"}"),
            ("\u{2028}".as_bytes(), "\u{2028}"),
        ];
        for (line, text) in lines {
            assert_eq!(Message::parse(line).unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_is_not_a_line_of_text_is_told_where() {
        let not: [(&[u8], ParseMessageError); 10] = [
            (b"", ParseMessageError::Empty),
            (b"\n", ParseMessageError::Empty),
            (b"\r\n", ParseMessageError::Empty),
            (b"ab\xFF", ParseMessageError::NotUtf8(2)),
            (b"\xC3", ParseMessageError::NotUtf8(0)),
            (b"one\ntwo", ParseMessageError::LineBreak(3)),
            (b"one\n\n", ParseMessageError::LineBreak(3)),
            (b"one\r", ParseMessageError::LineBreak(3)),
            (b"a\x1B[31m", ParseMessageError::Control(1)),
            ("a\u{85}".as_bytes(), ParseMessageError::Control(1)),
        ];
        for (line, reason) in not {
            assert_eq!(Message::parse(line), Err(reason), "{line:?}");
        }
    }
}
