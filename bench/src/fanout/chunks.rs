//! Takes the chunks out of a response that comes in chunks.

use std::io;

/// How far the chunks of one response have been read.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    part: Part,
}

#[derive(Debug, Clone, Copy)]
enum Part {
    /// In the line that tells the size, which is this as far as it has been read.
    Size(usize),
    /// Past the size, before the end of its line.
    Extension(usize),
    /// In a chunk; so much of it, and the end of its line, is to come.
    Chunk(usize),
}

impl Default for Part {
    fn default() -> Self {
        Part::Size(0)
    }
}

/// What follows each chunk.
const END: usize = b"\r\n".len();

impl Chunks {
    /// Moves what the chunks hold to the start of `bytes`, and returns how much that is.
    pub(super) fn strip(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let (mut read, mut kept) = (0, 0);
        while read < bytes.len() {
            match self.part {
                Part::Chunk(left) => {
                    let here = left.min(bytes.len() - read);
                    let content = here.min(left.saturating_sub(END));
                    bytes.copy_within(read..read + content, kept);
                    kept += content;
                    read += here;
                    self.part = if here == left { Part::Size(0) } else { Part::Chunk(left - here) };
                }
                Part::Size(size) | Part::Extension(size) => {
                    self.part = self.part.after(size, bytes[read])?;
                    read += 1;
                }
            }
        }
        Ok(kept)
    }
}

impl Part {
    /// What follows a byte of the line that tells the size.
    fn after(self, size: usize, byte: u8) -> io::Result<Self> {
        match (byte, self) {
            (b'\n', _) if size == 0 => Err(io::ErrorKind::UnexpectedEof.into()),
            (b'\n', _) => Ok(Part::Chunk(size + END)),
            (b'\r' | b';' | b' ', _) | (_, Part::Extension(_)) => Ok(Part::Extension(size)),
            _ => {
                let digit = char::from(byte).to_digit(16).map(|digit| digit as usize);
                let size = digit.and_then(|digit| size.checked_mul(16)?.checked_add(digit));
                let size = size.ok_or_else(|| {
                    io::Error::new(io::ErrorKind::InvalidData, "no size of a chunk")
                })?;
                Ok(Part::Size(size))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_taken_out_wherever_reads_end() {
        let stream = b"5\r\nhello\r\n1;last=no\r\n,\r\n00b\r\n wide world\r\n";
        for split in 0..=stream.len() {
            for second in split..=stream.len() {
                let mut chunks = Chunks::default();
                let mut text = Vec::new();
                for part in [&stream[..split], &stream[split..second], &stream[second..]] {
                    let mut part = part.to_vec();
                    let kept = chunks.strip(&mut part).unwrap();
                    text.extend(&part[..kept]);
                }
                assert_eq!(
                    String::from_utf8(text).unwrap(),
                    "hello, wide world",
                    "{split} {second}"
                );
            }
        }
    }

    #[test]
    fn an_end_is_an_end_and_nonsense_is_an_error() {
        let strip = |text: &[u8]| Chunks::default().strip(&mut text.to_vec());
        assert_eq!(strip(b"0\r\n\r\n").unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert!(strip(b"hello\r\n").is_err());
        assert!(strip(b"fffffffffffffffff").is_err());
    }
}
