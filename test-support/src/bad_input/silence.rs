//! Clients that say too little, too slowly.

use super::{
    Case,
    case::survives,
    cases,
    client::{Client, post, published},
    sockets::{self, Socket},
};
use std::time::Duration;

/// The cases of this file.
pub(super) const CASES: &[Case] = cases![
    slow_headers_are_cut_off_within_their_limit_on_each_port,
    slow_bodies_are_answered_408_and_cut_off_within_their_limit,
    a_websocket_that_stops_within_a_frame_is_cut_off,
    a_websocket_that_drips_a_frame_or_empty_fragments_is_cut_off,
    a_websocket_that_is_closed_and_goes_on_sending_is_cut_off,
];

const LIMIT: Duration = Duration::from_millis(400);

/// Far more than the limit: a busy machine is slow.
const LATE: Duration = Duration::from_secs(8);

const PAUSE: Duration = Duration::from_millis(40);

fn assert_in_time(what: &str, took: Duration) {
    assert!(LIMIT - PAUSE <= took && took < LATE, "{what} was cut off after {took:?}");
}

/// Drips on all of these connections at once.
fn drip_all(cases: Vec<(&str, Client, &[u8])>, then: impl Fn(&str, Client) + Sync) {
    std::thread::scope(|scope| {
        for (what, mut client, bytes) in cases {
            let then = &then;
            scope.spawn(move || {
                assert_in_time(what, client.drip(bytes, PAUSE));
                then(what, client);
            });
        }
    });
}

fn slow_headers_are_cut_off_within_their_limit_on_each_port() {
    survives(&["header_timeout=0.4"], |hub| {
        let endless =
            b"GET /slow HTTP/1.1\r\nX-Long: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
        let lines = b"a: b\r\n";
        let mut within_lines = Client::connect(hub.http);
        within_lines.send("GET /slow HTTP/1.1\r\n");
        let mut second = Client::connect(hub.http);
        second.send(post("/slow", "first"));
        assert_eq!(second.answer().unwrap().status, 200);
        let cases: Vec<(_, _, &[u8])> = vec![
            ("a line at the hub", Client::connect(hub.http), endless),
            ("a line at the tail", Client::connect(hub.tail), endless),
            ("a handshake", Client::connect(hub.websocket), endless),
            ("a header after the other", within_lines, lines),
            ("line breaks before a request", Client::connect(hub.http), b"\r\n"),
            ("a second request", second, endless),
        ];
        drip_all(cases, |_, mut client| client.is_hung_up_on());
    });
}

fn slow_bodies_are_answered_408_and_cut_off_within_their_limit() {
    survives(&["body_timeout=0.4"], |hub| {
        let start = |head: &str| {
            let mut client = Client::connect(hub.http);
            client.send(format!("POST /slow HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n"));
            client
        };
        let cases: Vec<(_, _, &[u8])> = vec![
            ("a body with a length", start("Content-Length: 1000"), b"x"),
            ("a chunked body", start("Transfer-Encoding: chunked"), b"1\r\nx\r\n"),
            ("the size of a chunk", start("Transfer-Encoding: chunked"), b"0"),
            (
                "an extension of a chunk",
                start("Transfer-Encoding: chunked"),
                b"1;xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            ),
        ];
        drip_all(cases, |what, mut client| {
            let answer = client.answer().unwrap_or_else(|| panic!("{what} is answered"));
            assert_eq!(
                (answer.status, answer.header("connection")),
                (408, Some("close")),
                "{what}"
            );
            client.is_hung_up_on();
        });
        assert!(!published(hub.http, "/slow").contains("data"), "a part of a body is no message");
    });
}

fn a_websocket_that_stops_within_a_frame_is_cut_off() {
    let settings = ["websocket_publish=true", "keepalive_interval=0.1", "idle_timeout=0.4"];
    survives(&settings, |hub| {
        let parts: [(&str, Vec<u8>); 5] = [
            ("nothing", Vec::new()),
            ("one byte", vec![sockets::TEXT]),
            ("a header", sockets::announce(sockets::TEXT, 10)),
            ("a header of a large frame", sockets::announce(sockets::TEXT, 65_000)),
            ("half a message", sockets::frame(sockets::TEXT - sockets::FIN, b"half")),
        ];
        let sent = parts.map(|(what, part)| {
            let mut socket = Socket::open(hub.websocket, "/silent");
            socket.send(part);
            (what, socket)
        });
        for (what, mut socket) in sent {
            while let Some(frame) = socket.frame() {
                assert_eq!(frame.first, sockets::PING, "after {what}");
            }
        }
    });
}

fn a_websocket_that_drips_a_frame_or_empty_fragments_is_cut_off() {
    let settings = ["websocket_publish=true", "keepalive_interval=0.2", "idle_timeout=0.4"];
    survives(&settings, |hub| {
        let begun = |bytes: Vec<u8>| {
            let mut socket = Socket::open(hub.websocket, "/silent");
            socket.send(bytes);
            socket
        };
        let large = begun(sockets::announce(sockets::TEXT, 65_000));
        let fragments = begun(sockets::frame(sockets::TEXT - sockets::FIN, b""));
        let fragment = sockets::frame(sockets::CONTINUATION - sockets::FIN, b"");
        std::thread::scope(|scope| {
            for (mut socket, bytes) in [(large, vec![b'x']), (fragments, fragment)] {
                scope.spawn(move || socket.drip_past_frames(&bytes, PAUSE, LATE));
            }
        });
    });
}

fn a_websocket_that_is_closed_and_goes_on_sending_is_cut_off() {
    survives(&["keepalive_interval=0.2"], |hub| {
        let mut socket = Socket::open(hub.websocket, "/closed");
        socket.send(sockets::frame(sockets::TEXT, b"publishing is off"));
        assert_eq!(socket.close_code(), Some(1008));
        socket.drip_past_frames(&sockets::frame(sockets::PONG, b""), PAUSE, LATE);
    });
}
