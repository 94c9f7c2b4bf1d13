//! How long to wait before trying again.

use rand::RngExt;
use std::time::Duration;

/// Waits that double from one failure to the next, up to a cap, and of which a random part is taken
/// off.
///
/// The random part is there for the others: when a server comes back, its thousand clients come
/// back spread over time, and not all at once.
#[derive(Debug, Clone)]
pub struct Backoff {
    shortest: Duration,
    failures: u32,
}

// ANCHOR: backoff
impl Backoff {
    /// Waits that begin with about `shortest`.
    pub fn new(shortest: Duration) -> Self {
        Backoff { shortest, failures: 0 }
    }

    /// The wait after one more failure: between half of the doubled one and all of it. `longest` is
    /// the cap; one below the shortest wait counts as that, so that there always is a wait.
    pub fn next_wait(&mut self, longest: Duration) -> Duration {
        let doubled = self.shortest.saturating_mul(2_u32.saturating_pow(self.failures));
        self.failures = self.failures.saturating_add(1);
        doubled.min(longest.max(self.shortest)).mul_f64(rand::rng().random_range(0.5..=1.0))
    }

    /// Begins again with short waits: the server has shown that it works.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}
// ANCHOR_END: backoff

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap_and_are_never_longer() {
        let (shortest, longest) = (Duration::from_millis(100), Duration::from_secs(10));
        let mut backoff = Backoff::new(shortest);
        for failure in 0..40 {
            let full = shortest.saturating_mul(2_u32.saturating_pow(failure)).min(longest);
            let wait = backoff.next_wait(longest);
            assert!(
                wait >= full / 2 && wait <= full,
                "wait {failure}: {wait:?} is not within {:?} and {full:?}",
                full / 2
            );
        }
    }

    #[test]
    fn waits_differ_so_that_clients_do_not_come_back_all_at_once() {
        let wait = || Backoff::new(Duration::from_secs(1)).next_wait(Duration::from_secs(1));
        let waits: std::collections::BTreeSet<_> = (0..20).map(|_| wait()).collect();
        assert!(waits.len() > 10, "only {} of 20 waits differ", waits.len());
    }

    #[test]
    fn after_a_success_waits_are_short_again() {
        let longest = Duration::from_secs(60);
        let mut backoff = Backoff::new(Duration::from_millis(1));
        for _ in 0..30 {
            backoff.next_wait(longest);
        }
        backoff.reset();
        assert!(backoff.next_wait(longest) <= Duration::from_millis(1));
    }
}
