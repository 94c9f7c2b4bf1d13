//! Drives a service, and all inside it, through its states.

use crate::{BoxError, Error, OnPanic, Scope, Service, State, error::panic_message};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info};

/// A service that is to panic more often than this within [`PANIC_WINDOW`] is not restarted again.
const PANICS: usize = 5;
const PANIC_WINDOW: Duration = Duration::from_secs(60);

/// One service in its place in the tree: its path, its state, its children.
///
/// Cloning gives another hold on the same one. All but [`new`](Lifecycle::new) want a tokio
/// runtime.
#[derive(Clone)]
pub struct Lifecycle(Arc<Node>);

pub(crate) struct Node {
    this: Weak<Node>,
    service: Arc<dyn Service>,
    path: Arc<str>,
    children: Vec<Lifecycle>,
    state: watch::Sender<State>,
    /// Held for the whole of a start or a stop, so that there is one at a time.
    transition: tokio::sync::Mutex<()>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Present from the service's start to the end of its stop.
    scope: Option<Scope>,
    /// Cuts the start short that is under way, and those of the children with it.
    interrupt: CancellationToken,
    /// The panic or failure that stopped the service.
    failure: Option<Error>,
    /// Earlier runs whose work would not end, as long as it runs.
    leftovers: Vec<Scope>,
    /// When its latest panics were.
    panics: VecDeque<Instant>,
}

impl Lifecycle {
    /// The lifecycle of `service` and of all inside it. Nothing starts yet.
    pub fn new(service: Arc<dyn Service>) -> Self {
        Self::inside("", service)
    }

    fn inside(parent: &str, service: Arc<dyn Service>) -> Self {
        let path = if parent.is_empty() {
            service.name().into()
        } else {
            format!("{parent}/{}", service.name())
        };
        let children =
            service.children().into_iter().map(|child| Self::inside(&path, child)).collect();
        Lifecycle(Arc::new_cyclic(|this| Node {
            this: this.clone(),
            service,
            path: path.into(),
            children,
            state: watch::Sender::new(State::Init),
            transition: tokio::sync::Mutex::new(()),
            inner: Mutex::default(),
        }))
    }

    /// The way from the root of the tree to this service, such as `gateway/hub/http`.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The lifecycles of the services inside this one, in the order in which they start.
    pub fn children(&self) -> &[Lifecycle] {
        &self.0.children
    }

    /// The state at this moment.
    pub fn state(&self) -> State {
        *self.0.state.borrow()
    }

    /// The panic or failure that stopped this service, if one did since it last started.
    pub fn failure(&self) -> Option<Error> {
        self.0.inner().failure.clone()
    }

    /// Waits until the service is ready.
    pub async fn ready(&self) {
        self.until(State::Ready).await;
    }

    /// Waits until the service is stopped.
    pub async fn stopped(&self) {
        self.until(State::Stopped).await;
    }

    /// Waits until this service, or one inside it, has stopped, and nobody is about to start it
    /// again, as after a panic.
    pub(crate) async fn any_down(&self) {
        let mut waiting = JoinSet::new();
        for (one, ancestors) in self.with_all_inside(&[]) {
            waiting.spawn(async move { one.down_inside(&ancestors).await });
        }
        waiting.join_next().await;
    }

    /// This service and all inside it, each with those that it is inside of, outermost first.
    fn with_all_inside(&self, ancestors: &[Lifecycle]) -> Vec<(Lifecycle, Vec<Lifecycle>)> {
        let with_self = [ancestors, std::slice::from_ref(self)].concat();
        let inside = self.children().iter().flat_map(|child| child.with_all_inside(&with_self));
        std::iter::once((self.clone(), ancestors.to_vec())).chain(inside).collect()
    }

    /// Waits until this service has stopped while all around it are ready.
    async fn down_inside(&self, ancestors: &[Lifecycle]) {
        loop {
            self.stopped().await;
            let mut settled = Vec::new();
            for one in ancestors.iter().chain([self]) {
                settled.push(one.0.transition.lock().await);
            }
            let is_down = self.state() == State::Stopped;
            if is_down && ancestors.iter().all(|one| one.state() == State::Ready) {
                return;
            }
            drop(settled);
            // It stopped with one around it, which is the one to tell of it.
            let _ = self.0.state.subscribe().wait_for(|now| *now != State::Stopped).await;
        }
    }

    /// Why this service, or else one inside it, is down.
    pub(crate) fn first_failure(&self) -> Option<Error> {
        self.failure().or_else(|| self.children().iter().find_map(Lifecycle::first_failure))
    }

    async fn until(&self, state: State) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.0.state.subscribe().wait_for(|now| *now == state).await;
    }

    /// Starts the children, in order, then the service; returns when it is ready. No-op if it is.
    ///
    /// If anything fails, what had started is stopped again, in reverse order, and the error names
    /// the service that failed. A start that is under way goes on if this future is dropped.
    pub async fn start(&self) -> Result<(), Error> {
        let node = self.0.clone();
        finished(tokio::spawn(async move { node.bring_up(None).await })).await
    }

    /// Stops the service: its own work first, then its children in reverse order. No-op if it is
    /// stopped.
    ///
    /// When this returns, everything that the service spawned has ended; work that would not end
    /// within its service's stop timeout is named in the error. A start under way is cut short.
    pub async fn stop(&self) -> Result<(), Error> {
        self.0.inner().interrupt.cancel();
        let node = self.0.clone();
        finished(tokio::spawn(async move { node.take_down().await })).await
    }

    /// Tells the service, then its children, that settings may have changed.
    ///
    /// All are told, even if some fail; the first error is returned. Services that are not ready
    /// are left out.
    pub async fn reload(&self) -> Result<(), Error> {
        let mut result = self.0.reload();
        for child in &self.0.children {
            let child = Box::pin(child.reload()).await;
            result = result.and(child);
        }
        result
    }

    /// A picture of this service and those inside it, for people and scripts.
    pub fn status(&self) -> Status {
        let inner = self.0.inner();
        Status {
            path: self.path().into(),
            state: self.state(),
            failure: inner.failure.as_ref().map(Error::to_string),
            work: inner.scope.iter().chain(&inner.leftovers).map(Scope::running).sum(),
            reports: inner
                .scope
                .as_ref()
                .map(|scope| {
                    scope.reported().into_iter().map(|(what, value)| (what.into(), value)).collect()
                })
                .unwrap_or_default(),
            children: self.0.children.iter().map(Lifecycle::status).collect(),
        }
    }
}

/// What [`Lifecycle::status`] shows of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The service's path.
    pub path: String,
    /// Its state.
    pub state: State,
    /// The panic or failure that stopped it.
    pub failure: Option<String>,
    /// How many pieces of work it runs.
    pub work: usize,
    /// What it has [reported](Scope::report), such as the address that it listens on.
    pub reports: BTreeMap<String, String>,
    /// The services inside it.
    pub children: Vec<Status>,
}

impl Node {
    /// Starts the service, for a parent whose start may be cut short, or for itself.
    async fn bring_up(&self, parent: Option<&CancellationToken>) -> Result<(), Error> {
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

    async fn take_down(&self) -> Result<(), Error> {
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

    fn reload(&self) -> Result<(), Error> {
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
        inner.panics.len() <= PANICS
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

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nothing panics while it holds this lock")
    }
}

/// The result of a transition, which runs in a task of its own so that dropping the caller does not
/// cut it in half.
async fn finished(transition: tokio::task::JoinHandle<Result<(), Error>>) -> Result<(), Error> {
    transition
        .await
        .expect("a transition catches the panics of a service's hooks, and is never aborted")
}
