//! What an author writes: a service.

use crate::{BoxError, Scope};
use std::{sync::Arc, time::Duration};

/// A part of a program that starts, stops and reloads, and that may contain others like it.
///
/// Only [`name`](Service::name) has to be written. A service that merely holds others together
/// adds [`children`](Service::children); one that does something adds [`start`](Service::start).
/// The hooks must not block: what takes time belongs in spawned work.
// ANCHOR: trait
pub trait Service: Send + Sync + 'static {
    /// One segment of the service's path, such as `hub` in `gateway/hub/http`.
    fn name(&self) -> &str;

    /// The services inside this one, in the order in which they start. Asked once, when the
    /// [`Lifecycle`](crate::Lifecycle) is made.
    fn children(&self) -> Vec<Arc<dyn Service>> {
        Vec::new()
    }

    /// Starts this service; its children are ready. Spawns its work on `scope`, which says
    /// [`ready`](Scope::ready) here or later.
    fn start(&self, scope: &Scope) -> Result<(), BoxError> {
        scope.ready();
        Ok(())
    }

    /// Stops this service. Called before its work is told to end; seldom needed.
    fn stop(&self) {}

    /// Acts on settings that have changed. Its children are reloaded after it.
    fn reload(&self, _scope: &Scope) -> Result<(), BoxError> {
        Ok(())
    }

    /// What becomes of the service when a piece of its work panics.
    fn on_panic(&self) -> OnPanic {
        OnPanic::Stop
    }

    /// How long the service may take from `start` to ready.
    fn start_timeout(&self) -> Duration {
        Duration::from_secs(2)
    }

    /// How long the service's work may take to end.
    fn stop_timeout(&self) -> Duration {
        Duration::from_secs(2)
    }
}
// ANCHOR_END: trait

/// What a panic in spawned work does. In every case it is caught, and logged with the service's
/// path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnPanic {
    /// It ends that piece of work only.
    Contain,
    /// It stops the service, and all inside it.
    Stop,
    /// It stops the service and starts it again; after five such panics within a minute, it stops
    /// it for good.
    Restart,
}
