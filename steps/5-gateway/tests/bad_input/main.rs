//! The bad input of the hub's ports, at the gateway's web port: the same cases, with channels and
//! WebSockets on one port. And what only this port has.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod flood;
mod static_files;
mod web;

use std::{net::SocketAddr, process::ExitCode};
use test_support::bad_input::{self, Program, client::Client};

fn main() -> ExitCode {
    let program = Program {
        path: env!("CARGO_BIN_EXE_gateway"),
        ports: &[
            "numbers_bind=127.0.0.1:0",
            "http_bind=127.0.0.1:0",
            "tail_bind=127.0.0.1:0",
            "websocket_bind=127.0.0.1:0",
            "web_bind=127.0.0.1:0",
        ],
        listeners: ["gateway/web: ", "gateway/hub/tail: ", "gateway/web: "],
        stopped: " gateway: stopped",
        nowhere: &["*"], // the page is at `/`
        published_to_root: 405,
        only_websockets: false,
        methods_at_websocket: ("GET, HEAD, POST, OPTIONS", &["PUT", "DELETE", "PATCH", "TRACE"]),
        settled,
    };
    bad_input::run(program, &[flood::CASES, static_files::CASES, web::CASES])
}

/// A number has come through: the number server and its client are connected. Whoever reads it
/// stays, as its leaving could not be told from files that an attack leaves behind.
fn settled(http: SocketAddr) -> Option<Client> {
    let mut client = Client::connect(http);
    client.send("GET /numbers?last=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(client.answer().unwrap().status, 200);
    while client.chunk().expect("a number, some time") == b"\n" {}
    Some(client)
}
