//! A client of the number server: it puts the numbers in a queue, and comes back when it loses the
//! server.
//!
//! [`NumberClient`] is a service. It reads lines into a bounded queue and hands them out one by
//! one, by [`next`](Numbers::next) or as a stream. A full queue stops the reading, and so the
//! server; a lost server is tried again, after ever longer waits. Chapter 2 tells this crate.

mod backoff;
mod client;
mod lines;
mod program;
mod server;

pub use backoff::Backoff;
pub use client::{NumberClient, Numbers};
pub use program::NumberProgram;
pub use server::Server;
