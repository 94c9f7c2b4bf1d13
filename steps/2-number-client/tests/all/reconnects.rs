//! Looks for a client that comes back, however it lost the server, and whose numbers go on as if nothing had been:
//! what was read before is neither lost nor given twice, and half a line is no number.

use crate::support::{Client, Closed, Connection, Peer};

#[tokio::test]
async fn a_server_that_is_not_there_yet_is_waited_for() {
    let mut log = crate::support::Log::listen();
    let closed = Closed::new();
    let mut client = Client::start(closed.address(), []).await;
    for refusal in 1..=3 {
        let line = log.line("trying again").await;
        assert!(line.contains("Connection refused"), "refusal {refusal}: {line}");
    }
    let peer = closed.listen(1);
    peer.accept().await.say("8\n").await;
    assert_eq!(client.take(1).await, [8]);
}

/// What a peer says last, and whether it then resets the connection, or closes it as one should.
const ENDS: [(&str, &str, bool); 4] =
    [("an end of file", "", false), ("half a line", "5", false), ("half of a ten", "1", false), ("a reset", "", true)];

#[tokio::test]
async fn however_a_connection_ends_the_numbers_go_on_after_it() {
    for (end, last_words, reset) in ENDS {
        let peer = Peer::listen();
        let mut client = Client::start(peer.address(), []).await;
        let mut connection = peer.accept().await;
        connection.say(format!("1\n10\n3\n{last_words}")).await;
        if reset {
            // What a client has not read when a reset comes, it may never get to read.
            assert_eq!(client.take(3).await, [1, 10, 3], "before {end}");
            connection.reset();
        } else {
            drop(connection);
        }
        peer.accept().await.say("4\n0\n").await;
        let expected: &[u8] = if reset { &[4, 0] } else { &[1, 10, 3, 4, 0] };
        assert_eq!(client.take(expected.len()).await, expected, "after {end}");
    }
}

#[tokio::test]
async fn numbers_from_many_connections_are_one_sequence() {
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), []).await;
    let mut expected = Vec::new();
    for round in 0..8_u8 {
        let (_, last_words, reset) = ENDS[usize::from(round) % ENDS.len()];
        let mut connection = peer.accept().await;
        connection.say(format!("{round}\n{}\n{last_words}", 10 - round)).await;
        expected.extend([round, 10 - round]);
        if reset {
            assert_eq!(client.take(expected.len()).await, expected, "round {round}");
            expected.clear();
            connection.reset();
        }
    }
    assert!(expected.is_empty(), "the last round ended with a reset, before which all were taken");
    let last: Connection = peer.accept().await;
    drop(last);
}
