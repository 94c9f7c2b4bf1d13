//! Reading lines from somebody who may never send a newline.

use std::io::{self, ErrorKind};
use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// The longest line that is read, newline included. A number takes 3 bytes, a rejection some 70.
pub(crate) const MAX_LINE_BYTES: usize = 256;

/// Reads the next line into `line`, without its newline. `None` is the end of the stream.
///
/// A line of more than [`MAX_LINE_BYTES`] bytes is an error, so memory is bounded whatever the other end
/// does. Half a line at the end of the stream is an error, too.
// ANCHOR: next_line
pub(crate) async fn next_line<'a>(
    from: &mut (impl AsyncBufRead + Unpin),
    line: &'a mut Vec<u8>,
) -> io::Result<Option<&'a str>> {
    line.clear();
    loop {
        let buffered = from.fill_buf().await?;
        if buffered.is_empty() {
            let cut = "the connection ended in the middle of a line";
            return if line.is_empty() {
                Ok(None)
            } else {
                Err(io::Error::new(ErrorKind::UnexpectedEof, cut))
            };
        }
        let newline = buffered.iter().position(|byte| *byte == b'\n');
        let taken = newline.unwrap_or(buffered.len());
        // With its newline, be it there or still to come, the line is a byte longer.
        if line.len() + taken >= MAX_LINE_BYTES {
            return Err(io::Error::new(
                ErrorKind::InvalidData,
                format!("a line of more than {MAX_LINE_BYTES} bytes"),
            ));
        }
        line.extend_from_slice(&buffered[..taken]);
        from.consume(taken + usize::from(newline.is_some()));
        if newline.is_some() {
            let text = str::from_utf8(line)
                .map_err(|_| io::Error::new(ErrorKind::InvalidData, "a line that is not UTF-8"))?;
            return Ok(Some(text.trim_end_matches('\r')));
        }
    }
}
// ANCHOR_END: next_line

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::BufReader;

    async fn all(text: &[u8]) -> Vec<Result<String, String>> {
        let mut from = BufReader::with_capacity(7, text);
        let mut line = Vec::new();
        let mut lines = Vec::new();
        loop {
            match next_line(&mut from, &mut line).await {
                Ok(Some(text)) => lines.push(Ok(text.to_owned())),
                Ok(None) => return lines,
                Err(error) => {
                    lines.push(Err(error.to_string()));
                    return lines;
                }
            }
        }
    }

    #[tokio::test]
    async fn lines_come_out_one_by_one_however_they_are_cut() {
        let longest = "x".repeat(MAX_LINE_BYTES - 1);
        let cases: [(String, &[&str]); 5] = [
            ("".into(), &[]),
            ("7\n".into(), &["7"]),
            ("1\r\n\n10\n".into(), &["1", "", "10"]),
            ("a line longer than the buffer\n3\n".into(), &["a line longer than the buffer", "3"]),
            (format!("{longest}\n"), &[&longest]),
        ];
        for (text, expected) in cases {
            let expected: Vec<Result<String, String>> =
                expected.iter().map(|line| Ok(line.to_string())).collect();
            assert_eq!(all(text.as_bytes()).await, expected, "{text:?}");
        }
    }

    #[tokio::test]
    async fn what_is_no_line_is_an_error_that_says_so() {
        let too_long = "x".repeat(MAX_LINE_BYTES);
        let cases: [(&[u8], &str); 3] = [
            (b"4\n5", "the connection ended in the middle of a line"),
            (b"\xff\n", "a line that is not UTF-8"),
            (too_long.as_bytes(), "a line of more than 256 bytes"),
        ];
        for (text, expected) in cases {
            assert_eq!(all(text).await.last(), Some(&Err(expected.to_string())));
        }
    }
}
