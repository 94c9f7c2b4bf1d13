//! Waits that end: a test that hangs says what it waited for.

use std::time::{Duration, Instant};

/// How long anything may take before a test takes it to hang. Generous: a busy machine is slow.
pub const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Awaits `future`; fails the test if it hangs.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(TEST_TIMEOUT, future)
        .await
        .unwrap_or_else(|_| panic!("{what}: not within {TEST_TIMEOUT:?}"))
}

/// Waits until a count that tells nobody when it changes is what it should be.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < TEST_TIMEOUT, "{what}: not within {TEST_TIMEOUT:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
