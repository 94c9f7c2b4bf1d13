//! The hub as a service, with the transports that hang off it.

use crate::{HttpTailViewer, Hub, WebSocketStreamer, WebSocketUpgrader, tail::TailHandler};
use pubsub::HttpStreamer;
use service::{BoxError, Scope, Service, Settings};
use std::sync::Arc;

/// A hub, and three services that serve it: a stream, a tail viewer, and WebSockets.
// ANCHOR: message_hub
pub struct MessageHub {
    hub: Arc<Hub>,
    http: Arc<HttpStreamer<Hub>>,
    tail: Arc<HttpTailViewer>,
    websocket: Arc<WebSocketStreamer>,
}

impl MessageHub {
    /// A hub with these settings.
    pub fn new(settings: &Settings) -> Self {
        let hub = Arc::new(Hub::new(settings));
        MessageHub {
            http: Arc::new(HttpStreamer::new(settings, hub.clone())),
            tail: Arc::new(TailHandler::viewer(settings, hub.clone())),
            websocket: Arc::new(WebSocketUpgrader::streamer(settings, hub.clone())),
            hub,
        }
    }

    /// The hub itself, to publish to and subscribe to from the same program.
    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }
}

impl Service for MessageHub {
    fn name(&self) -> &str {
        "hub"
    }

    fn children(&self) -> Vec<Arc<dyn Service>> {
        vec![self.http.clone(), self.tail.clone(), self.websocket.clone()]
    }

    fn start(&self, scope: &Scope) -> Result<(), BoxError> {
        let (hub, report) = (self.hub.clone(), scope.clone());
        scope.spawn_task("sweep", async move {
            loop {
                let next = hub.sweep();
                let totals = hub.totals();
                report.report("channels", totals.channels);
                report.report("channels_bytes", totals.bytes);
                tokio::time::sleep(next).await;
            }
        });
        scope.ready();
        Ok(())
    }
}
// ANCHOR_END: message_hub
