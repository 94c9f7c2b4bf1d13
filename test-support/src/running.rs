//! A service that runs, as one piece of a program.

use crate::wait::within;
use service::{Lifecycle, Service, Settings};
use std::sync::Arc;

/// Settings with free ports of the loopback interface for these, and with these values besides.
pub fn settings(binds: &[&str], values: &[(&str, &str)]) -> Settings {
    Settings::with(binds.iter().map(|bind| (*bind, "127.0.0.1:0")).chain(values.iter().copied()))
}

/// A service that runs, as one piece of a program.
pub async fn started(service: Arc<dyn Service>) -> Lifecycle {
    let lifecycle = Lifecycle::new(service);
    within("start", lifecycle.start()).await.unwrap();
    lifecycle
}
