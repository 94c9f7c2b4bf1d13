//! Whether the gateway is ready, and how many numbers it has passed on.

use crate::web::{HealthCheck, Metric};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use tokio::sync::watch;

/// What the gateway's web server tells of it.
pub(crate) struct GatewayHealth {
    connected: watch::Receiver<bool>,
    draining: AtomicBool,
    numbers: AtomicU64,
}

impl GatewayHealth {
    /// The health of a gateway whose number client says by `connected` whether it is.
    pub(crate) fn new(connected: watch::Receiver<bool>) -> Self {
        GatewayHealth { connected, draining: AtomicBool::new(false), numbers: AtomicU64::new(0) }
    }

    /// Notes that a number has been passed on.
    pub(crate) fn record_published(&self) {
        self.numbers.fetch_add(1, Relaxed);
    }

    /// Notes that the gateway is about to stop, or no longer.
    pub(crate) fn drain(&self, draining: bool) {
        self.draining.store(draining, Relaxed);
    }
}

// ANCHOR: health_check
impl HealthCheck for GatewayHealth {
    fn ready(&self) -> Result<(), &'static str> {
        if self.draining.load(Relaxed) {
            Err("draining: the gateway is about to stop")
        } else if !*self.connected.borrow() {
            Err("the number client has no connection; it is trying")
        } else {
            Ok(())
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        let connected = f64::from(*self.connected.borrow());
        vec![
            Metric::counter(
                "gateway_numbers_total",
                "Numbers passed on.",
                self.numbers.load(Relaxed),
            ),
            Metric::gauge(
                "gateway_connected",
                "Whether the number client has a connection.",
                connected,
            ),
        ]
    }
}
// ANCHOR_END: health_check
