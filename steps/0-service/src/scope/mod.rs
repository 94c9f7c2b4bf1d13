//! What a running service spawns its work on: everything in a scope ends with the service.

mod spawn;
mod work_guard;

use crate::{OnPanic, error::panic_message, lifecycle::Node, work::WorkTracker};
use std::{
    collections::BTreeMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::error;

/// One run of a service, from its start to its stop.
///
/// Work is spawned on it, and it ends what was spawned. Cloning is cheap. It displays as the
/// service's path, which is what a log line should begin with:
/// `info!(service = %scope, "listening")`.
#[derive(Clone)]
pub struct Scope {
    shared: Arc<Shared>,
    on_panic: OnPanic,
}

/// What all clones of a scope share.
pub(crate) struct Shared {
    path: Arc<str>,
    owner: Weak<Node>,
    tokio: tokio::runtime::Handle,
    work: WorkTracker,
    ready: watch::Sender<bool>,
    broken: watch::Sender<Option<crate::Error>>,
    stopping: CancellationToken,
    reloads: AtomicU64,
    at_stop: Mutex<Vec<Box<dyn FnOnce() + Send>>>,
    reports: Mutex<BTreeMap<&'static str, String>>,
}

impl Scope {
    pub(crate) fn new(path: Arc<str>, owner: Weak<Node>, on_panic: OnPanic) -> Self {
        let shared = Shared {
            path,
            owner,
            tokio: tokio::runtime::Handle::current(),
            work: WorkTracker::default(),
            ready: watch::Sender::new(false),
            broken: watch::Sender::new(None),
            stopping: CancellationToken::new(),
            reloads: AtomicU64::new(0),
            at_stop: Mutex::default(),
            reports: Mutex::default(),
        };
        Scope { shared: Arc::new(shared), on_panic }
    }

    /// The service's path, such as `gateway/hub/http`.
    pub fn path(&self) -> &str {
        &self.shared.path
    }

    /// Says that the service is ready. May be said from anywhere, more than once.
    pub fn ready(&self) {
        self.shared.ready.send_replace(true);
    }

    /// Tells `status` something worth knowing, such as the port that was bound.
    pub fn report(&self, what: &'static str, value: impl fmt::Display) {
        self.shared.reports().insert(what, value.to_string());
    }

    /// The same scope, where a panic ends no more than the piece of work it happens in.
    ///
    /// For work on behalf of one client of many, such as a connection.
    pub fn contained(&self) -> Scope {
        Scope { on_panic: OnPanic::Contain, ..self.clone() }
    }

    /// Says that the service cannot go on. It is stopped, or restarted, as after a panic.
    pub fn fail(&self, reason: impl fmt::Display) {
        error!(service = %self, "{reason}");
        self.broken(crate::Error::Failed { path: self.path().into(), reason: reason.to_string() });
    }

    fn broken(&self, error: crate::Error) {
        self.shared.broken.send_replace(Some(error.clone()));
        if let Some(owner) = self.shared.owner.upgrade() {
            let scope = self.clone();
            self.shared.tokio.spawn(async move { owner.broken(&scope, error).await });
        }
    }

    /// Whether the service is stopping.
    pub fn is_stopping(&self) -> bool {
        self.shared.is_stopping()
    }

    /// Resolves when the service stops.
    pub fn stopping(&self) -> impl Future<Output = ()> + Send + 'static {
        self.shared.stopping.clone().cancelled_owned()
    }

    /// Calls `wake` when the service stops, for work that waits where neither a drop nor a
    /// [`Pause`](crate::Pause) reaches it, such as a thread in `accept`.
    pub fn at_stop(&self, wake: impl FnOnce() + Send + 'static) {
        let mut at_stop =
            self.shared.at_stop.lock().expect("nothing panics while it holds this lock");
        if self.is_stopping() {
            drop(at_stop);
            wake();
        } else {
            at_stop.push(Box::new(wake));
        }
    }

    /// Resolves when the service has said that it is ready.
    pub(crate) async fn until_ready(&self) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.shared.ready.subscribe().wait_for(|ready| *ready).await;
    }

    /// Resolves with the first failure, or panic that is not contained.
    pub(crate) async fn until_broken(&self) -> crate::Error {
        let mut broken = self.shared.broken.subscribe();
        let error = broken.wait_for(Option::is_some).await.ok().and_then(|error| error.clone());
        error.expect("the sender lives in `self`, and the value is waited for")
    }

    /// Ends all work; the error names what had not ended after `timeout`.
    pub(crate) async fn end(&self, timeout: Duration) -> Result<(), Vec<String>> {
        self.shared.stopping.cancel();
        let at_stop = std::mem::take(
            &mut *self.shared.at_stop.lock().expect("nothing panics while it holds this lock"),
        );
        for wake in at_stop {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(wake)) {
                error!(service = %self, "a call at stop panicked: {}", panic_message(&*panic));
            }
        }
        self.shared.work.close();
        let (grace, rest) = (timeout / 2, timeout - timeout / 2);
        if tokio::time::timeout(grace, self.shared.work.idle()).await.is_ok() {
            return Ok(());
        }
        self.shared.work.end_grace();
        let idle = tokio::time::timeout(rest, self.shared.work.idle()).await;
        idle.map_err(|_| self.names())
    }

    /// The path, kind and name of each piece of work that runs.
    pub(crate) fn names(&self) -> Vec<String> {
        let names = self.shared.work.names();
        names.into_iter().map(|work| format!("{self}: {work}")).collect()
    }

    /// Tells work that waits that there has been a reload.
    pub(crate) fn reloaded(&self) {
        self.shared.reloads.fetch_add(1, Ordering::Relaxed);
        self.shared.work.wake();
    }

    pub(crate) fn is_same(&self, other: &Scope) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    pub(crate) fn reported(&self) -> BTreeMap<&'static str, String> {
        self.shared.reports().clone()
    }

    pub(crate) fn running(&self) -> usize {
        self.shared.work.len()
    }
}

impl Shared {
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    pub(crate) fn reloads(&self) -> u64 {
        self.reloads.load(Ordering::Relaxed)
    }

    fn reports(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, String>> {
        self.reports.lock().expect("nothing panics while it holds this lock")
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path())
    }
}
