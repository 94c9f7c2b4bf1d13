//! What the tests put together: services made of closures, a journal of what they did, and waits
//! that end.
#![allow(unused_imports, reason = "each test file uses some of it")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(dead_code, reason = "each test file uses some of it")]

use service::{BoxError, OnPanic, Scope, Service};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
pub(crate) use test_support::wait::{TEST_TIMEOUT, until, within};

/// Keeps panics that say `bang`, which are meant to be, out of what the tests print.
pub(crate) fn expect_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if panic.payload().downcast_ref() != Some(&"bang") {
                tell(panic);
            }
        }));
    });
}

/// What has happened, in order. Cloning gives another hold on the same one.
#[derive(Clone, Default)]
pub(crate) struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    pub(crate) fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    /// All that was noted since this was last asked.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// Notes `what` when it is dropped.
    pub(crate) fn note_at_drop(&self, what: impl Into<String>) -> AtDrop {
        AtDrop(self.clone(), what.into())
    }
}

/// See [`Journal::note_at_drop`].
pub(crate) struct AtDrop(Journal, String);

impl Drop for AtDrop {
    fn drop(&mut self) {
        self.0.note(self.1.clone());
    }
}

type Hook = Box<dyn Fn(&Scope) -> Result<(), BoxError> + Send + Sync>;

/// A service that is what a test makes it. It notes `start`, `stop` and `reload` with its name.
pub(crate) struct Part {
    name: &'static str,
    journal: Journal,
    inside: Vec<Arc<dyn Service>>,
    start: Hook,
    stop: Box<dyn Fn() + Send + Sync>,
    reload: Hook,
    on_panic: OnPanic,
    timeout: Duration,
}

impl Part {
    /// A service with nothing inside, which is ready when it starts and spawns nothing.
    pub(crate) fn new(name: &'static str, journal: &Journal) -> Self {
        Part {
            name,
            journal: journal.clone(),
            inside: Vec::new(),
            start: Box::new(|scope| {
                scope.ready();
                Ok(())
            }),
            stop: Box::new(|| {}),
            reload: Box::new(|_| Ok(())),
            on_panic: OnPanic::Stop,
            timeout: TEST_TIMEOUT,
        }
    }

    /// A service whose journal nobody reads.
    pub(crate) fn quiet(name: &'static str) -> Self {
        Self::new(name, &Journal::default())
    }

    pub(crate) fn with(mut self, child: Part) -> Self {
        self.inside.push(Arc::new(child));
        self
    }

    /// Replaces the start, which is then to say that it is ready.
    pub(crate) fn on_start(
        mut self,
        start: impl Fn(&Scope) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.start = Box::new(start);
        self
    }

    /// Replaces the start by one that spawns `work` and is ready.
    pub(crate) fn running(self, work: impl Fn(&Scope) + Send + Sync + 'static) -> Self {
        self.on_start(move |scope| {
            work(scope);
            scope.ready();
            Ok(())
        })
    }

    pub(crate) fn on_stop(mut self, stop: impl Fn() + Send + Sync + 'static) -> Self {
        self.stop = Box::new(stop);
        self
    }

    pub(crate) fn on_reload(
        mut self,
        reload: impl Fn(&Scope) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.reload = Box::new(reload);
        self
    }

    pub(crate) fn on_panic(mut self, on_panic: OnPanic) -> Self {
        self.on_panic = on_panic;
        self
    }

    /// How long it may take to get ready, and to stop. Without, longer than a test waits.
    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    pub(crate) fn lifecycle(self) -> service::Lifecycle {
        service::Lifecycle::new(Arc::new(self))
    }
}

impl Service for Part {
    fn name(&self) -> &str {
        self.name
    }
    fn children(&self) -> Vec<Arc<dyn Service>> {
        self.inside.clone()
    }
    fn start(&self, scope: &Scope) -> Result<(), BoxError> {
        self.journal.note(format!("start {}", self.name));
        (self.start)(scope)
    }
    fn stop(&self) {
        self.journal.note(format!("stop {}", self.name));
        (self.stop)();
    }
    fn reload(&self, scope: &Scope) -> Result<(), BoxError> {
        self.journal.note(format!("reload {}", self.name));
        (self.reload)(scope)
    }
    fn on_panic(&self) -> OnPanic {
        self.on_panic
    }
    fn start_timeout(&self) -> Duration {
        self.timeout
    }
    fn stop_timeout(&self) -> Duration {
        self.timeout
    }
}

/// The three kinds of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Task,
    Coroutine,
    Thread,
}

pub(crate) const KINDS: [Kind; 3] = [Kind::Task, Kind::Coroutine, Kind::Thread];

impl Kind {
    /// As it is named in errors.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Task => "task",
            Kind::Coroutine => "coroutine",
            Kind::Thread => "thread",
        }
    }

    /// Spawns work of this kind that runs `body` and ends.
    pub(crate) fn spawn(
        self,
        scope: &Scope,
        name: &'static str,
        body: impl FnOnce() + Send + 'static,
    ) {
        match self {
            Kind::Task => scope.spawn_task(name, async { body() }),
            Kind::Coroutine => scope.spawn_coroutine(name, STACK, |_| body()).unwrap(),
            Kind::Thread => scope.spawn_thread(name, STACK, |_| body()).unwrap(),
        }
    }

    /// Spawns work of this kind that waits to be stopped, and holds `held` until it ends.
    pub(crate) fn spawn_waiting(
        self,
        scope: &Scope,
        name: &'static str,
        held: impl Send + 'static,
    ) {
        match self {
            Kind::Task => scope.spawn_task(name, async {
                let _held = held;
                std::future::pending().await
            }),
            Kind::Coroutine => {
                scope.spawn_coroutine(name, STACK, |pause| wait_for_stop(pause, held)).unwrap()
            }
            Kind::Thread => {
                scope.spawn_thread(name, STACK, |pause| wait_for_stop(pause, held)).unwrap()
            }
        }
    }
}

fn wait_for_stop(pause: &service::Pause, held: impl Send) {
    while pause.wait(TEST_TIMEOUT) != service::Wake::Stopping {}
    drop(held);
}

/// The stack of a coroutine or a thread: panic messages and formatting need some.
pub(crate) const STACK: usize = 128 * 1024;
