//! Looks at the pace of the numbers, and that a reload changes it under connections that are open.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[macro_use]
mod server;

use server::Server;
use std::time::{Duration, Instant};
use tokio::time::timeout;

on_each_runtime! {
    says_the_first_number_at_once,
    is_never_faster_than_its_rate,
    follows_the_rate_under_an_open_connection,
    follows_the_rate_when_it_changes_just_as_a_number_is_due,
}

/// One number in ten minutes: no test waits for a second one.
const SLOW: &str = "rate_per_minute = 0.1";
const FAST: &str = "rate_per_minute = 6000";

async fn says_the_first_number_at_once(runtime: &str) {
    let server = Server::started(runtime, SLOW).await;
    for _ in 0..3 {
        server.connect().await.number().await;
    }
    server.stop().await;
}

async fn is_never_faster_than_its_rate(runtime: &str) {
    let server = Server::started(runtime, FAST).await;
    let began = Instant::now();
    server.connect().await.numbers(31).await;
    assert!(
        began.elapsed() >= Duration::from_millis(300),
        "{:?} for 31 numbers, 10 ms apart",
        began.elapsed()
    );
    server.stop().await;
}

async fn follows_the_rate_under_an_open_connection(runtime: &str) {
    let server = Server::started(runtime, SLOW).await;
    let mut clients = [server.connect().await, server.connect().await];
    for client in &mut clients {
        client.number().await;
    }
    for _ in 0..2 {
        server.change(FAST).await;
        for client in &mut clients {
            client.numbers(10).await; // they would take over an hour
        }
        server.change(SLOW).await;
        for client in &mut clients {
            // What was on its way is read; then there is silence for as long as 10 numbers took.
            let mut late = 0;
            while timeout(Duration::from_millis(100), client.number()).await.is_ok() {
                late += 1;
                assert!(late < 1_000, "the rate is as it was");
            }
        }
    }
    assert_eq!(server.connections(), 2, "they were open all the time");
    server.stop().await;
}

async fn follows_the_rate_when_it_changes_just_as_a_number_is_due(runtime: &str) {
    let server = Server::started(runtime, SLOW).await;
    let mut clients = Vec::new();
    for _ in 0..10 {
        clients.push(server.connect().await);
    }
    for _ in 0..30 {
        // At such a rate a number is nearly always due.
        server.change("rate_per_minute = 600_000").await;
        clients[0].number().await;
        server.change(SLOW).await;
    }
    server.change("rate_per_minute = 6_000_000").await;
    for client in &mut clients {
        client.gulp(10_000).await; // more than was said before
    }
    server.stop().await;
}
