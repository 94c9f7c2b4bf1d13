//! What a client gets that is let in: the part of serving it that is the same for every runtime.

use crate::{numbers::Numbers, pace::Pace};
use service::{Place, Scope, Setting};
use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tracing::debug;

/// The settings that count while the server runs.
pub(crate) struct Limits {
    pub(crate) max_connections: Setting<usize>,
    pub(crate) rate_per_minute: Setting<f64>,
    pub(crate) seed: Setting<Option<u64>>,
    pub(crate) write_timeout: Setting<Duration>,
}

/// Lets clients in, from one start of the server to its stop.
pub(crate) struct Door {
    room: Arc<service::Door>,
    limits: Arc<Limits>,
    scope: Scope,
    opened: AtomicU64,
}

/// One connection that was let in. When it is dropped, there is room for another.
pub(crate) struct Guest {
    scope: Scope,
    number: u64,
    pub(crate) numbers: Numbers,
    pub(crate) pace: Pace,
    /// A client that takes nothing for this long is gone.
    pub(crate) write_timeout: Duration,
    _place: Place,
}

impl Door {
    pub(crate) fn new(limits: Arc<Limits>, scope: &Scope) -> Arc<Self> {
        let room = service::Door::new(limits.max_connections.clone(), scope);
        Arc::new(Door { room, limits, scope: scope.clone(), opened: AtomicU64::new(0) })
    }

    /// Lets a client in, or gives the sentence to refuse it with.
    // ANCHOR: admit
    pub(crate) fn admit(&self, peer: SocketAddr) -> Result<Guest, String> {
        let place = self
            .room
            .enter()
            .map_err(|full| format!("The number server is {full}. Come back later.\n"))?;
        let number = 1 + self.opened.fetch_add(1, Ordering::Relaxed);
        debug!(service = %self.scope, "connection {number} from {peer}");
        let numbers = match self.limits.seed.get() {
            Some(seed) => Numbers::seeded(seed, number),
            None => Numbers::unpredictable(),
        };
        Ok(Guest {
            scope: self.scope.clone(),
            number,
            numbers,
            pace: Pace::new(self.limits.rate_per_minute.clone()),
            write_timeout: self.limits.write_timeout.get(),
            _place: place,
        })
    }
    // ANCHOR_END: admit

    /// Notes that a connection was accepted, and is being served.
    pub(crate) fn works(&self) {
        self.room.works();
    }

    /// Notes that accepting failed; returns how long to wait before the next try.
    pub(crate) fn failed(&self, error: &io::Error) -> Duration {
        self.room.failed(error)
    }
}

impl Guest {
    /// Notes why the connection ended.
    pub(crate) fn leave(self, result: io::Result<()>) {
        if let Err(error) = result {
            debug!(service = %self.scope, "connection {} ended: {error}", self.number);
        }
    }
}
