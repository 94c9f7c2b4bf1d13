//! A message hub: a channel is a bounded log, a subscription is a cursor into it.
//!
//! Publishing appends to the log, once. A reader that wakes takes what there is from its cursor on
//! and writes it together, so the busier the hub, the fewer the system calls for each message. What
//! a transport makes of a message is made once, and all readers share the bytes. A reader that is
//! too slow holds nobody up: the log moves past its cursor, and it is told. A reader that comes back
//! says where it was, and goes on from there.
//!
//! | file | what |
//! | --- | --- |
//! | `log.rs`, `segment.rs` | the bounded log; a stretch of it, encoded, for all its readers |
//! | `channel.rs`, `waiting.rs` | a log, its readers, and those who wait for more |
//! | `subscription.rs` | a cursor |
//! | `channels.rs`, `totals.rs` | all channels by name; dropping those that nobody uses; what they come to |
//! | `hub.rs` | [`Hub`]: publish and subscribe |
//! | `id.rs`, `subscribe_query.rs` | ids of messages, and what readers ask for |
//! | `encoding/`, `control_message.rs` | messages, and the hub's own words, on each transport |
//! | `guard.rs` | hosts, origins and tokens |
//! | `over_http.rs`, `long_poll.rs`, `tail.rs`, `websocket/` | the transports |
//! | `message_hub.rs` | [`MessageHub`]: the hub as a service, with its transports |
//!
//! Chapter 4 tells this crate.

mod channel;
mod channels;
mod control_message;
mod encoding;
mod guard;
mod hub;
mod id;
mod log;
mod long_poll;
mod message_hub;
mod over_http;
mod segment;
mod subscribe_query;
mod subscription;
mod tail;
mod totals;
mod waiting;
mod websocket;

pub use channels::ChannelUse;
pub use control_message::{CloseReason, ControlMessage};
pub use encoding::Encoding;
pub use hub::Hub;
pub use id::{Epoch, Id, ParseIdError};
pub use log::{Bounds, Log, Size};
pub use long_poll::LongPoll;
pub use message_hub::MessageHub;
pub use over_http::HttpSubscription;
pub use segment::Batch;
pub use subscription::{Next, SlowReaderPolicy, StartAt, Subscription};
pub use tail::{HttpTailViewer, Tail, TailHandler};
pub use totals::Totals;
pub use websocket::{WebSocketStreamer, WebSocketUpgrader};
