//! `./just example stubborn --set patience=1`
//!
//! A service that will not stop: its thread minds nothing. Ctrl-C stops what can be stopped, and names
//! the thread after a second. With more patience, a second Ctrl-C ends the program at once.

use service::{BoxError, Scope, Service, Setting, Settings};
use std::{process::ExitCode, thread, time::Duration};

fn main() -> ExitCode {
    service::main("stubborn", "A service that will not stop.", Stubborn::new)
}

struct Stubborn {
    patience: Setting<Duration>,
}

impl Stubborn {
    fn new(settings: &Settings) -> Self {
        let patience = settings.define("patience", Duration::from_secs(60));
        Stubborn { patience: patience.help("Seconds to wait for what will not end.").live() }
    }
}

impl Service for Stubborn {
    fn name(&self) -> &str {
        "stubborn"
    }

    fn start(&self, scope: &Scope) -> Result<(), BoxError> {
        // It should ask its `Pause` whether the service is stopping, and does not.
        scope.spawn_thread("mule", 64 * 1024, |_pause| {
            loop {
                thread::park();
            }
        })?;
        scope.ready();
        Ok(())
    }

    fn stop(&self) {
        println!("asked to stop");
    }

    fn stop_timeout(&self) -> Duration {
        self.patience.get()
    }
}
