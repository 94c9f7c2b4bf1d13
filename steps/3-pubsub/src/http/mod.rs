//! Serving HTTP/1.1 on hyper, with a limit on everything that a stranger controls.
//!
//! | file | what |
//! | --- | --- |
//! | `bind_address.rs` | where a server listens |
//! | `limits.rs` | how many, how large, how long |
//! | `service.rs` | a port as a service |
//! | `server.rs` | accepting connections and serving them |
//! | `host.rs` | which host a request is for |
//! | `linger.rs` | closing a connection without losing its last answer |
//! | `body.rs` | what is answered: a text, or a stream that ends when it is told to |
//! | `read.rs` | reading what is sent, up to a size and within a time |
//! | `rejection.rs` | saying no: a status and a sentence |

mod bind_address;
mod body;
mod host;
mod limits;
mod linger;
mod read;
mod rejection;
mod server;
mod service;

pub use bind_address::BindAddress;
pub use body::{Body, stream_headers};
pub use limits::Limits;
pub use linger::Linger;
pub use read::read_message;
pub use rejection::Rejection;
pub use server::Handler;
pub use service::Service;
