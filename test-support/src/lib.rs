//! What the tests of several steps use.
//!
//! | module | what |
//! | --- | --- |
//! | [`wait`] | waits that end: a test that hangs says what it waited for |
//! | [`running`] | a service that runs, on free ports |
//! | [`http`] | a small client of HTTP/1.1 that sees every byte |
//! | [`bad_input`] | what strangers may send to a hub, for any program that is one |
//! | [`websocket`] | a client's end of a WebSocket |
//!
//! Whatever goes wrong here is a panic, which is how a test fails.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

pub mod bad_input;
pub mod http;
pub mod running;
pub mod wait;
pub mod websocket;
