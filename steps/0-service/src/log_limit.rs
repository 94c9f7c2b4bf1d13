//! Logging what strangers can cause as often as they like: the first few, then counts.

use std::{
    fmt,
    sync::{Mutex, MutexGuard},
    time::Duration,
};
use tokio::time::Instant;

/// How many events of a kind are logged in one interval.
const MAX_EVENTS: u32 = 20;
const INTERVAL: Duration = Duration::from_secs(60);

/// Limits how often one kind of event is logged, to twenty times a minute. The others are counted,
/// and the next line tells how many there were.
///
/// ```
/// # let service_log = |_: String| {};
/// let limit = service::LogLimit::default();
/// # let text = "x";
/// if let Some(more) = limit.admit() {
///     service_log(format!("not a number, skipped: {text:?}{more}"));
/// }
/// ```
#[derive(Default)]
pub struct LogLimit(Mutex<State>);

#[derive(Default)]
struct State {
    interval_began: Option<Instant>,
    logged: u32,
    suppressed: u64,
}

/// How many events were not logged before this one. Displays as what to add to its line: nothing, or
/// ` (and 12 more like it)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suppressed(pub u64);

impl LogLimit {
    /// Counts an event. `None` if it is not to be logged.
    // ANCHOR: admit
    pub fn admit(&self) -> Option<Suppressed> {
        let (mut state, now) = (self.state(), Instant::now());
        if state.interval_began.is_none_or(|began| now - began >= INTERVAL) {
            state.interval_began = Some(now);
            state.logged = 0;
        }
        if state.logged == MAX_EVENTS {
            state.suppressed += 1;
            return None;
        }
        state.logged += 1;
        Some(Suppressed(std::mem::take(&mut state.suppressed)))
    }
    // ANCHOR_END: admit

    /// How many events were not logged since the last that was. They count as told from now on.
    pub fn take_suppressed(&self) -> u64 {
        std::mem::take(&mut self.state().suppressed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nothing panics while it holds this lock")
    }
}

impl fmt::Display for Suppressed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            count => write!(f, " (and {count} more like it)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn of_many_events_twenty_a_minute_are_logged_and_the_others_counted() {
        let limit = LogLimit::default();
        for minute in 0..3 {
            let admitted: Vec<_> = (0..1000).filter_map(|_| limit.admit()).collect();
            let before = if minute == 0 { 0 } else { 980 };
            assert_eq!((admitted.len(), admitted[0]), (20, Suppressed(before)));
            assert!(admitted[1..].iter().all(|more| *more == Suppressed(0)));
            tokio::time::advance(INTERVAL).await;
        }
        assert_eq!((limit.take_suppressed(), limit.take_suppressed()), (980, 0));
        let line = |count| format!("no number{}", Suppressed(count));
        assert_eq!(
            (line(0), line(7)),
            ("no number".into(), "no number (and 7 more like it)".into())
        );
    }
}
