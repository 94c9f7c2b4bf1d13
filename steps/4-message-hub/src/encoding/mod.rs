//! How messages and control messages look on each transport.

mod frames;

use crate::{ControlMessage, Id};
use bytes::Bytes;
use pubsub::Message;
use serde::Serialize;

pub(crate) use frames::put_frame;

/// What a transport makes of messages. It does not depend on the reader: what is made for one, all
/// of that encoding share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// A message a line. A control message is a line too, which begins with the control character RS, as no
    /// message can, and goes on in JSON (RFC 7464).
    Lines,
    /// A line of JSON for each message, with its id, and for each control message.
    JsonLines,
    /// Server-sent events, with ids.
    Events,
    /// WebSocket frames: a text frame a message. A control message is a binary frame with JSON.
    Frames,
    /// WebSocket text frames with JSON for each message, with its id, and for each control message.
    JsonFrames,
    /// Parts of a `multipart/x-mixed-replace`, each of which takes the place of the one before.
    Parts,
    /// The same, as pictures of the text: some browsers replace nothing but pictures.
    Pictures,
}

/// How long, in milliseconds, an `EventSource` is to wait before it comes back.
const RETRY: u32 = 1000;

/// What parts the parts of a multipart body.
const BOUNDARY: &str = "next-message";

/// A byte that no message has, to begin a control message with: the record separator of RFC 7464.
const RS: u8 = 0x1E;

const PLAIN: &str = "text/plain; charset=utf-8";
/// The headers of a picture.
const SVG: &str = "Content-Type: image/svg+xml\r\n\r\n";

#[derive(Serialize)]
struct JsonMessage<'a> {
    id: String,
    data: &'a str,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Encoding; 7] = [
        Encoding::Lines,
        Encoding::JsonLines,
        Encoding::Events,
        Encoding::Frames,
        Encoding::JsonFrames,
        Encoding::Parts,
        Encoding::Pictures,
    ];

    /// Appends `message`, encoded, to `out`.
    // ANCHOR: put
    pub fn encode(self, id: Id, message: &Message, out: &mut Vec<u8>) {
        match self {
            Encoding::Lines => {
                out.extend_from_slice(message.as_bytes());
                out.push(b'\n');
            }
            Encoding::JsonLines => {
                out.extend_from_slice(&json(id, message));
                out.push(b'\n');
            }
            Encoding::Events => {
                out.extend_from_slice(format!("id: {id}\ndata: ").as_bytes());
                out.extend_from_slice(message.as_bytes());
                out.extend_from_slice(b"\n\n");
            }
            Encoding::Frames => put_frame(frames::TEXT, message.as_bytes(), out),
            Encoding::JsonFrames => put_frame(frames::TEXT, &json(id, message), out),
            Encoding::Parts => put_part(message.as_bytes(), out),
            Encoding::Pictures => put_picture(message.as_str(), out),
        }
    }
    // ANCHOR_END: put

    /// A control message, encoded.
    pub fn encode_control(self, control: ControlMessage) -> Bytes {
        let mut out = Vec::new();
        match self {
            Encoding::Lines => {
                out.push(RS);
                out.extend_from_slice(control.to_json().as_bytes());
                out.push(b'\n');
            }
            Encoding::JsonLines => {
                out.extend_from_slice(format!("{}\n", control.to_json()).as_bytes())
            }
            Encoding::Events => {
                let (what, value) = control.parts();
                if let ControlMessage::Closed(_) = control {
                    out.extend_from_slice(format!("retry: {RETRY}\n").as_bytes());
                }
                out.extend_from_slice(format!("event: {what}\ndata: {value}\n\n").as_bytes());
            }
            Encoding::Frames => put_frame(frames::BINARY, control.to_json().as_bytes(), &mut out),
            Encoding::JsonFrames => put_frame(frames::TEXT, control.to_json().as_bytes(), &mut out),
            // Nobody reads these: the tail viewer shows the newest message, whatever was missed.
            Encoding::Parts | Encoding::Pictures => {}
        }
        out.into()
    }

    /// What comes before all else, for a reader that begins after `position`.
    ///
    /// A reader that is cut off before its first message is to know where it was. An `EventSource`
    /// keeps the id by itself; a page that comes back on its own finds it in the data. One whose
    /// place is gone is given none: cut off now, it comes back with the old one, and is told again.
    pub fn hello(self, position: Option<Id>) -> Bytes {
        match (self, position) {
            (Encoding::Events, Some(id)) => {
                format!("retry: {RETRY}\nid: {id}\nevent: since\ndata: {id}\n\n").into()
            }
            (Encoding::Events, None) => format!("retry: {RETRY}\n\n").into(),
            (Encoding::JsonLines | Encoding::JsonFrames, Some(id)) => {
                self.encode_control(ControlMessage::Since(id))
            }
            // A browser shows a part when it sees where the next one begins.
            (Encoding::Parts, _) => format!("--{BOUNDARY}\r\n").into(),
            (Encoding::Pictures, _) => format!("--{BOUNDARY}\r\n{SVG}").into(),
            _ => Bytes::new(),
        }
    }

    /// What keeps a stream alive that has nothing to say. A WebSocket has pings for that, and a
    /// tail viewer shows the same once more.
    pub fn keepalive(self) -> Bytes {
        Bytes::from_static(match self {
            Encoding::Lines | Encoding::JsonLines => b"\n",
            Encoding::Events => b":\n\n",
            _ => b"",
        })
    }

    /// A part that shows nothing, for a tail viewer of a channel without messages.
    pub(crate) fn nothing(self) -> Bytes {
        let mut out = Vec::new();
        match self {
            Encoding::Pictures => put_picture("", &mut out),
            _ => put_part(b"", &mut out),
        }
        out.into()
    }

    /// The media type of a stream, where it is one of HTTP.
    pub fn media_type(self) -> &'static str {
        match self {
            Encoding::Lines | Encoding::Frames => PLAIN,
            Encoding::JsonLines | Encoding::JsonFrames => "application/x-ndjson",
            Encoding::Events => "text/event-stream",
            Encoding::Parts | Encoding::Pictures => {
                "multipart/x-mixed-replace; boundary=next-message"
            }
        }
    }
}

fn json(id: Id, message: &Message) -> Vec<u8> {
    let message = JsonMessage { id: id.to_string(), data: message.as_str() };
    serde_json::to_vec(&message).expect("two strings are JSON")
}

fn put_part(text: &[u8], out: &mut Vec<u8>) {
    let head = format!("Content-Type: {PLAIN}\r\nContent-Length: {}\r\n\r\n", text.len());
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(text);
    out.extend_from_slice(format!("\r\n--{BOUNDARY}\r\n").as_bytes());
}

/// Appends a picture, up to and with the headers of the next one: before it sees those, a browser
/// does not show this one.
fn put_picture(text: &str, out: &mut Vec<u8>) {
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
