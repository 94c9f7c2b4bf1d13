//! Spawning work on a scope: tasks, coroutines, threads.

use super::{
    Scope,
    work_guard::{CatchUnwind, WorkGuard},
};
use crate::{
    Pause,
    error::panic_message,
    work::{Handle, Kind},
};
use std::{
    borrow::Cow,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

impl Scope {
    /// Spawns a tokio task. On stop it is dropped at its next `await`.
    // ANCHOR: spawn_task
    pub fn spawn_task(
        &self,
        name: impl Into<Cow<'static, str>>,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        self.spawn(name.into(), task, Handle::Task);
    }

    fn spawn(
        &self,
        name: Cow<'static, str>,
        task: impl Future<Output = ()> + Send + 'static,
        handle: fn(tokio::task::AbortHandle) -> Handle,
    ) {
        let Some(work) = self.admit(name, Kind::Task) else { return };
        let id = work.id;
        let task = self.shared.tokio.spawn(CatchUnwind { task, work });
        self.shared.work.attach(id, handle(task.abort_handle()));
    }
    // ANCHOR_END: spawn_task

    /// Spawns a tokio task that says goodbye: on stop it is not dropped, but should await
    /// [`stopping`](Scope::stopping) and end. After half of the service's stop timeout it is
    /// dropped all the same.
    pub fn spawn_graceful_task(
        &self,
        name: impl Into<Cow<'static, str>>,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        self.spawn(name.into(), task, Handle::GracefulTask);
    }

    /// Spawns a `may` coroutine with a stack of `stack` bytes. On stop its [`Pause`] says so.
    ///
    /// An overflow of the stack kills the coroutine without a word: allow for what the body calls.
    pub fn spawn_coroutine<F>(
        &self,
        name: impl Into<Cow<'static, str>>,
        stack: usize,
        body: F,
    ) -> io::Result<()>
    where
        F: FnOnce(&Pause) + Send + 'static,
    {
        start_workers();
        let Some(work) = self.admit(name.into(), Kind::Coroutine) else { return Ok(()) };
        let (id, pause) = (work.id, self.pause());
        // `may` counts a stack in words.
        let builder = may::coroutine::Builder::new().stack_size(stack / size_of::<usize>());
        // Where there is no memory for another stack, `may` panics.
        let spawned = catch_unwind(AssertUnwindSafe(|| {
            may::go!(builder, move || {
                work.run(|| body(&pause()));
                // `may` 0.3.51 hangs a worker, for ever, if a coroutine that is woken just as it
                // parks runs to its end from there. Giving way makes it end from elsewhere.
                may::coroutine::yield_now();
            })
        }));
        let spawned = spawned.unwrap_or_else(|panic| Err(io::Error::other(panic_message(&*panic))));
        self.attach_or_cancel(id, spawned.map(Handle::Coroutine))
    }

    /// Spawns a thread with a stack of `stack` bytes. On stop its [`Pause`] says so.
    ///
    /// Fails when the machine has no room for another thread.
    pub fn spawn_thread<F>(
        &self,
        name: impl Into<Cow<'static, str>>,
        stack: usize,
        body: F,
    ) -> io::Result<()>
    where
        F: FnOnce(&Pause) + Send + 'static,
    {
        let name = name.into();
        let builder = thread::Builder::new().name(name.to_string()).stack_size(stack);
        let Some(work) = self.admit(name, Kind::Thread) else { return Ok(()) };
        let (id, pause) = (work.id, self.pause());
        let spawned = builder.spawn(move || work.run(|| body(&pause())));
        self.attach_or_cancel(id, spawned.map(Handle::Thread))
    }

    fn pause(&self) -> impl FnOnce() -> Pause + use<> {
        let shared = self.shared.clone();
        move || Pause::new(shared)
    }

    fn admit(&self, name: Cow<'static, str>, kind: Kind) -> Option<WorkGuard> {
        let id = self.shared.work.admit(name.clone(), kind)?;
        Some(WorkGuard { scope: self.clone(), id, name, kind })
    }

    fn attach_or_cancel(&self, id: usize, spawned: io::Result<Handle>) -> io::Result<()> {
        match spawned {
            Ok(handle) => self.shared.work.attach(id, handle),
            Err(error) => {
                self.shared.work.cancel(id);
                return Err(error);
            }
        }
        Ok(())
    }
}

/// Starts the workers of `may`, not tied to cores, which other processes may be using.
fn start_workers() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        may::config().set_worker_pin(false);
        // The first coroutine starts them, and takes more stack for it than a thread of ours has.
        let starter = thread::Builder::new().spawn(|| drop(may::go!(|| {})));
        let _ = starter.map(thread::JoinHandle::join);
    });
}
