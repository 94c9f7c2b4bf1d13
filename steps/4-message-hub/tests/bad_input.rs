//! What strangers may send to the hub's ports: the cases of `test_support::bad_input`.

use std::process::ExitCode;
use test_support::bad_input::{self, Program};

fn main() -> ExitCode {
    let program = Program {
        path: env!("CARGO_BIN_EXE_message-hub"),
        ports: &["http_bind=127.0.0.1:0", "tail_bind=127.0.0.1:0", "websocket_bind=127.0.0.1:0"],
        listeners: ["hub/http: ", "hub/tail: ", "hub/websocket: "],
        stopped: "hub: stopped",
        nowhere: &["/", "/?since=x", "*"],
        published_to_root: 404,
        only_websockets: true,
        methods_at_websocket: ("GET", &["PUT", "POST", "DELETE", "HEAD"]),
        settled: |_| None, // there is none but the ports, and those it has told
    };
    bad_input::run(program, &[])
}
