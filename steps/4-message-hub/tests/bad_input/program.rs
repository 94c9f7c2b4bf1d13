//! The program whose ports the cases attack, and what is its own about them. The cases are the
//! gateway's, too: it has a file like this one, with the same names in it.

use crate::client::Client;
use std::net::SocketAddr;

/// Where the program is.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_message-hub");

/// Settings by which it takes free ports.
pub(crate) const PORTS: &[&str] =
    &["http_bind=127.0.0.1:0", "tail_bind=127.0.0.1:0", "websocket_bind=127.0.0.1:0"];

/// Who tells in the log where the ports `http`, `tail` and `websocket` of the cases are.
pub(crate) const LISTENERS: [&str; 3] = ["hub/http: ", "hub/tail: ", "hub/websocket: "];

/// The last line of its log.
pub(crate) const STOPPED: &str = "hub: stopped";

/// Paths where there is no channel and nothing else.
pub(crate) const NOWHERE: &[&str] = &["/", "/?since=x", "*"];

/// What who publishes to `/` is answered.
pub(crate) const PUBLISHED_TO_ROOT: u16 = 404;

/// Whether a request that asks for no WebSocket is refused on the port `websocket`.
pub(crate) const ONLY_WEBSOCKETS: bool = true;

/// The methods that the port `websocket` allows, and some that it does not.
pub(crate) const METHODS_AT_WEBSOCKET: (&str, &[&str]) =
    ("GET", &["PUT", "POST", "DELETE", "HEAD"]);

/// Waits until all files are open that stay open. One that was opened to see it stays, too.
pub(crate) fn settled(_http: SocketAddr) -> Option<Client> {
    None // there is none but the ports, and those it has told
}
