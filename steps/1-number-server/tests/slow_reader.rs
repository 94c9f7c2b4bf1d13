//! Looks at a client that connects and reads nothing: nobody else notices, it is cut off in time,
//! and a stop does not wait for it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[macro_use]
mod server;

use server::Server;
use std::time::{Duration, Instant};

on_each_runtime! {
    holds_up_nobody_and_is_cut_off,
    is_not_waited_for_by_a_stop,
}

/// Far more than the narrow connection of a client that reads nothing holds, on both its sides: that
/// differs from run to run, and up to 124,000 bytes were seen.
const MUCH: usize = 300_000;

async fn holds_up_nobody_and_is_cut_off(runtime: &str) {
    let settings = "rate_per_minute = 6_000_000\nwrite_timeout = 1\nmax_connections = 2";
    let server = Server::started(runtime, settings).await;
    let began = Instant::now();
    let mut stuck = server.connect_narrow().await;
    let mut brisk = server.connect().await;
    brisk.gulp(MUCH).await;
    // A third client is refused until the stuck one is gone; all the while, the brisk one is
    // served.
    let mut refused = 0;
    while server.connect().await.line().await.unwrap().starts_with("The number server is full") {
        refused += 1;
        brisk.gulp(1_000).await;
    }
    assert!(
        began.elapsed() >= Duration::from_secs(1),
        "cut off after {:?}, {refused} refused",
        began.elapsed()
    );
    brisk.gulp(MUCH).await;
    let held = stuck.drain().await;
    assert!(held < MUCH, "it was stuck before the brisk one had as much; {held} bytes were held");
    server.stop().await;
}

async fn is_not_waited_for_by_a_stop(runtime: &str) {
    let server =
        Server::started(runtime, "rate_per_minute = 6_000_000\nwrite_timeout = 3600").await;
    let mut stuck = [server.connect_narrow().await, server.connect_narrow().await];
    let mut brisk = server.connect().await;
    brisk.gulp(MUCH).await;
    assert_eq!(server.connections(), 3);
    server.stop().await; // it is not an error: nothing is still running
    brisk.drain().await;
    for client in &mut stuck {
        let held = client.drain().await;
        assert!(held < MUCH, "it was stuck; {held} bytes were held");
    }
}
