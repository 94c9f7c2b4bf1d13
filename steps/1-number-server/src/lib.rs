//! A TCP server that says random numbers: to each connection its own, one a second unless set
//! otherwise.
//!
//! The same tiny server is here three times, once for each way to do many things at once:
//!
//! | file | a connection is |
//! | --- | --- |
//! | `on_tokio.rs` | a task, which gives way where it awaits |
//! | `on_may.rs` | a coroutine, which looks like a thread and gives way where a thread would block |
//! | `on_threads.rs` | a thread of the system |
//!
//! What is not about concurrency they share: who may come in (`acceptor.rs`), what is said
//! (`numbers.rs`) and when (`pace.rs`). Chapter 1 tells this crate.

mod acceptor;
mod numbers;
mod on_may;
mod on_threads;
mod on_tokio;
mod pace;
mod server;
mod write_line;

pub use numbers::Numbers;
pub use server::{NumberServer, Runtime};
