//! What can go wrong with a service, in words for a person: which one, what, and what to do.

use std::{any::Any, time::Duration};

/// Why a service's own code failed. Anything that is an error will do; `?` converts it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a [`Lifecycle`](crate::Lifecycle) could not do what it was asked.
///
/// `path` is the way from the root of the tree to the service, such as `gateway/hub/http`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The service's `start` returned an error.
    #[error("{path}: {reason}")]
    Start {
        /// The service that failed.
        path: String,
        /// What its `start` said.
        reason: String,
    },
    /// The service's `start` returned, but nothing said that it was ready.
    #[error("{path}: not ready within {} s; see its log for what it waits for", timeout.as_secs_f64())]
    NotReady {
        /// The service that was waited for.
        path: String,
        /// How long it was given.
        timeout: Duration,
    },
    /// The service was told to stop before it was ready.
    #[error("{path}: stopped while it was starting")]
    Interrupted {
        /// The service that was starting.
        path: String,
    },
    /// A piece of the service's work panicked.
    #[error("{path}: {work} panicked: {message}")]
    Panicked {
        /// The service that had spawned the work.
        path: String,
        /// The kind and name of the work, such as `thread "pump"`.
        work: String,
        /// What the panic said.
        message: String,
    },
    /// The service [said](crate::Scope::fail) that it could not go on.
    #[error("{path}: {reason}")]
    Failed {
        /// The service that failed.
        path: String,
        /// What it said.
        reason: String,
    },
    /// The service stopped, but work that it had spawned did not end in time. While it runs, the
    /// service does not start again.
    #[error("still running after the stop timeout: {}", left.join(", "))]
    StillRunning {
        /// Each piece of work that is left: path, kind and name.
        left: Vec<String>,
    },
    /// A service's `reload` returned an error. The others were reloaded all the same.
    #[error("{path}: reload: {reason}")]
    Reload {
        /// The service that failed.
        path: String,
        /// What its `reload` said.
        reason: String,
    },
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").to_owned()
}
