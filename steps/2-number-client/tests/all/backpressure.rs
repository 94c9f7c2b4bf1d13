//! Looks for a client that reads no more than it can hand on: a full queue stops the reading, TCP stops the server,
//! and neither side grows. When somebody takes numbers again, all of them come, in order.

use crate::support::{Client, Peer, Poured, seeded};

/// More than a connection holds between a client that does not read and a peer that writes.
const MANY: usize = 300_000;

/// The most that such a connection may hold; the buffers of the two sockets make up nearly all of it.
const HELD: usize = 512 * 1024;

#[tokio::test]
async fn a_full_queue_stops_the_server_until_numbers_are_taken() {
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), [("queue_size", "4")]).await;
    let mut connection = peer.accept().await;
    let (text, expected) = seeded(7, 1, MANY);

    let (taken, poured) = connection.pour(&text).await;
    assert!(matches!(poured, Poured::Blocked), "{poured:?} after {taken} bytes, though nobody takes numbers");
    assert!(taken <= HELD, "{taken} bytes went into a connection that nobody reads from");

    let (numbers, ()) = tokio::join!(client.take(MANY), async {
        connection.say(&text[taken..]).await;
    });
    assert!(numbers == expected, "numbers are lost or out of order");
}

#[tokio::test]
async fn numbers_that_wait_survive_the_end_of_their_connection() {
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), [("queue_size", "1")]).await;
    let (mut first, mut second) = (seeded(7, 1, 2000), seeded(7, 2, 2000));
    peer.accept().await.say(&first.0).await;

    let mut expected = Vec::new();
    expected.append(&mut first.1);
    expected.append(&mut second.1);
    let (numbers, ()) = tokio::join!(client.take(expected.len()), async {
        peer.accept().await.say(&second.0).await;
    });
    assert!(numbers == expected, "numbers are lost or out of order");
}
