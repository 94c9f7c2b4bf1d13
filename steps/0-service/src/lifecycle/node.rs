//! The transitions of one service: up, with its children; down, in the reverse order; and what a panic
//! does.

use super::{Inner, Node};
use crate::{BoxError, Error, OnPanic, Scope, State, error::panic_message};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::MutexGuard,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info};

/// A service that is to panic more often than this within [`PANIC_WINDOW`] is not restarted again.
const MAX_PANICS: usize = 5;
const PANIC_WINDOW: Duration = Duration::from_secs(60);

impl Node {
    /// Starts the service, for a parent whose start may be cut short, or for itself.
    pub(super) async fn bring_up(&self, parent: Option<&CancellationToken>) -> Result<(), Error> {
        let _transition = self.transition.lock().await;
        if *self.state.borrow() == State::Ready {
            return Ok(());
        }
        self.nothing_left()?;
        self.bring_up_all(parent).await
    }

    /// Starts the children, then the service; if anything fails, stops what had started.
    // ANCHOR: bring_up
    async fn bring_up_all(&self, parent: Option<&CancellationToken>) -> Result<(), Error> {
        let interrupt = self.new_interrupt(parent);
        self.enter(State::Starting);
        let result = match self.bring_up_children(&interrupt).await {
            Ok(()) => self.bring_up_self(&interrupt).await,
            failed => failed,
        };
        match result {
            Ok(()) => self.enter(State::Ready),
            Err(_) => self.give_up().await,
        }
        result
    }
    // ANCHOR_END: bring_up

    async fn bring_up_children(&self, interrupt: &CancellationToken) -> Result<(), Error> {
        for child in &self.children {
            if interrupt.is_cancelled() {
                return Err(self.interrupted());
            }
            Box::pin(child.0.bring_up(Some(interrupt))).await?;
        }
        Ok(())
    }

    async fn bring_up_self(&self, interrupt: &CancellationToken) -> Result<(), Error> {
        if interrupt.is_cancelled() {
            return Err(self.interrupted());
        }
        let scope = Scope::new(self.path.clone(), self.this.clone(), self.service.on_panic());
        self.inner().scope = Some(scope.clone());
        self.hook("start", || self.service.start(&scope))
            .map_err(|reason| Error::Start { path: self.path.to_string(), reason })?;
        let timeout = self.service.start_timeout();
        tokio::select! {
            biased;
            error = scope.until_broken() => Err(error),
            () = interrupt.cancelled() => Err(self.interrupted()),
            () = scope.until_ready() => Ok(()),
            () = tokio::time::sleep(timeout) => Err(Error::NotReady { path: self.path.to_string(), timeout }),
        }
    }

    pub(super) async fn take_down(&self) -> Result<(), Error> {
        let _transition = self.transition.lock().await;
        match *self.state.borrow() {
            State::Init | State::Stopped => return self.nothing_left(),
            _ => {}
        }
        self.take_down_all().await
    }

    /// Stops whatever runs, in whichever state a start got to.
    // ANCHOR: take_down
    async fn take_down_all(&self) -> Result<(), Error> {
        let was_ready = *self.state.borrow() == State::Ready;
        self.enter(State::Stopping);
        let mut left = Vec::new();
        let scope = self.inner().scope.take();
        if let Some(scope) = scope {
            if let Err(reason) = self.hook("stop", || {
                self.service.stop();
                Ok(())
            }) {
                error!(service = %scope, "{reason}");
            }
            if let Err(running) = scope.end(self.service.stop_timeout()).await {
                left.extend(running);
                self.inner().leftovers.push(scope);
            }
        }
        for child in self.children.iter().rev() {
            if let Err(Error::StillRunning { left: more }) = Box::pin(child.0.take_down()).await {
                left.extend(more)
            }
        }
        if was_ready {
            info!(service = %self.path, "stopped");
        }
        self.enter(State::Stopped);
        if left.is_empty() { Ok(()) } else { Err(Error::StillRunning { left }) }
    }
    // ANCHOR_END: take_down

    /// An error that names what still runs from before an earlier stop, here or inside.
    fn nothing_left(&self) -> Result<(), Error> {
        let mut inner = self.inner();
        inner.leftovers.retain(|scope| scope.running() > 0);
        let mut left: Vec<_> = inner.leftovers.iter().flat_map(Scope::names).collect();
        drop(inner);
        for child in &self.children {
            if let Err(Error::StillRunning { left: more }) = child.0.nothing_left() {
                left.extend(more);
            }
        }
        if left.is_empty() { Ok(()) } else { Err(Error::StillRunning { left }) }
    }

    /// Stops after a failure. Its reason is the one to tell, so what would not end is only logged.
    async fn give_up(&self) {
        if let Err(error) = self.take_down_all().await {
            error!(service = %self.path, "{error}");
        }
    }

    pub(super) fn reload(&self) -> Result<(), Error> {
        let scope = self.inner().scope.clone();
        let Some(scope) = scope.filter(|_| *self.state.borrow() == State::Ready) else {
            return Ok(());
        };
        let result = self.hook("reload", || self.service.reload(&scope));
        scope.reloaded();
        result.map_err(|reason| Error::Reload { path: self.path.to_string(), reason })
    }

    /// Acts on a panic in work that ran on `scope`, or on its word that the service cannot go on.
    pub(crate) async fn broken(&self, scope: &Scope, error: Error) {
        let _transition = self.transition.lock().await;
        let still_up = self.inner().scope.as_ref().is_some_and(|now| now.is_same(scope));
        if !still_up || *self.state.borrow() != State::Ready {
            return;
        }
        let restart = self.service.on_panic() == OnPanic::Restart && self.may_restart();
        self.inner().failure = Some(error);
        self.give_up().await;
        if restart && let Err(error) = self.bring_up_all(None).await {
            error!(service = %self.path, "not restarted: {error}");
            self.inner().failure = Some(error);
        }
    }

    fn may_restart(&self) -> bool {
        let mut inner = self.inner();
        inner.panics.retain(|panic| panic.elapsed() < PANIC_WINDOW);
        inner.panics.push_back(Instant::now());
        inner.panics.len() <= MAX_PANICS
    }

    /// Calls a hook of the service; what it returns or panics with comes back in words.
    fn hook(&self, name: &str, hook: impl FnOnce() -> Result<(), BoxError>) -> Result<(), String> {
        match catch_unwind(AssertUnwindSafe(hook)) {
            Ok(result) => result.map_err(|failure| failure.to_string()),
            Err(panic) => Err(format!("{name} panicked: {}", panic_message(&*panic))),
        }
    }

    fn new_interrupt(&self, parent: Option<&CancellationToken>) -> CancellationToken {
        let mut inner = self.inner();
        inner.failure = None;
        inner.interrupt = parent.map(CancellationToken::child_token).unwrap_or_default();
        inner.interrupt.clone()
    }

    fn interrupted(&self) -> Error {
        Error::Interrupted { path: self.path.to_string() }
    }

    fn enter(&self, state: State) {
        match state {
            State::Ready => info!(service = %self.path, "{state}"),
            _ => debug!(service = %self.path, "{state}"),
        }
        self.state.send_replace(state);
    }

    pub(super) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nothing panics while it holds this lock")
    }
}
