//! Closing, with a code and a reason.

use super::{Connection, State};
use tungstenite::{
    Error,
    error::CapacityError,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

impl Connection {
    /// Closes for what the peer did against the protocol or the bounds.
    pub(super) fn refuse(&mut self, error: &Error) {
        let code = match error {
            Error::Capacity(CapacityError::MessageTooLong { .. }) => CloseCode::Size,
            Error::Utf8(_) => CloseCode::Invalid,
            _ => CloseCode::Protocol,
        };
        self.say_close(code, &error.to_string());
        self.state = State::Failed;
    }

    pub(super) fn say_close(&mut self, code: CloseCode, reason: &str) {
        if self.state != State::Open {
            return;
        }
        self.state = State::Closing;
        let mut end = reason.len().min(120); // a control frame has room for 123 bytes
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        let frame = CloseFrame { code, reason: reason[..end].into() };
        // It goes to a buffer, which cannot fail; or the peer has closed already.
        let _ = self.socket.close(Some(frame));
        self.silent = 0;
    }
}
