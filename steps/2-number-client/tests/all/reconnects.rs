//! Looks for a client that comes back, however it lost the server, and whose numbers go on as if
//! nothing had been: what was read before is neither lost nor given twice, and half a line is no
//! number.

use crate::support::{Client, Closed, Log, Peer, quick_server, seeded, serve, within};
use service::Lifecycle;
use tokio::net::TcpStream;

#[tokio::test]
async fn a_server_that_is_not_there_yet_is_waited_for() {
    let mut log = Log::listen();
    let closed = Closed::new();
    let mut client = Client::start(closed.address(), []).await;
    for rejection in 1..=3 {
        let line = log.line("trying again").await;
        assert!(line.contains("Connection refused"), "rejection {rejection}: {line}");
    }
    let peer = closed.listen(1);
    peer.accept().await.say("8\n").await;
    assert_eq!(client.take(1).await, [8]);
}

/// How a connection may end: what the peer says last, whether it then resets the connection or
/// closes it as one should, and what the client says of it.
const ENDS: [(&str, bool, &str); 4] = [
    ("", false, "the server closed the connection"),
    ("5", false, "the connection ended in the middle of a line"),
    ("1", false, "the connection ended in the middle of a line"), // half of a ten
    ("", true, "Connection reset"),
];

#[tokio::test]
async fn however_a_connection_ends_the_numbers_go_on_after_it() {
    for (last_words, reset, end) in ENDS {
        let mut log = Log::listen();
        let peer = Peer::listen();
        let mut client = Client::start(peer.address(), []).await;
        let mut connection = peer.accept().await;
        connection.say(format!("1\n10\n3\n{last_words}")).await;
        let mut taken = Vec::new();
        if reset {
            // What a client has not read when a reset comes, it may never get to read.
            taken = client.take(3).await;
            connection.reset();
        } else {
            drop(connection);
        }
        log.line(end).await;
        peer.accept().await.say("4\n0\n").await;
        taken.extend(client.take(5 - taken.len()).await);
        assert_eq!(taken, [1, 10, 3, 4, 0], "{last_words:?}, {end}");
    }
}

#[tokio::test]
async fn numbers_from_many_connections_are_one_sequence() {
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), []).await;
    for number in 0..=10 {
        peer.accept().await.say(format!("{number}\n")).await;
    }
    assert_eq!(client.take(11).await, (0..=10).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_server_that_was_restarted_is_found_again() {
    let (server, address) = serve([("seed", "7")]).await;
    let mut client = Client::start(address.to_string(), []).await;
    let mut taken = client.take(100).await;
    within("the server to stop", server.stop()).await.expect("nothing is left running");
    let server =
        Lifecycle::new(quick_server([("seed", "8"), ("numbers_bind", &address.to_string())]));
    // A program that another test starts has a copy of the old listener, from its fork to its exec.
    let started = async { while server.start().await.is_err() {} };
    within("the server's port to be free again", started).await;
    taken.extend(client.take(900).await);

    // How many of the first server's numbers were under way when it stopped, nobody knows.
    let (first, second) = (seeded(7, 1, 1000).1, seeded(8, 1, 1000).1);
    let last = (100..1000)
        .find(|&last| taken[..last] == first[..last] && taken[last..] == second[..1000 - last]);
    assert!(
        last.is_some(),
        "not some numbers of the first server, then those of the second: {taken:?}"
    );
}

#[tokio::test]
async fn a_server_that_is_full_is_tried_until_there_is_room() {
    let mut log = Log::listen();
    let (_server, address) = serve([("seed", "7"), ("max_connections", "1")]).await;
    let somebody = TcpStream::connect(address).await.expect("the server listens");
    within("the server to let somebody in", somebody.readable())
        .await
        .expect("the server says numbers");
    let mut client = Client::start(address.to_string(), []).await;
    log.line("skipped: \"The number server is full").await;
    drop(somebody);
    assert_eq!(client.take(100).await, seeded(7, 2, 100).1);
}
