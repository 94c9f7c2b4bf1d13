//! Whether the gateway is ready, and how many numbers it has passed on.

use crate::web::{Figure, Vitals};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use tokio::sync::watch;

/// What the gateway's web server tells of it.
pub(crate) struct Pulse {
    connected: watch::Receiver<bool>,
    draining: AtomicBool,
    numbers: AtomicU64,
}

impl Pulse {
    /// The pulse of a gateway whose number client says by `connected` whether it is.
    pub(crate) fn new(connected: watch::Receiver<bool>) -> Self {
        Pulse { connected, draining: AtomicBool::new(false), numbers: AtomicU64::new(0) }
    }

    /// Notes that a number has been passed on.
    pub(crate) fn beat(&self) {
        self.numbers.fetch_add(1, Relaxed);
    }

    /// Notes that the gateway is about to stop, or no longer.
    pub(crate) fn drain(&self, draining: bool) {
        self.draining.store(draining, Relaxed);
    }
}

// ANCHOR: vitals
impl Vitals for Pulse {
    fn ready(&self) -> Result<(), &'static str> {
        if self.draining.load(Relaxed) {
            Err("draining: the gateway is about to stop")
        } else if !*self.connected.borrow() {
            Err("the number client has no connection; it is trying")
        } else {
            Ok(())
        }
    }

    fn figures(&self) -> Vec<Figure> {
        let connected = f64::from(*self.connected.borrow());
        vec![
            Figure::counter(
                "gateway_numbers_total",
                "Numbers passed on.",
                self.numbers.load(Relaxed),
            ),
            Figure::gauge(
                "gateway_connected",
                "Whether the number client has a connection.",
                connected,
            ),
        ]
    }
}
// ANCHOR_END: vitals
