//! How blocking work waits: until a time, a reload or a stop, whichever comes first.

use crate::scope::Shared;
use std::{
    cell::Cell,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

/// A coroutine that waits for less than this sleeps: it does not park, and a stop comes that much
/// later.
///
/// `may` 0.3.51 sets the timer of a park before it puts the coroutine where the timer looks for it.
/// A timer that goes off in between wakes nobody, for ever. It takes a busy machine to be that
/// late; a millisecond it often is.
const SHORT: Duration = Duration::from_millis(100);

/// What a coroutine or a thread has in place of `sleep`: a wait that a stop or a reload cuts short.
///
/// Work that is a tokio task needs none of this: it is dropped at its next `await`.
///
/// ```
/// use service::{BoxError, Scope, Service, Wake};
/// use std::time::Duration;
///
/// struct Heart;
///
/// impl Service for Heart {
///     fn name(&self) -> &str {
///         "heart"
///     }
///
///     fn start(&self, scope: &Scope) -> Result<(), BoxError> {
///         scope.spawn_thread("beat", 64 * 1024, |pause| {
///             while pause.wait(Duration::from_secs(1)) != Wake::Stopping {
///                 println!("beat");
///             }
///         })?;
///         scope.ready();
///         Ok(())
///     }
/// }
/// # #[tokio::main]
/// # async fn main() -> Result<(), service::Error> {
/// let heart = service::Lifecycle::new(std::sync::Arc::new(Heart));
/// heart.start().await?;
/// heart.stop().await // the thread has ended when this returns
/// # }
/// ```
pub struct Pause {
    scope: Arc<Shared>,
    /// How many reloads this work has been told of.
    reloads: Cell<u64>,
}

/// Why a [`Pause`] came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// The time has come.
    Due,
    /// Settings may have changed; there has been a reload since the last pause.
    Reloaded,
    /// The service is stopping: return.
    Stopping,
}

impl Pause {
    pub(crate) fn new(scope: Arc<Shared>) -> Self {
        let reloads = Cell::new(scope.reloads());
        Pause { scope, reloads }
    }

    /// Whether the service is stopping, and this work should return.
    pub fn is_stopping(&self) -> bool {
        self.scope.is_stopping()
    }

    /// Waits until `deadline`, a reload or a stop.
    // ANCHOR: until
    pub fn until(&self, deadline: Instant) -> Wake {
        let mut has_waited = false;
        loop {
            if self.scope.is_stopping() {
                return Wake::Stopping;
            }
            let reloads = self.scope.reloads();
            if self.reloads.replace(reloads) != reloads {
                return Wake::Reloaded;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                if !has_waited && may::coroutine::is_coroutine() {
                    may::coroutine::yield_now(); // let others have their turn, too
                }
                return Wake::Due;
            }
            has_waited = true;
            // Parking may end early, for no reason or for a stop: the loop looks.
            if !may::coroutine::is_coroutine() {
                thread::park_timeout(left);
            } else if left < SHORT {
                may::coroutine::sleep(whole_milliseconds(left));
            } else {
                may::coroutine::park_timeout(whole_milliseconds(left));
            }
        }
    }
    // ANCHOR_END: until

    /// Waits for `duration`, a reload or a stop.
    pub fn wait(&self, duration: Duration) -> Wake {
        self.until(Instant::now() + duration)
    }
}

/// `may` counts a timeout in whole milliseconds, and takes none of them to mean for ever.
fn whole_milliseconds(duration: Duration) -> Duration {
    Duration::from_millis(duration.as_nanos().div_ceil(1_000_000).try_into().unwrap_or(u64::MAX))
}
