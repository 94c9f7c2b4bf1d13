//! A gateway: a number client and a message hub, nested, with a bridge between them and a web page
//! in front.
//!
//! | file | what |
//! | --- | --- |
//! | `gateway.rs` | [`Gateway`]: the parts, put together, and the bridge |
//! | `drain.rs` | the time between the word to stop and the stop |
//! | `health.rs` | whether the gateway is ready, and how many numbers it has passed on |
//! | `web/` | [`WebServer`]: page, streams, WebSockets, health and metrics on one port |
//!
//! Chapter 5 tells this crate.

mod drain;
mod gateway;
mod health;
pub mod web;

pub use gateway::Gateway;
pub use web::{WebHandler, WebServer};
