//! The time between the word to stop and the stop.

use crate::health::GatewayHealth;
use service::{Scope, Setting, Settings};
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;
use tracing::info;

/// How long a service goes on when it has been told to stop.
#[derive(Clone)]
pub(crate) struct Drain {
    time: Setting<Duration>,
}

impl Drain {
    /// The time that the setting `drain_time` says.
    pub(crate) fn new(settings: &Settings) -> Self {
        let time = settings
            .define("drain_time", Duration::ZERO)
            .help("Seconds between the word to stop and the stop. Meanwhile /readyz says no, for a proxy to see, and all else goes on.")
            .seconds(0.0..=30.0)
            .live();
        Drain { time }
    }

    /// Resolves when the service of `scope` stops, and whoever sends clients here has had time to
    /// notice.
    // ANCHOR: finished
    pub(crate) async fn finished(self, scope: Scope, health: Arc<GatewayHealth>) {
        scope.stopping().await;
        let time = self.time.get();
        if !time.is_zero() {
            health.drain(true);
            info!(service = %scope, "draining for {} s", time.as_secs_f64());
            sleep(time).await;
        }
    }
    // ANCHOR_END: finished

    /// How long a service may take to stop that drains first. Work that says goodbye has half of it.
    pub(crate) fn stop_timeout(&self) -> Duration {
        2 * self.time.get() + Duration::from_secs(2)
    }
}
