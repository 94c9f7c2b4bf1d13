//! When the server says its next number.

use service::Setting;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Timers are no finer than a millisecond, so numbers that are closer than that come in small
/// groups. What is later than this has another reason, and is not made up for.
const MOST_BEHIND: Duration = Duration::from_millis(100);

/// The pace of one connection. It follows the setting, and does not drift: a number that is late
/// does not make those after it late.
pub(crate) struct Pace {
    per_minute: Setting<f64>,
    /// When the last number was due.
    last: Instant,
}

impl Pace {
    /// A pace whose first number is due now.
    pub(crate) fn new(per_minute: Setting<f64>) -> Self {
        Pace { per_minute, last: Instant::now() }
    }

    // ANCHOR: pace
    /// When the next number is due, at the rate that counts now.
    pub(crate) fn next(&self) -> Instant {
        self.last + self.period()
    }

    /// Notes that the next number is about to be said.
    pub(crate) fn advance(&mut self) {
        let (next, now) = (self.next(), Instant::now());
        // A reader that was stuck does not get all that it missed in one burst. And `next` lies
        // ahead if the rate went down just as this number was due.
        let on_time = next..=next + self.period().max(MOST_BEHIND);
        self.last = if on_time.contains(&now) { next } else { now };
    }
    // ANCHOR_END: pace

    fn period(&self) -> Duration {
        Duration::from_secs_f64(60.0 / self.per_minute.get())
    }

    /// Tells a tokio task of changes to the rate.
    pub(crate) fn changes(&self) -> watch::Receiver<f64> {
        self.per_minute.changes()
    }
}
