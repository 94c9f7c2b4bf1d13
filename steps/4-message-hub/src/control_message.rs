//! What the hub has to say to a reader, beside the messages.

use crate::Id;
use serde::Serialize;
use std::fmt;

/// A word of the hub's own. As JSON: `{"missed":12}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ControlMessage {
    /// Where the reader begins: with this as `?since=` it would begin there again.
    Since(Id),
    /// The reader was too slow for this many messages, and goes on with the oldest that is kept.
    Missed(u64),
    /// Always false: what came after the id that the reader came back with is not, or not all,
    /// there any more. It goes on with all that is.
    Recovered(bool),
    /// The reader is being parted from.
    Closed(CloseReason),
}

/// Why the hub parts from a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CloseReason {
    /// It was too slow, and `slow_reader_policy` is `"close"`.
    Slow,
    /// The hub stops.
    Stopping,
}

impl ControlMessage {
    /// The control message as JSON.
    pub fn to_json(self) -> String {
        serde_json::to_string(&self).expect("numbers and words are JSON")
    }

    /// What the control message is about, and the value.
    pub(crate) fn parts(self) -> (&'static str, String) {
        match self {
            ControlMessage::Since(id) => ("since", id.to_string()),
            ControlMessage::Missed(count) => ("missed", count.to_string()),
            ControlMessage::Recovered(recovered) => ("recovered", recovered.to_string()),
            ControlMessage::Closed(reason) => ("closed", reason.to_string()),
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CloseReason::Slow => "slow",
            CloseReason::Stopping => "stopping",
        })
    }
}
