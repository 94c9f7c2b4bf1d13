//! Lines: a message is one, whether plain or as JSON.

use crate::ControlMessage;

/// The media type of plain text.
pub(super) const MEDIA_TYPE: &str = "text/plain; charset=utf-8";

/// A byte that no message has, to begin a control message with: the record separator of RFC 7464.
const RS: u8 = 0x1E;

/// Appends a line.
pub(super) fn put_line(line: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(line);
    out.push(b'\n');
}

/// Appends a control message that stands among plain lines.
pub(super) fn put_control(control: ControlMessage, out: &mut Vec<u8>) {
    out.push(RS);
    put_line(control.to_json().as_bytes(), out);
}
