//! Parts of a `multipart/x-mixed-replace`, each of which takes the place of the one before.

use super::lines;
use bytes::Bytes;

pub(super) const MEDIA_TYPE: &str = "multipart/x-mixed-replace; boundary=next-message";

/// What parts the parts of a multipart body.
const BOUNDARY: &str = "next-message";

/// The headers of a picture.
const SVG: &str = "Content-Type: image/svg+xml\r\n\r\n";

/// What the parts of a body are.
pub(super) enum Kind {
    Text,
    Picture,
}

/// What comes first. A browser shows a part when it sees where the next one begins.
pub(super) fn hello(kind: Kind) -> Bytes {
    match kind {
        Kind::Text => format!("--{BOUNDARY}\r\n").into(),
        Kind::Picture => format!("--{BOUNDARY}\r\n{SVG}").into(),
    }
}

/// Appends a part with a text.
pub(super) fn put_text(text: &[u8], out: &mut Vec<u8>) {
    let head =
        format!("Content-Type: {}\r\nContent-Length: {}\r\n\r\n", lines::MEDIA_TYPE, text.len());
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(text);
    out.extend_from_slice(format!("\r\n--{BOUNDARY}\r\n").as_bytes());
}

/// Appends a picture, up to and with the headers of the next one: before it sees those, a browser
/// does not show this one.
pub(super) fn put_picture(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{}\r\n--{BOUNDARY}\r\n{SVG}", picture(text)).as_bytes());
}

/// A picture of a text.
fn picture(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"), // for "]]>" may not stand in XML
            '\u{FFFE}' | '\u{FFFF}' => escaped.push(char::REPLACEMENT_CHARACTER), // not XML
            c => escaped.push(c),
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"960\" height=\"540\"><foreignObject \
         width=\"100%\" height=\"100%\"><pre xmlns=\"http://www.w3.org/1999/xhtml\" \
         style=\"margin:0;padding:24px;height:100%;background:#fff;color:#000;font:32px sans-serif;\
         white-space:pre-wrap;overflow-wrap:anywhere\">{escaped}</pre></foreignObject></svg>"
    )
}
