//! The gateway in the hub's place: channels over HTTP and WebSockets are on one port. The file of
//! this name in step 4 says what each of these is.

use crate::client::Client;
use std::net::SocketAddr;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_gateway");

pub(crate) const PORTS: &[&str] = &[
    "numbers_bind=127.0.0.1:0",
    "http_bind=127.0.0.1:0",
    "tail_bind=127.0.0.1:0",
    "websocket_bind=127.0.0.1:0",
    "web_bind=127.0.0.1:0",
];

pub(crate) const LISTENERS: [&str; 3] = ["gateway/web: ", "gateway/hub/tail: ", "gateway/web: "];

pub(crate) const STOPPED: &str = " gateway: stopped";

/// The page is at `/`.
pub(crate) const NOWHERE: &[&str] = &["*"];

pub(crate) const PUBLISHED_TO_ROOT: u16 = 405;

pub(crate) const ONLY_WEBSOCKETS: bool = false;

pub(crate) const METHODS_AT_WEBSOCKET: (&str, &[&str]) =
    ("GET, HEAD, POST, OPTIONS", &["PUT", "DELETE", "PATCH", "TRACE"]);

/// A number has come through: the number server and its client are connected. Whoever reads it
/// stays, as its leaving could not be told from files that an attack leaves behind.
pub(crate) fn settled(http: SocketAddr) -> Option<Client> {
    let mut client = Client::connect(http);
    client.send("GET /numbers?last=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(client.answer().unwrap().status, 200);
    while client.chunk().expect("a number, some time") == b"\n" {}
    Some(client)
}
