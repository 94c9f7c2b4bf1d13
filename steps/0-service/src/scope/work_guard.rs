//! What ends with a piece of work, and what becomes of its panic.

use super::Scope;
use crate::{OnPanic, error::panic_message, work::Kind};
use pin_project_lite::pin_project;
use std::{
    any::Any,
    borrow::Cow,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};
use tracing::error;

/// Held by a piece of work while it runs. Its drop, however that comes about, is the end of the
/// work.
pub(super) struct WorkGuard {
    pub(super) scope: Scope,
    pub(super) id: usize,
    pub(super) name: Cow<'static, str>,
    pub(super) kind: Kind,
}

impl WorkGuard {
    /// Runs blocking work.
    pub(super) fn run(self, body: impl FnOnce()) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(body)) {
            self.panicked(panic);
        }
    }

    fn panicked(&self, panic: Box<dyn Any + Send>) {
        let message = panic_message(&*panic);
        let work = format!("{} {:?}", self.kind, self.name);
        error!(service = %self.scope, "{work} panicked: {message}");
        if self.scope.on_panic == OnPanic::Contain {
            return;
        }
        self.scope.broken(crate::Error::Panicked { path: self.scope.path().into(), work, message });
    }
}

impl Drop for WorkGuard {
    fn drop(&mut self) {
        self.scope.shared.work.done(self.id);
    }
}

pin_project! {
    /// A task, whose panic is caught. Not an `async` block: those keep what they await twice.
    pub(super) struct CatchUnwind<F> {
        #[pin]
        pub(super) task: F,
        pub(super) work: WorkGuard,
    }
}

impl<F: Future<Output = ()>> Future for CatchUnwind<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        match catch_unwind(AssertUnwindSafe(|| this.task.poll(context))) {
            Ok(polled) => polled,
            Err(panic) => {
                this.work.panicked(panic);
                Poll::Ready(())
            }
        }
    }
}
