//! The service model: nested modules that start, stop and reload, and that own what they spawn.
//!
//! A [`Service`] is a mostly self-contained part of a program. It may contain other services, and
//! it spawns work relative to itself: tokio tasks, `may` coroutines or threads. A [`Lifecycle`]
//! drives a service and everything inside it through the states of [`State`]; when
//! [`Lifecycle::stop`] returns, whatever the service spawned has ended.
//!
//! | read | for |
//! | --- | --- |
//! | [`Service`], [`Scope`] | writing a service, and the work it spawns |
//! | [`Lifecycle`], [`State`] | driving one: start, stop, reload, wait |
//! | [`Settings`], [`Setting`] | typed settings from a file, the environment and the command line |
//! | [`LogLimit`] | logging what strangers can cause |
//! | [`listen()`], [`ConnectionLimit`] | accepting connections, as many as there is room for |
//! | [`main()`] | the command line that every step of the book shares |
//!
//! Chapter 0 tells this crate. In its source, begin with `service.rs`, `lifecycle/` and `scope/`; skip
//! `program/` and `settings/` at first.
//!
//! ```
//! use service::{BoxError, Lifecycle, Scope, Service, State};
//! use std::{sync::Arc, time::Duration};
//!
//! struct Ticker;
//!
//! impl Service for Ticker {
//!     fn name(&self) -> &str {
//!         "ticker"
//!     }
//!
//!     fn start(&self, scope: &Scope) -> Result<(), BoxError> {
//!         scope.spawn_task("tick", async {
//!             loop {
//!                 tokio::time::sleep(Duration::from_millis(10)).await;
//!             }
//!         });
//!         scope.ready();
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), service::Error> {
//! let ticker = Lifecycle::new(Arc::new(Ticker));
//! ticker.start().await?;
//! assert_eq!(ticker.state(), State::Ready);
//! ticker.stop().await?; // the task has ended when this returns
//! assert_eq!(ticker.state(), State::Stopped);
//! # Ok(())
//! # }
//! ```

mod connection_limit;
mod error;
mod lifecycle;
mod listen;
mod log_limit;
mod logging;
mod pause;
mod program;
mod scope;
mod service;
pub mod settings;
mod state;
mod work;

pub use connection_limit::{ConnectionLimit, ConnectionPermit, Full};
pub use error::{BoxError, Error};
pub use lifecycle::{Lifecycle, Status};
pub use listen::listen;
pub use log_limit::{LogLimit, Suppressed};
pub use pause::{Pause, Wake};
pub use program::main;
pub use scope::Scope;
pub use service::{OnPanic, Service};
pub use settings::{Setting, Settings};
pub use state::State;
