//! The states of a service.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a service is in its life.
///
/// ```text
/// init ──▶ starting ──▶ ready ──▶ stopping ──▶ stopped
///              ▲                                  │
///              └──────────────────────────────────┘
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Made, and never started.
    Init,
    /// Its children are starting, or it is getting ready itself.
    Starting,
    /// It has said that it is ready.
    Ready,
    /// Its work is ending, then its children stop.
    Stopping,
    /// All that it spawned has ended. It may start again.
    Stopped,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Init => "init",
            State::Starting => "starting",
            State::Ready => "ready",
            State::Stopping => "stopping",
            State::Stopped => "stopped",
        })
    }
}
