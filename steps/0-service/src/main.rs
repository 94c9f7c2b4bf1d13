//! A service to look at: three levels of services, one of which does something. `./just step 0`
//! runs it.

use service::{BoxError, Scope, Service, Setting, Settings};
use std::{process::ExitCode, sync::Arc, time::Duration};

fn main() -> ExitCode {
    service::main(
        "service",
        "A house of services: it starts and stops in order, and has one clock that ticks.",
        House::new,
    )
}

/// The service at the root. It only holds the others together.
struct House {
    hall: Arc<Hall>,
    kitchen: Arc<Kitchen>,
}

// ANCHOR: house
impl House {
    fn new(settings: &Settings) -> Self {
        House { hall: Arc::new(Hall::new(settings)), kitchen: Arc::new(Kitchen) }
    }
}

impl Service for House {
    fn name(&self) -> &str {
        "house"
    }

    fn children(&self) -> Vec<Arc<dyn Service>> {
        vec![self.hall.clone(), self.kitchen.clone()]
    }
}
// ANCHOR_END: house

struct Hall {
    clock: Arc<Clock>,
}

impl Hall {
    fn new(settings: &Settings) -> Self {
        Hall { clock: Arc::new(Clock::new(settings)) }
    }
}

impl Service for Hall {
    fn name(&self) -> &str {
        "hall"
    }

    fn children(&self) -> Vec<Arc<dyn Service>> {
        vec![self.clock.clone()]
    }
}

struct Kitchen;

impl Service for Kitchen {
    fn name(&self) -> &str {
        "kitchen"
    }
}

/// Prints what a clock says, every so often.
// ANCHOR: clock
struct Clock {
    says: Setting<String>,
    every: Setting<Duration>,
}

impl Clock {
    fn new(settings: &Settings) -> Self {
        Clock {
            says: settings.define("says", "tick".to_string()).help("What the clock says.").live(),
            every: settings
                .define("every", Duration::from_secs(1))
                .help("The seconds from one tick to the next.")
                .live(),
        }
    }
}

impl Service for Clock {
    fn name(&self) -> &str {
        "clock"
    }

    fn start(&self, scope: &Scope) -> Result<(), BoxError> {
        let (says, every) = (self.says.clone(), self.every.clone());
        scope.spawn_task("tick", async move {
            loop {
                tokio::time::sleep(every.get()).await;
                println!("{}", says.get());
            }
        });
        scope.ready();
        Ok(())
    }
}
// ANCHOR_END: clock
