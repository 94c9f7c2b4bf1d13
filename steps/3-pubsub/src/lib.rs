//! Publish and subscribe over HTTP: `POST /news` publishes to the channel `/news`, and `GET /news`
//! subscribes to it.
//!
//! | file | what |
//! | --- | --- |
//! | `channel.rs`, `message.rs` | what a channel's name and a message may be |
//! | `pubsub.rs` | the seam: something that can be published to and subscribed to |
//! | `queues.rs` | the simplest such thing: each subscription wraps a queue |
//! | `stream_handler.rs`, `streamer.rs` | [`HttpStreamer`]: serves any such thing over HTTP |
//! | `http/` | serving HTTP/1.1, with a limit on everything |
//!
//! Chapter 3 tells this crate.

mod channel;
pub mod http;
mod message;
mod pubsub;
mod queues;
mod stream_handler;
mod streamer;

pub use channel::{ChannelName, ParseChannelNameError};
pub use message::{Message, ParseMessageError};
pub use pubsub::{PubSub, Subscription};
pub use queues::{FullQueuePolicy, Queue, Queues};
pub use stream_handler::{StreamHandler, keepalive_interval};
pub use streamer::HttpStreamer;
