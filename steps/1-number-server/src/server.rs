//! The number server as a service: its settings, and the choice of a runtime.

use crate::{
    acceptor::{Acceptor, ConnectionSettings},
    on_may, on_threads, on_tokio,
};
use service::{BoxError, Scope, Service, Setting, Settings, settings::ValueEnum};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tracing::info;

/// How the server does many things at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// A connection is a tokio task.
    Tokio,
    /// A connection is a `may` coroutine.
    May,
    /// A connection is a thread.
    Threads,
}

impl ValueEnum for Runtime {
    const NAMES: &'static [(&'static str, Self)] =
        &[("tokio", Runtime::Tokio), ("may", Runtime::May), ("threads", Runtime::Threads)];
}

/// A service that says random numbers on a TCP port: a number, a newline, a wait.
pub struct NumberServer {
    bind: Setting<SocketAddr>,
    runtime: Setting<Runtime>,
    limits: Arc<ConnectionSettings>,
    address: Mutex<Option<SocketAddr>>,
}

impl NumberServer {
    /// A number server with these settings.
    // ANCHOR: settings
    pub fn new(settings: &Settings) -> Self {
        let limits = ConnectionSettings {
            rate_per_minute: settings
                .define("rate_per_minute", 60.0)
                .help("Numbers a minute, on each connection.")
                .range(0.1..=6_000_000.0)
                .live(),
            max_connections: service::ConnectionLimit::max_connections(settings),
            seed: settings
                .define("seed", None)
                .help("Makes the numbers the same on every run: a whole number.")
                .live(),
            write_timeout: settings
                .define("write_timeout", Duration::from_secs(30))
                .help("Seconds until a client that reads nothing is cut off.")
                .live(),
        };
        NumberServer {
            bind: settings
                .define("numbers_bind", SocketAddr::from(([127, 0, 0, 1], 7776)))
                .help("Where the number server listens. Port 0 takes a free one, which `status` tells.")
                .at_start(),
            runtime: settings
                .define("runtime", Runtime::Tokio)
                .help("What a connection is: a task of \"tokio\", a coroutine of \"may\", or one of \"threads\".")
                .at_start(),
            limits: Arc::new(limits),
            address: Mutex::default(),
        }
    }
    // ANCHOR_END: settings

    /// Where the server listens, once it is ready: the port is never 0.
    pub fn address(&self) -> Option<SocketAddr> {
        *self.address.lock().expect("nothing panics while it holds this lock")
    }
}

// ANCHOR: start
impl Service for NumberServer {
    fn name(&self) -> &str {
        "number-server"
    }

    fn start(&self, scope: &Scope) -> Result<(), BoxError> {
        let listener = service::listen(self.bind.get())?;
        let address = listener.local_addr()?;
        let acceptor = Acceptor::new(self.limits.clone(), scope);
        match self.runtime.get() {
            Runtime::Tokio => on_tokio::serve(listener, acceptor, scope)?,
            Runtime::May => on_may::serve(listener, acceptor, scope)?,
            Runtime::Threads => on_threads::serve(listener, acceptor, scope)?,
        }
        *self.address.lock().expect("nothing panics while it holds this lock") = Some(address);
        scope.report("numbers_bind", address);
        info!(service = %scope, "listening on {address}");
        scope.ready();
        Ok(())
    }
}
// ANCHOR_END: start
