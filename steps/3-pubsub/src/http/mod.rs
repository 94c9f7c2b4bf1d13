//! Serving HTTP/1.1 on hyper, with a limit on everything that a stranger controls.
//!
//! | file | what |
//! | --- | --- |
//! | `port.rs` | where a server listens |
//! | `limits.rs` | how many, how large, how long |
//! | `server.rs` | accepting connections and serving them |
//! | `host.rs` | which host a request is for |
//! | `linger.rs` | closing a connection without losing its last answer |
//! | `body.rs` | what is answered: a text, or a stream that ends when it is told to |
//! | `read.rs` | reading what is sent, up to a size and within a time |
//! | `refusal.rs` | saying no: a status and a sentence |

mod body;
mod host;
mod limits;
mod linger;
mod port;
mod read;
mod refusal;
mod server;

pub use body::{Body, stream_headers};
pub use limits::Limits;
pub use linger::Linger;
pub use port::Port;
pub use read::read_message;
pub use refusal::Refusal;
pub use server::{Handler, serve};
