//! Looks at the waits between two tries to connect: they grow, so that a server in trouble is left
//! alone; they have a cap, so that it is found again; and only a number, which is what the client
//! is here for, makes them short again.
//!
//! The original program of this step connected again at once at each end of file, as fast as it
//! could.

use crate::support::{Client, Closed, Log, Peer};
use service::{Settings, settings::Sources};
use std::time::Duration;
use tokio::time::Instant;

/// The first wait, before the random part is taken off.
const MIN_BACKOFF: Duration = Duration::from_millis(100);

/// The least that the wait after this many failures may be, as long as no cap comes in.
fn at_least(failures: u32) -> Duration {
    MIN_BACKOFF / 2 * 2_u32.pow(failures - 1)
}

#[tokio::test]
async fn a_server_that_closes_at_once_is_tried_less_and_less_often() {
    let peer = Peer::listen();
    let _client = Client::start(peer.address(), []).await;
    let mut connection = peer.accept().await;
    for failures in 1..=4 {
        let closed = Instant::now();
        drop(connection);
        connection = peer.accept().await;
        let wait = closed.elapsed();
        assert!(
            wait >= at_least(failures),
            "the client was back after {wait:?}, at failure {failures}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn waits_double_up_to_longest_wait() {
    let cases = [
        ("10", Duration::from_secs(10)),
        ("0.3", Duration::from_millis(300)),
        ("0.1", MIN_BACKOFF),
        // With a cap of nothing, it would try without a pause.
        ("0", MIN_BACKOFF),
    ];
    for (max_backoff, cap) in cases {
        let mut log = Log::listen();
        let closed = Closed::new();
        let client = Client::start(closed.address(), [("max_backoff", max_backoff)]).await;
        let mut earlier: Option<(Instant, Duration)> = None;
        for failures in 1..=20 {
            let wait = log.wait().await;
            let full = (MIN_BACKOFF * 2_u32.pow(failures.min(20) - 1)).min(cap);
            let fits = wait >= full / 2 && wait <= full;
            assert!(fits, "failure {failures}, max_backoff {max_backoff}: told to wait {wait:?}");
            if let Some((since, told)) = earlier.replace((Instant::now(), wait)) {
                assert!(
                    since.elapsed() >= told,
                    "told to wait {told:?}, waited {:?}",
                    since.elapsed()
                );
            }
        }
        client.stop().await;
    }
}

#[tokio::test]
async fn only_a_number_makes_waits_short_again() {
    let mut log = Log::listen();
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), []).await;
    let no_numbers = [
        "".into(),
        "eleven\n".into(),
        "The number server is full (max_connections = 2). Come back later.\n".into(),
        "7".into(),
        "7".repeat(300),
    ];
    for (failures, said) in (1..).zip(&no_numbers) {
        peer.accept().await.say(said).await;
        let wait = log.wait().await;
        assert!(
            wait >= at_least(failures),
            "after {said:?} and {failures} failures, the client waits only {wait:?}"
        );
    }
    peer.accept().await.say("7\n").await;
    let wait = log.wait().await;
    assert!(wait <= MIN_BACKOFF, "after a number, the client waits {wait:?}");
    assert_eq!(client.take(1).await, [7]);
}

#[tokio::test(start_paused = true)]
async fn a_new_longest_wait_counts_as_soon_as_it_is_reloaded() {
    let mut log = Log::listen();
    let folder = tempfile::tempdir().expect("there is room for a file");
    let file = folder.path().join("client.toml");
    let write = |text: &str| std::fs::write(&file, text).expect("there is room for a file");
    write("max_backoff = 3600\n");
    let settings = Settings::new(Sources::default().file(&file, true));
    let closed = Closed::new();
    let client = Client::start_with(closed.address(), &settings).await;
    log.wait_of_at_least(Duration::from_secs(10)).await;

    let reloaded = Instant::now();
    write("max_backoff = 0.2\n");
    settings.reload().expect("the file is good");
    client.lifecycle.reload().await.expect("a client takes any max_backoff");
    for failure in 1..=5 {
        let wait = log.wait().await;
        assert!(
            wait <= Duration::from_millis(200),
            "failure {failure} after the reload: told to wait {wait:?}"
        );
    }
    let elapsed = reloaded.elapsed();
    assert!(elapsed < Duration::from_secs(5), "the wait that was under way went on: {elapsed:?}");
}
