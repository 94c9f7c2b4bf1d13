//! Looks for a client that reads no more than it can hand on: a full queue stops the reading, TCP
//! stops the server, and neither side grows. When somebody takes numbers again, all of them come,
//! in order.

use crate::support::{Client, HELD, MANY, Peer, Poured, seeded};

#[tokio::test]
async fn a_full_queue_stops_the_server_until_numbers_are_taken() {
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), [("queue_size", "4")]).await;
    let mut connection = peer.accept().await;
    let (text, expected) = seeded(7, 1, MANY);

    let (taken, poured) = connection.pour(&text).await;
    assert!(
        matches!(poured, Poured::Blocked),
        "{poured:?} after {taken} bytes, though nobody takes numbers"
    );
    assert!(taken <= HELD, "{taken} bytes went into a connection that nobody reads from");

    let (numbers, ()) = tokio::join!(client.take(MANY), connection.say(&text[taken..]));
    assert!(numbers == expected, "numbers are lost or out of order");
}

#[tokio::test]
async fn numbers_that_wait_survive_the_end_of_their_connection() {
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), [("queue_size", "1")]).await;
    let (first, mut expected) = seeded(7, 1, 2000);
    let (second, more) = seeded(7, 2, 2000);
    expected.extend(more);
    peer.accept().await.say(first).await;

    let next = async { peer.accept().await.say(second).await };
    let (numbers, ()) = tokio::join!(client.take(expected.len()), next);
    assert!(numbers == expected, "numbers are lost or out of order");
}
