//! The program whose ports the cases attack, and what is its own about them.

use super::client::Client;
use std::{net::SocketAddr, sync::OnceLock};

/// The program that is attacked.
pub struct Program {
    /// Where it is.
    pub path: &'static str,
    /// Settings by which it takes free ports.
    pub ports: &'static [&'static str],
    /// Who tells in the log where the ports `http`, `tail` and `websocket` of the cases are.
    pub listeners: [&'static str; 3],
    /// The last line of its log.
    pub stopped: &'static str,
    /// Paths where there is no channel and nothing else.
    pub nowhere: &'static [&'static str],
    /// What who publishes to `/` is answered.
    pub published_to_root: u16,
    /// Whether a request that asks for no WebSocket is refused on the port `websocket`.
    pub only_websockets: bool,
    /// The methods that the port `websocket` allows, and some that it does not.
    pub methods_at_websocket: (&'static str, &'static [&'static str]),
    /// Waits until all files are open that stay open. One that was opened to see it stays, too.
    pub settled: fn(SocketAddr) -> Option<Client>,
}

static PROGRAM: OnceLock<Program> = OnceLock::new();

/// The program of this run.
pub fn program() -> &'static Program {
    PROGRAM.get().expect("`run` has set it")
}

/// Has this be the program of this run.
pub(super) fn set(program: Program) {
    assert!(PROGRAM.set(program).is_ok(), "there is one program in a run");
}
