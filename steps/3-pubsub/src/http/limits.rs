//! How many connections, how large a request, how long a wait.

use service::{ConnectionLimit, Setting, Settings};
use std::time::Duration;

/// The limits of a port that serves HTTP. Those of bodies count for the next request, the others for
/// the next connection.
pub struct Limits {
    /// How many connections there may be at a time.
    pub max_connections: Setting<usize>,
    /// How many bytes a request may have before its body.
    pub max_header_bytes: Setting<usize>,
    /// How long those bytes may take, and how long a connection may idle between requests.
    pub header_timeout: Setting<Duration>,
    /// How long a body may take.
    pub body_timeout: Setting<Duration>,
    /// How long a peer may acknowledge nothing of what it was sent.
    pub write_timeout: Setting<Duration>,
    /// How many bytes the system may hold that a peer has not acknowledged.
    pub send_buffer_bytes: Setting<usize>,
    /// How many bytes a message may have.
    pub max_message_bytes: Setting<usize>,
}

impl Limits {
    /// The limits that these settings say.
    pub fn new(settings: &Settings) -> Self {
        let seconds = Duration::from_secs;
        Limits {
            max_connections: ConnectionLimit::max_connections(settings),
            max_header_bytes: settings
                .define("max_header_bytes", 16_384)
                .help("A request whose line and headers are longer is refused.")
                .range(8192..=1_048_576) // hyper's smallest buffer is 8 KiB
                .live(),
            header_timeout: settings
                .define("header_timeout", seconds(10))
                .help("Seconds until a client that has not sent a whole request header is cut off.")
                .seconds(0.01..=3600.0)
                .live(),
            body_timeout: settings
                .define("body_timeout", seconds(30))
                .help("Seconds until a client that has not sent a whole body is cut off.")
                .seconds(0.01..=3600.0)
                .live(),
            write_timeout: settings
                .define("write_timeout", seconds(30))
                .help("Seconds until a client that reads nothing is cut off.")
                .live(),
            send_buffer_bytes: settings
                .define("send_buffer_bytes", 65_536)
                .help("The system holds about this much for a client that does not read.")
                .range(4096..=16_777_216)
                .live(),
            max_message_bytes: settings
                .define("max_message_bytes", 65_536)
                .help("A longer message is refused.")
                .range(1..=16_777_216)
                .live(),
        }
    }
}
