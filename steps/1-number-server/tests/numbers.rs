//! Looks at what a client reads: numbers from 0 to 10, each a line, the same ones for the same seed
//! whichever runtime says them, and a stream of its own for each connection.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[macro_use]
mod server;

use server::{RUNTIMES, Server};

on_each_runtime! {
    says_a_number_from_0_to_10_a_line,
    says_each_number_about_as_often,
    says_the_same_numbers_for_the_same_seed_and_others_on_each_connection,
    says_other_numbers_each_time_without_a_seed,
}

const FAST: &str = "rate_per_minute = 6_000_000";

async fn says_a_number_from_0_to_10_a_line(runtime: &str) {
    let server = Server::started(runtime, FAST).await;
    let numbers = server.connect().await.numbers(2_000).await; // each is a line, or the test fails
    for number in 0..=10 {
        assert!(numbers.contains(&number), "{number} is never said");
    }
    assert_eq!(numbers.iter().max(), Some(&10));
    server.stop().await;
}

async fn says_each_number_about_as_often(runtime: &str) {
    // With a seed, so that chance cannot fail the test.
    let server = Server::started(runtime, &format!("{FAST}\nseed = 1")).await;
    let numbers = server.connect().await.numbers(22_000).await;
    for number in 0..=10 {
        let times = numbers.iter().filter(|said| **said == number).count();
        assert!((1_800..2_200).contains(&times), "{number} is said {times} times of 22000");
    }
    server.stop().await;
}

/// What connections 1 and 2 are told with the seed 7, on every machine.
const OF_SEED_7: [[u8; 20]; 2] = [
    [5, 0, 5, 10, 4, 4, 4, 6, 10, 8, 2, 8, 1, 0, 10, 8, 5, 8, 9, 10],
    [6, 2, 6, 6, 4, 7, 9, 8, 2, 6, 0, 9, 3, 10, 3, 7, 0, 4, 10, 0],
];

async fn says_the_same_numbers_for_the_same_seed_and_others_on_each_connection(runtime: &str) {
    let server = Server::started(runtime, &format!("{FAST}\nseed = 7")).await;
    for _ in 0..2 {
        for numbers in OF_SEED_7 {
            assert_eq!(server.connect().await.numbers(20).await, numbers);
        }
        server.stop().await;
        server.start().await.unwrap();
    }
    server.stop().await;
}

async fn says_other_numbers_each_time_without_a_seed(runtime: &str) {
    let server = Server::started(runtime, FAST).await;
    let one = server.connect().await.numbers(50).await;
    assert_ne!(one, server.connect().await.numbers(50).await, "on another connection");
    server.stop().await;
    server.start().await.unwrap();
    assert_ne!(one, server.connect().await.numbers(50).await, "after a stop and a start");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_runtimes_say_the_same_to_many_connections() {
    let mut said = Vec::new();
    for runtime in RUNTIMES {
        let server = Server::started(runtime, &format!("{FAST}\nseed = 1000")).await;
        let mut numbers = Vec::new();
        for _ in 0..10 {
            numbers.push(server.connect().await.numbers(100).await);
        }
        server.stop().await;
        said.push(numbers);
    }
    assert!(said[0] == said[1] && said[1] == said[2], "{said:?}");
    let mut different = said[0].clone();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), 10, "each connection has its own");
}
