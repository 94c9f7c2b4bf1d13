//! Drives a service, and all inside it, through its states.

mod dead_parts;
mod node;

use crate::{Error, Scope, Service, State};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, Weak},
    time::Instant,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

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

/// The result of a transition, which runs in a task of its own so that dropping the caller does not
/// cut it in half.
async fn finished(transition: tokio::task::JoinHandle<Result<(), Error>>) -> Result<(), Error> {
    transition
        .await
        .expect("a transition catches the panics of a service's hooks, and is never aborted")
}
