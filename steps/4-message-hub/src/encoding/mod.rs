//! How messages and control messages look on each transport.
//!
//! | file | encodings |
//! | --- | --- |
//! | `lines.rs` | plain lines, and lines of JSON |
//! | `events.rs` | server-sent events |
//! | `frames.rs` | WebSocket frames, with plain text and with JSON |
//! | `parts.rs` | parts of a multipart body, and pictures of the text in them |

mod events;
mod frames;
mod lines;
mod parts;

use crate::{ControlMessage, Id};
use bytes::Bytes;
use pubsub::Message;
use serde::Serialize;
use strum::VariantArray;

pub(crate) use frames::put_frame;

/// What a transport makes of messages. It does not depend on the reader: what is made for one, all
/// of that encoding share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray)]
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

#[derive(Serialize)]
struct JsonMessage<'a> {
    id: String,
    data: &'a str,
}

impl Encoding {
    /// All of them.
    pub const ALL: &[Encoding] = <Encoding as VariantArray>::VARIANTS;

    /// Appends `message`, encoded, to `out`.
    // ANCHOR: put
    pub fn encode(self, id: Id, message: &Message, out: &mut Vec<u8>) {
        match self {
            Encoding::Lines => lines::put_line(message.as_bytes(), out),
            Encoding::JsonLines => lines::put_line(&json(id, message), out),
            Encoding::Events => events::put_message(id, message, out),
            Encoding::Frames => put_frame(frames::TEXT, message.as_bytes(), out),
            Encoding::JsonFrames => put_frame(frames::TEXT, &json(id, message), out),
            Encoding::Parts => parts::put_text(message.as_bytes(), out),
            Encoding::Pictures => parts::put_picture(message.as_str(), out),
        }
    }
    // ANCHOR_END: put

    /// A control message, encoded.
    pub fn encode_control(self, control: ControlMessage) -> Bytes {
        let mut out = Vec::new();
        match self {
            Encoding::Lines => lines::put_control(control, &mut out),
            Encoding::JsonLines => lines::put_line(control.to_json().as_bytes(), &mut out),
            Encoding::Events => events::put_control(control, &mut out),
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
            (Encoding::Events, _) => events::hello(position),
            (Encoding::JsonLines | Encoding::JsonFrames, Some(id)) => {
                self.encode_control(ControlMessage::Since(id))
            }
            (Encoding::Parts, _) => parts::hello(parts::Kind::Text),
            (Encoding::Pictures, _) => parts::hello(parts::Kind::Picture),
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
            Encoding::Pictures => parts::put_picture("", &mut out),
            _ => parts::put_text(b"", &mut out),
        }
        out.into()
    }

    /// The media type of a stream, where it is one of HTTP.
    pub fn media_type(self) -> &'static str {
        match self {
            Encoding::Lines | Encoding::Frames => lines::MEDIA_TYPE,
            Encoding::JsonLines | Encoding::JsonFrames => "application/x-ndjson",
            Encoding::Events => events::MEDIA_TYPE,
            Encoding::Parts | Encoding::Pictures => parts::MEDIA_TYPE,
        }
    }
}

fn json(id: Id, message: &Message) -> Vec<u8> {
    let message = JsonMessage { id: id.to_string(), data: message.as_str() };
    serde_json::to_vec(&message).expect("two strings are JSON")
}
