//! What strangers may send, and what becomes of it: the program answers as it should or hangs up,
//! and whoever reads a channel meanwhile notices nothing.
//!
//! | file | what |
//! | --- | --- |
//! | `program.rs` | which program it is, and what is its own |
//! | `hub.rs` | the program's process |
//! | `case.rs` | what each case looks at when the attack is over |
//! | `readers.rs` | the innocent |
//! | `client.rs`, `sockets.rs` | clients that send any bytes whatever |
//! | the others | the cases |
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod case;
mod chunks;
mod client;
mod files;
mod floods;
mod frames;
mod handshakes;
mod hub;
mod pipelining;
mod program;
mod readers;
mod rejections;
mod silence;
mod sizes;
mod smuggling;
mod sockets;
mod tiny_writes;
