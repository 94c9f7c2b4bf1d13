//! What a service has running, each piece from before it is spawned until it has ended.

use slab::Slab;
use std::{borrow::Cow, fmt, sync::Mutex, thread};
use tokio::{sync::Notify, task::AbortHandle};

/// The three kinds of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Task,
    Coroutine,
    Thread,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Task => "task",
            Kind::Coroutine => "coroutine",
            Kind::Thread => "thread",
        })
    }
}

/// A hold on one piece of work.
pub(crate) enum Handle {
    Task(AbortHandle),
    /// A task that has seen the stop for itself, and is given time to end in its own way.
    GracefulTask(AbortHandle),
    Coroutine(may::coroutine::JoinHandle<()>),
    Thread(thread::JoinHandle<()>),
}

impl Handle {
    /// Wakes work that waits in a [`Pause`](crate::Pause). Tasks wait on what they like, and need
    /// no waking.
    fn wake(&self) {
        match self {
            Handle::Task(_) | Handle::GracefulTask(_) => {}
            Handle::Coroutine(handle) => handle.coroutine().unpark(),
            Handle::Thread(handle) => handle.thread().unpark(),
        }
    }

    /// Asks the work to end: a task is dropped where it awaits, the others see for themselves.
    fn end(&self) {
        match self {
            Handle::Task(handle) => handle.abort(),
            _ => self.wake(),
        }
    }

    /// Drops what had its time to end gracefully.
    fn end_now(&self) {
        if let Handle::GracefulTask(handle) = self {
            handle.abort();
        }
    }

    /// Waits until work that has already said it is done is gone from the machine, too.
    fn join(self) {
        match self {
            Handle::Task(_) | Handle::GracefulTask(_) => {}
            Handle::Coroutine(handle) => handle.wait(),
            Handle::Thread(handle) => drop(handle.join()),
        }
    }
}

struct Work {
    name: Cow<'static, str>,
    kind: Kind,
    /// None until the spawner has attached it.
    handle: Option<Handle>,
    /// The work was done before the spawner could attach its handle.
    done: bool,
}

#[derive(Default)]
struct Inner {
    running: Slab<Work>,
    /// Threads and coroutines that are done and not yet joined.
    done: Vec<Handle>,
    /// No more work is admitted.
    closed: bool,
    /// The time to end gracefully is over.
    grace_is_over: bool,
}

/// The work of one service, from one start to the next stop.
#[derive(Default)]
pub(crate) struct WorkTracker {
    inner: Mutex<Inner>,
    idle: Notify,
}

impl WorkTracker {
    /// Makes room for a piece of work; `None` when the service is stopping.
    pub(crate) fn admit(&self, name: Cow<'static, str>, kind: Kind) -> Option<usize> {
        let (id, done) = {
            let mut inner = self.lock();
            if inner.closed {
                return None;
            }
            let work = Work { name, kind, handle: None, done: false };
            (inner.running.insert(work), std::mem::take(&mut inner.done))
        };
        done.into_iter().for_each(Handle::join);
        Some(id)
    }

    /// Attaches the handle of work that has been spawned.
    pub(crate) fn attach(&self, id: usize, handle: Handle) {
        let mut inner = self.lock();
        if inner.closed {
            handle.end(); // the stop came between `admit` and here
        }
        if inner.grace_is_over {
            handle.end_now();
        }
        inner.running[id].handle = Some(handle);
        if inner.running[id].done {
            self.remove(&mut inner, id);
        }
    }

    /// Notes that a piece of work is done.
    pub(crate) fn done(&self, id: usize) {
        let mut inner = self.lock();
        inner.running[id].done = true;
        if inner.running[id].handle.is_some() {
            self.remove(&mut inner, id);
        }
    }

    /// Gives up room for work that could not be spawned.
    pub(crate) fn cancel(&self, id: usize) {
        self.remove(&mut self.lock(), id);
    }

    fn remove(&self, inner: &mut Inner, id: usize) {
        match inner.running.remove(id).handle {
            None | Some(Handle::Task(_) | Handle::GracefulTask(_)) => {}
            Some(handle) => inner.done.push(handle),
        }
        if inner.running.is_empty() {
            self.idle.notify_waiters();
        }
    }

    /// Wakes all that waits in a pause.
    pub(crate) fn wake(&self) {
        for (_, work) in &self.lock().running {
            work.handle.iter().for_each(Handle::wake);
        }
    }

    /// Admits no more work, and asks what runs to end.
    pub(crate) fn close(&self) {
        let mut inner = self.lock();
        inner.closed = true;
        for (_, work) in &inner.running {
            work.handle.iter().for_each(Handle::end);
        }
    }

    /// Drops the tasks that were given time to end gracefully, and have not.
    pub(crate) fn end_grace(&self) {
        let mut inner = self.lock();
        inner.grace_is_over = true;
        for (_, work) in &inner.running {
            work.handle.iter().for_each(Handle::end_now);
        }
    }

    /// Waits until nothing runs.
    pub(crate) async fn idle(&self) {
        loop {
            let idle = self.idle.notified();
            tokio::pin!(idle);
            idle.as_mut().enable();
            let done = {
                let mut inner = self.lock();
                if !inner.running.is_empty() { None } else { Some(std::mem::take(&mut inner.done)) }
            };
            match done {
                Some(done) => return done.into_iter().for_each(Handle::join),
                None => idle.await,
            }
        }
    }

    /// How many pieces of work run.
    pub(crate) fn len(&self) -> usize {
        self.lock().running.len()
    }

    /// The kinds and names of what runs, such as `thread "pump"`.
    pub(crate) fn names(&self) -> Vec<String> {
        let inner = self.lock();
        let mut names: Vec<_> = inner
            .running
            .iter()
            .map(|(_, work)| format!("{} {:?}", work.kind, work.name))
            .collect();
        names.sort();
        names
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().expect("nothing panics while it holds this lock")
    }
}
