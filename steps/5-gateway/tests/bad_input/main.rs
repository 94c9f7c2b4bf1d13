//! The bad input of the hub's ports, at the gateway's web port: the same cases, with channels and
//! WebSockets on one port. And what only this port has.
//!
//! | file | what |
//! | --- | --- |
//! | `program.rs` | which program it is, and what is its own |
//! | `web.rs`, `static_files.rs`, `flood.rs` | the cases of the web port's own |
//! | the others | stand in step 4 |
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[path = "../../../4-message-hub/tests/bad_input/case.rs"]
mod case;
#[path = "../../../4-message-hub/tests/bad_input/chunks.rs"]
mod chunks;
#[path = "../../../4-message-hub/tests/bad_input/client.rs"]
mod client;
#[path = "../../../4-message-hub/tests/bad_input/files.rs"]
mod files;
mod flood;
#[path = "../../../4-message-hub/tests/bad_input/floods.rs"]
mod floods;
#[path = "../../../4-message-hub/tests/bad_input/frames.rs"]
mod frames;
#[path = "../../../4-message-hub/tests/bad_input/handshakes.rs"]
mod handshakes;
#[path = "../../../4-message-hub/tests/bad_input/hub.rs"]
mod hub;
#[path = "../../../4-message-hub/tests/bad_input/pipelining.rs"]
mod pipelining;
mod program;
#[path = "../../../4-message-hub/tests/bad_input/readers.rs"]
mod readers;
#[path = "../../../4-message-hub/tests/bad_input/rejections.rs"]
mod rejections;
#[path = "../../../4-message-hub/tests/bad_input/silence.rs"]
mod silence;
#[path = "../../../4-message-hub/tests/bad_input/sizes.rs"]
mod sizes;
#[path = "../../../4-message-hub/tests/bad_input/smuggling.rs"]
mod smuggling;
#[path = "../../../4-message-hub/tests/bad_input/sockets.rs"]
mod sockets;
mod static_files;
#[path = "../../../4-message-hub/tests/bad_input/tiny_writes.rs"]
mod tiny_writes;
mod web;
