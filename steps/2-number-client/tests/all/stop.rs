//! Looks for a stop that is prompt whatever the client is waiting for, after which the numbers end,
//! and from which a client can start afresh.

use crate::support::{Client, Closed, Log, MANY, Peer, Poured, seeded, within};
use number_client::{NumberClient, Server};
use service::{Lifecycle, Settings};
use std::{sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    time::{Instant, pause, resume, sleep, timeout},
};

/// A stop that takes longer has waited for something. What the client waits for in these tests
/// takes longer still.
const PROMPT: Duration = Duration::from_secs(2);

/// No numbers.
const NONE: [u8; 0] = [];

impl Client {
    async fn stop_promptly(&self) {
        let began = Instant::now();
        self.stop().await;
        assert!(began.elapsed() < PROMPT, "the stop took {:?}", began.elapsed());
    }

    /// Starts the client again; its numbers are new ones, from a connection to `peer`.
    async fn start_afresh(mut self, peer: &Peer) {
        within("the client to be ready again", self.lifecycle.start())
            .await
            .expect("a client starts, server or not");
        self.numbers = self.client.numbers().expect("a start makes a new queue");
        peer.accept().await.say("8\n6\n").await;
        assert_eq!(self.take(2).await, [8, 6]);
    }
}

/// A peer whose backlog is full, so that connecting to it takes for ever, with the connections that
/// fill it.
async fn silent_peer() -> (Peer, Vec<TcpStream>) {
    let peer = Closed::new().listen(1);
    let mut waiting = Vec::new();
    while let Ok(connected) =
        timeout(Duration::from_millis(300), TcpStream::connect(peer.address())).await
    {
        waiting.push(connected.expect("the peer listens"));
        assert!(waiting.len() < 10, "a backlog of 1 is never full");
    }
    (peer, waiting)
}

#[tokio::test]
async fn it_stops_while_it_connects() {
    let mut log = Log::listen();
    let (peer, waiting) = silent_peer().await;
    pause();
    let mut client = Client::start(peer.address(), []).await;
    let wait = log.wait().await;
    // A second into the next try. This is the paused clock: nobody sleeps.
    sleep(wait + Duration::from_secs(1)).await;
    resume();
    client.stop_promptly().await;
    assert_eq!(client.rest().await, NONE);

    for _ in waiting {
        peer.accept().await;
    }
    client.start_afresh(&peer).await;
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up_on() {
    let mut log = Log::listen();
    let (peer, _waiting) = silent_peer().await;
    pause();
    let began = Instant::now();
    let _client = Client::start(peer.address(), []).await;
    log.line("no answer; trying again").await;
    let elapsed = began.elapsed().as_secs_f64();
    assert!((5.0..6.0).contains(&elapsed), "given up after {elapsed} s");
}

#[tokio::test]
async fn it_stops_while_it_reads() {
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), []).await;
    let mut connection = peer.accept().await;
    connection.say("1\n2").await;
    assert_eq!(client.take(1).await, [1]);
    client.stop_promptly().await;
    assert_eq!(client.rest().await, NONE);

    connection.closed_by_client().await;
    client.start_afresh(&peer).await;
}

#[tokio::test(start_paused = true)]
async fn it_stops_while_it_waits_to_try_again() {
    let mut log = Log::listen();
    let closed = Closed::new();
    let mut client = Client::start(closed.address(), []).await;
    log.wait_of_at_least(2 * PROMPT).await;
    resume();
    client.stop_promptly().await;
    assert_eq!(client.rest().await, NONE);

    client.start_afresh(&closed.listen(1)).await;
}

#[tokio::test]
async fn it_stops_while_its_queue_is_full() {
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), [("queue_size", "3")]).await;
    let mut connection = peer.accept().await;
    let (text, expected) = seeded(7, 1, MANY);
    let (taken, poured) = connection.pour(&text).await;
    assert!(matches!(poured, Poured::Blocked), "{poured:?} after {taken} bytes");
    client.stop_promptly().await;
    assert_eq!(
        client.rest().await,
        expected[..3],
        "what was in the queue is still there, and then the numbers end"
    );

    connection.closed_by_client().await;
    client.start_afresh(&peer).await;
}

#[tokio::test]
async fn untaken_numbers_do_not_come_after_the_next_start() {
    let mut log = Log::listen();
    let peer = Peer::listen();
    let server = Server::At(peer.address());
    let client = Arc::new(NumberClient::new(&Settings::with::<&str, &str>([]), server));
    let lifecycle = Lifecycle::new(client.clone());
    lifecycle.start().await.expect("a client starts, server or not");
    let mut connection = peer.accept().await;
    connection.say("1\n2\n3\nand so on\n").await;
    // The client has got past the three, so they are in its queue.
    log.line("skipped: \"and so on\"").await;
    within("the client to stop", lifecycle.stop()).await.expect("nothing is left running");

    lifecycle.start().await.expect("a client can start again");
    peer.accept().await.say("4\n").await;
    let mut numbers = client.numbers().expect("nobody has taken the numbers yet");
    assert_eq!(within("a number", numbers.next()).await, Some(4));
}
