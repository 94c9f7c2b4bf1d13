//! The gateway: a number client, a message hub and a web server, and a bridge between them.

use crate::{WebHandler, WebServer, drain::Drain, health::GatewayHealth};
use message_hub::{Hub, MessageHub};
use number_client::{NumberClient, Numbers, Server};
use pubsub::{ChannelName, Message, http::Rejection};
use service::{BoxError, LogLimit, Scope, Service, Settings};
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::select;
use tracing::warn;

/// The channel that numbers are published to.
const NUMBERS: &str = "/numbers";

/// A service that publishes the numbers of a number server to the channel `/numbers` of a hub, and
/// serves that to browsers and other readers.
pub struct Gateway {
    client: Arc<NumberClient>,
    hub: Arc<MessageHub>,
    web: Arc<WebServer>,
    health: Arc<GatewayHealth>,
    drain: Drain,
}

// ANCHOR: gateway
impl Gateway {
    /// A gateway with these settings.
    pub fn new(settings: &Settings) -> Self {
        let client = Arc::new(NumberClient::new(settings, Server::new(settings)));
        let hub = Arc::new(MessageHub::new(settings));
        let health = Arc::new(GatewayHealth::new(client.connected()));
        let web = Arc::new(WebHandler::server(settings, hub.hub().clone(), health.clone()));
        Gateway { client, hub, web, health, drain: Drain::new(settings) }
    }
}

impl Service for Gateway {
    fn name(&self) -> &str {
        "gateway"
    }

    fn children(&self) -> Vec<Arc<dyn Service>> {
        vec![self.hub.clone(), self.web.clone(), self.client.clone()]
    }

    fn start(&self, scope: &Scope) -> Result<(), BoxError> {
        self.health.drain(false);
        let numbers = self.client.numbers().ok_or("the number client has not started")?;
        let bridge = bridge(numbers, self.hub.hub().clone(), self.health.clone(), scope.clone());
        let drained = self.drain.clone().finished(scope.clone(), self.health.clone());
        scope.spawn_graceful_task("bridge", async {
            let mut drained = pin!(drained);
            select! { () = bridge => drained.await, () = &mut drained => {} }
        });
        scope.ready();
        Ok(())
    }

    fn stop_timeout(&self) -> Duration {
        self.drain.stop_timeout()
    }
}
// ANCHOR_END: gateway

/// Publishes each number.
// ANCHOR: bridge
async fn bridge(mut numbers: Numbers, hub: Arc<Hub>, health: Arc<GatewayHealth>, scope: Scope) {
    let channel = ChannelName::from_path(NUMBERS).expect("it is a name");
    let refused = LogLimit::default();
    while let Some(number) = numbers.next().await {
        let published = publish(&hub, &channel, number);
        match published {
            Ok(()) => health.record_published(),
            // It is lost, and the next is tried: numbers do not wait.
            Err(rejection) => {
                if let Some(more) = refused.admit() {
                    warn!(service = %scope, "not published: {rejection}{more}");
                }
            }
        }
    }
}

fn publish(hub: &Hub, channel: &ChannelName, number: u8) -> Result<(), Rejection> {
    hub.publish(channel, Message::parse(number.to_string().as_bytes())?)
}
// ANCHOR_END: bridge
