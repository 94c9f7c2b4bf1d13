//! Looks for a client that takes what it is told with a grain of salt: what is no number is logged
//! and skipped, and a line that does not end is not waited for. Whoever listens at an address may
//! be no number server.

use crate::support::{Client, HELD, Log, Peer, Poured};

#[tokio::test]
async fn a_line_that_is_no_number_is_logged_and_skipped() {
    let mut log = Log::listen();
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), []).await;
    let mut connection = peer.accept().await;
    let longest = "x".repeat(255);
    let no_numbers = [
        "eleven",
        "11",
        "-1",
        "",
        " 7",
        "7 ",
        "1.5",
        "0x7",
        "256",
        "4294967297",
        "The number server is full (max_connections = 12000). Come back later.",
        &longest,
    ];
    for (number, line) in (0..=10).cycle().zip(no_numbers) {
        // The number comes on the same connection: it goes on.
        connection.say(format!("{line}\n{number}\n")).await;
        assert_eq!(client.take(1).await, [number], "after {line:?}");
        log.line(&format!("not a number, skipped: {line:?}")).await;
    }
}

#[tokio::test]
async fn lines_may_come_in_pieces_and_end_as_they_do_on_windows() {
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), []).await;
    let mut connection = peer.accept().await;
    connection.say("3\r\n1").await;
    assert_eq!(client.take(1).await, [3]);
    // The client has read the 1, too, and waits for the rest of its line.
    connection.say("0\r\n7\n").await;
    assert_eq!(client.take(2).await, [10, 7]);
}

#[tokio::test]
async fn a_line_that_cannot_be_one_ends_the_connection() {
    let cases: [(Vec<u8>, &str); 3] = [
        (b"x".repeat(256), "a line of more than 256 bytes"),
        ([b"7".repeat(256), b"\n4\n".to_vec()].concat(), "a line of more than 256 bytes"),
        (b"\xff\xfe\n4\n".to_vec(), "a line that is not UTF-8"),
    ];
    for (line, reason) in cases {
        let mut log = Log::listen();
        let peer = Peer::listen();
        let mut client = Client::start(peer.address(), []).await;
        let mut connection = peer.accept().await;
        connection.say([b"3\n".as_slice(), &line].concat()).await;
        log.line(reason).await;
        connection.closed_by_client().await;

        peer.accept().await.say("5\n").await;
        assert_eq!(client.take(2).await, [3, 5], "{reason}");
    }
}

#[tokio::test]
async fn a_peer_that_never_ends_its_line_is_cut_off() {
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), []).await;
    let mut connection = peer.accept().await;
    let (taken, poured) = connection.pour(&b"7".repeat(64 * 1024 * 1024)).await;
    assert!(matches!(poured, Poured::Closed), "{poured:?} after {taken} bytes without a newline");
    assert!(taken <= HELD, "{taken} bytes without a newline were taken");

    peer.accept().await.say("5\n").await;
    assert_eq!(client.take(1).await, [5]);
}

/// It need not say nonsense only: a number in between, or a new connection, makes it all the same.
// ANCHOR: hostile
#[tokio::test]
async fn a_server_that_talks_nonsense_for_ever_does_not_fill_the_log() {
    let mut log = Log::listen();
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), []).await;
    for _ in 0..5 {
        let mut connection = peer.accept().await;
        let said = connection.say("3\nnonsense\n\n11\n".repeat(2000));
        let ((), taken) = tokio::join!(said, client.take(2000));
        assert_eq!(taken, [3; 2000]);
        connection.say("nonsense\n".repeat(18)).await; // with the three before, 21 in a row
    }
    peer.accept().await.say("5\n").await;
    assert_eq!(client.take(1).await, [5]);
    let lines = log.lines_so_far();
    let skipped = lines.iter().filter(|line| line.contains("not a number, skipped")).count();
    assert_eq!(skipped, 20, "{lines:#?}");
    let counted = lines.iter().filter_map(|line| line.split_once(" more lines were not numbers"));
    let counted =
        counted.map(|(before, _)| before.rsplit(' ').next().unwrap().parse::<u64>().unwrap());
    assert_eq!(counted.sum::<u64>(), 5 * (3 * 2000 + 18) - 20, "all others are counted");
    assert!(lines.len() < 50, "{lines:#?}");
}
// ANCHOR_END: hostile

#[tokio::test]
async fn a_server_that_says_nothing_but_nonsense_is_given_up() {
    let mut log = Log::listen();
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), []).await;
    let mut connection = peer.accept().await;
    // Twenty in a row may be; a number in between begins the count anew.
    for number in [3, 4] {
        connection.say(format!("{}{number}\n", "nonsense\n".repeat(20))).await;
        assert_eq!(client.take(1).await, [number]);
    }
    connection.say("nonsense\n".repeat(21)).await;
    log.line("too many lines in a row that are no numbers").await;
    peer.accept().await.say("5\n").await;
    assert_eq!(client.take(1).await, [5]);
}
