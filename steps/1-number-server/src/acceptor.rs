//! What a client gets that is let in: the part of serving it that is the same for every runtime.

use crate::{numbers::Numbers, pace::Pace};
use service::{ConnectionPermit, Scope, Setting};
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
pub(crate) struct ConnectionSettings {
    pub(crate) max_connections: Setting<usize>,
    pub(crate) rate_per_minute: Setting<f64>,
    pub(crate) seed: Setting<Option<u64>>,
    pub(crate) write_timeout: Setting<Duration>,
}

/// Lets clients in, from one start of the server to its stop.
pub(crate) struct Acceptor {
    limit: Arc<service::ConnectionLimit>,
    settings: Arc<ConnectionSettings>,
    scope: Scope,
    opened: AtomicU64,
}

/// One connection that was let in. When it is dropped, there is room for another.
pub(crate) struct Connection {
    scope: Scope,
    number: u64,
    pub(crate) numbers: Numbers,
    pub(crate) pace: Pace,
    /// A client that takes nothing for this long is gone.
    pub(crate) write_timeout: Duration,
    _permit: ConnectionPermit,
}

impl Acceptor {
    pub(crate) fn new(settings: Arc<ConnectionSettings>, scope: &Scope) -> Arc<Self> {
        let limit = service::ConnectionLimit::new(settings.max_connections.clone(), scope);
        Arc::new(Acceptor { limit, settings, scope: scope.clone(), opened: AtomicU64::new(0) })
    }

    /// Lets a client in, or gives the sentence to refuse it with.
    // ANCHOR: admit
    pub(crate) fn admit(&self, peer: SocketAddr) -> Result<Connection, String> {
        let permit = self
            .limit
            .try_acquire()
            .map_err(|full| format!("The number server is {full}. Come back later.\n"))?;
        let number = 1 + self.opened.fetch_add(1, Ordering::Relaxed);
        debug!(service = %self.scope, "connection {number} from {peer}");
        let numbers = match self.settings.seed.get() {
            Some(seed) => Numbers::seeded(seed, number),
            None => Numbers::unpredictable(),
        };
        Ok(Connection {
            scope: self.scope.clone(),
            number,
            numbers,
            pace: Pace::new(self.settings.rate_per_minute.clone()),
            write_timeout: self.settings.write_timeout.get(),
            _permit: permit,
        })
    }
    // ANCHOR_END: admit

    /// Notes that a connection was accepted, and is being served.
    pub(crate) fn accepted(&self) {
        self.limit.accepted();
    }

    /// Notes that accepting failed; returns how long to wait before the next try.
    pub(crate) fn failed(&self, error: &io::Error) -> Duration {
        self.limit.failed(error)
    }
}

impl Connection {
    /// Notes why the connection ended.
    pub(crate) fn leave(self, result: io::Result<()>) {
        if let Err(error) = result {
            debug!(service = %self.scope, "connection {} ended: {error}", self.number);
        }
    }
}
