//! Server-sent events, for an `EventSource`.

use crate::{ControlMessage, Id};
use bytes::Bytes;
use pubsub::Message;

pub(super) const MEDIA_TYPE: &str = "text/event-stream";

/// How long, in milliseconds, an `EventSource` is to wait before it comes back.
const RETRY: u32 = 1000;

/// Appends a message, with its id.
pub(super) fn put_message(id: Id, message: &Message, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("id: {id}\ndata: ").as_bytes());
    out.extend_from_slice(message.as_bytes());
    out.extend_from_slice(b"\n\n");
}

/// Appends a control message, as an event by its own name.
pub(super) fn put_control(control: ControlMessage, out: &mut Vec<u8>) {
    let (what, value) = control.parts();
    if let ControlMessage::Closed(_) = control {
        out.extend_from_slice(format!("retry: {RETRY}\n").as_bytes());
    }
    out.extend_from_slice(format!("event: {what}\ndata: {value}\n\n").as_bytes());
}

/// What comes first, for a reader that begins after `position`.
pub(super) fn hello(position: Option<Id>) -> Bytes {
    match position {
        Some(id) => format!("retry: {RETRY}\nid: {id}\nevent: since\ndata: {id}\n\n").into(),
        None => format!("retry: {RETRY}\n\n").into(),
    }
}
