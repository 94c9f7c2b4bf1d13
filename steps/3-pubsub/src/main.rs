//! Pub/sub over HTTP as a program. `./just step 3` runs it.

use pubsub::{HttpStreamer, Queues};
use service::{Service, Settings};
use std::{process::ExitCode, sync::Arc};

/// Queues, with a streamer in front.
struct Pubsub {
    http: Arc<HttpStreamer<Queues>>,
}

impl Pubsub {
    fn new(settings: &Settings) -> Self {
        let queues = Arc::new(Queues::new(settings));
        Pubsub { http: Arc::new(HttpStreamer::new(settings, queues)) }
    }
}

impl Service for Pubsub {
    fn name(&self) -> &str {
        "pubsub"
    }

    fn children(&self) -> Vec<Arc<dyn Service>> {
        vec![self.http.clone()]
    }
}

fn main() -> ExitCode {
    service::main("pubsub", "POST publishes to a channel, GET subscribes to it.", Pubsub::new)
}
