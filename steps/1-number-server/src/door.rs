//! Who may come in: the part of accepting connections that is the same for every runtime.

use crate::{numbers::Numbers, pace::Pace};
use service::{Scope, Setting};
use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tracing::{debug, info, warn};

/// How long to wait after a failed accept. Out of file descriptors, it would fail again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The settings that count while the server runs.
pub(crate) struct Limits {
    pub(crate) max_connections: Setting<usize>,
    pub(crate) rate_per_minute: Setting<f64>,
    pub(crate) seed: Setting<Option<u64>>,
    pub(crate) write_timeout: Setting<Duration>,
}

/// Counts connections, from one start of the server to its stop.
pub(crate) struct Door {
    limits: Arc<Limits>,
    scope: Scope,
    open: AtomicUsize,
    opened: AtomicU64,
    /// Accepting fails at the moment; it is logged once, not for each try.
    failing: AtomicBool,
    full: AtomicBool,
}

/// One connection that was let in. When it is dropped, there is room for another.
pub(crate) struct Guest {
    door: Arc<Door>,
    number: u64,
    pub(crate) numbers: Numbers,
    pub(crate) pace: Pace,
    /// A client that takes nothing for this long is gone.
    pub(crate) write_timeout: Duration,
}

impl Door {
    pub(crate) fn new(limits: Arc<Limits>, scope: &Scope) -> Arc<Self> {
        Arc::new(Door {
            limits,
            scope: scope.clone(),
            open: AtomicUsize::new(0),
            opened: AtomicU64::new(0),
            failing: AtomicBool::new(false),
            full: AtomicBool::new(false),
        })
    }

    /// Lets a client in, or gives the sentence to refuse it with.
    // ANCHOR: admit
    pub(crate) fn admit(self: &Arc<Self>, peer: SocketAddr) -> Result<Guest, String> {
        let max = self.limits.max_connections.get();
        let free = |open: usize| (open < max).then_some(open + 1);
        if self.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, free).is_err() {
            if !self.full.swap(true, Ordering::Relaxed) {
                warn!(service = %self.scope, "full (max_connections = {max}): more connections are refused");
            }
            return Err(format!(
                "The number server is full (max_connections = {max}). Come back later.\n"
            ));
        }
        let number = 1 + self.opened.fetch_add(1, Ordering::Relaxed);
        debug!(service = %self.scope, "connection {number} from {peer}");
        Ok(Guest {
            door: self.clone(),
            number,
            numbers: self
                .limits
                .seed
                .get()
                .map_or_else(Numbers::unpredictable, |seed| Numbers::seeded(seed, number)),
            pace: Pace::new(self.limits.rate_per_minute.clone()),
            write_timeout: self.limits.write_timeout.get(),
        })
    }
    // ANCHOR_END: admit

    /// Notes that a connection was accepted, and is being served.
    pub(crate) fn works(&self) {
        self.failing.store(false, Ordering::Relaxed);
    }

    /// Notes that accepting failed; returns how long to wait before the next try.
    pub(crate) fn failed(&self, error: &io::Error) -> Duration {
        if !self.failing.swap(true, Ordering::Relaxed) {
            warn!(service = %self.scope, "cannot accept a connection: {error}; trying until it works");
        }
        ACCEPT_PAUSE
    }
}

impl Guest {
    /// Notes why the connection ended.
    pub(crate) fn leave(self, result: io::Result<()>) {
        if let Err(error) = result {
            debug!(service = %self.door.scope, "connection {} ended: {error}", self.number);
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.door.open.fetch_sub(1, Ordering::Relaxed);
        if self.door.full.swap(false, Ordering::Relaxed) && !self.door.scope.is_stopping() {
            info!(service = %self.door.scope, "there is room again");
        }
    }
}
