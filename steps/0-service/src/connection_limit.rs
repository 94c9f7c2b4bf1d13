//! How many connections there may be: the part of accepting them that is the same for every server.

use crate::{LogLimit, Scope, Setting, Settings};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tracing::{info, warn};

/// How long to wait after a failed accept. Out of file descriptors, it would fail again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Counts the connections of one listener, and keeps their number within bounds.
pub struct ConnectionLimit {
    scope: Scope,
    max: Setting<usize>,
    open: AtomicUsize,
    /// Accepting fails at the moment; it is logged once, not for each try.
    failing: AtomicBool,
    failing_limit: LogLimit,
    full: AtomicBool,
    full_limit: LogLimit,
    /// That it is full was logged: then it is logged, too, when there is room again.
    full_is_told: AtomicBool,
}

/// The right of one connection to be there. When it is dropped, there is room for another.
pub struct ConnectionPermit(Arc<ConnectionLimit>);

/// There is no room for another connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("full (max_connections = {max})")]
pub struct Full {
    /// How many connections there are room for.
    pub max: usize,
}

impl ConnectionLimit {
    /// A limit of `max` connections at a time to the service of `scope`.
    pub fn new(max: Setting<usize>, scope: &Scope) -> Arc<Self> {
        Arc::new(ConnectionLimit {
            scope: scope.clone(),
            max,
            open: AtomicUsize::new(0),
            failing: AtomicBool::new(false),
            failing_limit: LogLimit::default(),
            full: AtomicBool::new(false),
            full_limit: LogLimit::default(),
            full_is_told: AtomicBool::new(false),
        })
    }

    /// The setting that says how many connections a listener has room for.
    pub fn max_connections(settings: &Settings) -> Setting<usize> {
        settings
            .define("max_connections", 12_000)
            .help("More connections than this are refused.")
            .range(1..=1_000_000)
            .live()
    }

    /// Lets a connection in, if there is room.
    // ANCHOR: try_acquire
    pub fn try_acquire(self: &Arc<Self>) -> Result<ConnectionPermit, Full> {
        let max = self.max.get();
        let free = |open: usize| (open < max).then_some(open + 1);
        if self.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, free).is_ok() {
            return Ok(ConnectionPermit(self.clone()));
        }
        if !self.full.swap(true, Ordering::Relaxed)
            && let Some(more) = self.full_limit.admit()
        {
            self.full_is_told.store(true, Ordering::Relaxed);
            warn!(service = %self.scope, "full (max_connections = {max}): more connections are refused{more}");
        }
        Err(Full { max })
    }
    // ANCHOR_END: try_acquire

    /// Notes that a connection was accepted, and is being served.
    pub fn accepted(&self) {
        self.failing.store(false, Ordering::Relaxed);
    }

    /// Notes that accepting failed; returns how long to wait before the next try.
    pub fn failed(&self, error: &io::Error) -> Duration {
        if !self.failing.swap(true, Ordering::Relaxed)
            && let Some(more) = self.failing_limit.admit()
        {
            warn!(service = %self.scope, "cannot accept a connection: {error}; trying until it works{more}");
        }
        ACCEPT_PAUSE
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let ConnectionLimit { scope, max, open, full, full_is_told, .. } = &*self.0;
        let open = open.fetch_sub(1, Ordering::Relaxed) - 1;
        // A tenth must be free, or one who comes and goes at the limit would fill the log.
        let has_room = open * 10 <= max.get() * 9;
        let is_news = has_room
            && full.swap(false, Ordering::Relaxed)
            && full_is_told.swap(false, Ordering::Relaxed);
        if is_news && !scope.is_stopping() {
            info!(service = %scope, "there is room again");
        }
    }
}
