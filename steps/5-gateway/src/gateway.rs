//! The gateway: a number client, a message hub and a web server, and a bridge between them.

use crate::{WebServer, pulse::Pulse};
use message_hub::{Hub, MessageHub};
use number_client::{NumberClient, Numbers, Server};
use pubsub::{ChannelName, Message, http::Refusal};
use service::{Failure, Scope, Service, Setting, Settings};
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::{select, time::sleep};
use tracing::{info, warn};

/// The channel that numbers are published to.
const NUMBERS: &str = "/numbers";

/// A service that publishes the numbers of a number server to the channel `/numbers` of a hub, and
/// serves that to browsers and other readers.
pub struct Gateway {
    client: Arc<NumberClient>,
    hub: Arc<MessageHub>,
    web: Arc<WebServer>,
    pulse: Arc<Pulse>,
    drain_time: Setting<Duration>,
}

// ANCHOR: gateway
impl Gateway {
    /// A gateway with these settings.
    pub fn new(settings: &Settings) -> Self {
        let client = Arc::new(NumberClient::new(settings, Server::new(settings)));
        let hub = Arc::new(MessageHub::new(settings));
        let pulse = Arc::new(Pulse::new(client.connected()));
        let web = Arc::new(WebServer::new(settings, hub.hub().clone(), pulse.clone()));
        Gateway { client, hub, web, pulse, drain_time: drain_time(settings) }
    }
}

impl Service for Gateway {
    fn name(&self) -> &str {
        "gateway"
    }

    fn children(&self) -> Vec<Arc<dyn Service>> {
        vec![self.hub.clone(), self.web.clone(), self.client.clone()]
    }

    fn start(&self, scope: &Scope) -> Result<(), Failure> {
        self.pulse.drain(false);
        let numbers = self.client.numbers().ok_or("the number client has not started")?;
        let bridge = bridge(numbers, self.hub.hub().clone(), self.pulse.clone(), scope.clone());
        let drained = drained(scope.clone(), self.drain_time.clone(), self.pulse.clone());
        scope.spawn_graceful_task("bridge", async {
            let mut drained = pin!(drained);
            select! { () = bridge => drained.await, () = &mut drained => {} }
        });
        scope.ready();
        Ok(())
    }

    fn stop_timeout(&self) -> Duration {
        // Work that says goodbye has half of it.
        2 * self.drain_time.get() + Duration::from_secs(2)
    }
}
// ANCHOR_END: gateway

/// Publishes each number.
// ANCHOR: bridge
async fn bridge(mut numbers: Numbers, hub: Arc<Hub>, pulse: Arc<Pulse>, scope: Scope) {
    let channel = ChannelName::from_path(NUMBERS).expect("it is a name");
    while let Some(number) = numbers.next().await {
        match publish(&hub, &channel, number) {
            Ok(()) => pulse.beat(),
            // One that is not published is lost, and the next is tried: numbers do not wait.
            Err(refusal) => warn!(service = %scope, "{number} is not published: {refusal}"),
        }
    }
}

fn publish(hub: &Hub, channel: &ChannelName, number: u8) -> Result<(), Refusal> {
    hub.publish(channel, Message::parse(number.to_string().as_bytes())?)
}
// ANCHOR_END: bridge

/// Resolves when the service stops, and whoever sends clients here has had time to notice.
// ANCHOR: drained
async fn drained(scope: Scope, drain_time: Setting<Duration>, pulse: Arc<Pulse>) {
    scope.stopping().await;
    let time = drain_time.get();
    if !time.is_zero() {
        pulse.drain(true);
        info!(service = %scope, "draining for {} s", time.as_secs_f64());
        sleep(time).await;
    }
}
// ANCHOR_END: drained

fn drain_time(settings: &Settings) -> Setting<Duration> {
    settings
        .define("drain_time", Duration::ZERO)
        .help("Seconds between the word to stop and the stop. Meanwhile /readyz says no, for a proxy to see, and all else goes on.")
        .seconds(0.0..=30.0)
        .live()
}
