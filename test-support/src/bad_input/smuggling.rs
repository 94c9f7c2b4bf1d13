//! Requests of which one server sees one, and another two. Here each is one, or refused.

use super::{
    Case,
    case::survives,
    cases,
    client::{Client, Response, post, published},
    hub::Hub,
    program::program,
};

/// The cases of this file.
pub(super) const CASES: &[Case] = cases![
    a_body_without_one_clear_length_is_refused,
    a_body_with_length_and_chunks_is_read_by_chunks_and_the_last,
    chunks_are_no_thing_of_http_1_0,
    a_request_within_a_body_that_nobody_wants_is_not_served,
    one_length_told_twice_is_one,
    a_request_without_exactly_one_good_host_is_refused,
];

/// A request that a body or a strange header is to smuggle in.
const HIDDEN: &str = "POST /hidden HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nEVIL";

/// What the hub answers to all of `bytes`, until it hangs up.
fn answers(hub: &Hub, bytes: &str) -> Vec<Response> {
    let mut client = Client::connect(hub.http);
    client.send(bytes);
    client.answers()
}

fn assert_nothing_hidden(hub: &Hub) {
    let published = published(hub.http, "/hidden");
    assert!(!published.contains("EVIL"), "{published}");
}

fn a_body_without_one_clear_length_is_refused() {
    survives(&[], |hub| {
        let shapes = [
            "Content-Length: 2\r\nContent-Length: 3",
            "Content-Length: 3\r\nContent-Length: 2",
            "Content-Length: 2\r\nContent-Length: 2\r\nContent-Length: 3",
            "Content-Length: +2",
            "Content-Length: -2",
            "Content-Length: 2, 2",
            "Content-Length: 2, 3",
            "Content-Length: 2 2",
            "Content-Length: 0x2",
            "Content-Length: 2.0",
            "Content-Length: two",
            "Content-Length:",
            "Content-Length: \u{b}2",
            "Content-Length: 18446744073709551616",
            "Content-Length: 18446744073709551618",
            "Content-Length : 2",
            "Content-Length\t: 2",
            " Content-Length: 2",
            "Content-Length: 2\r\n , 3",
            "X: y\r\n Content-Length: 2",
            "X: y\r\n\tContent-Length: 2",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: chunkedx",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            "Transfer-Encoding: gzip",
            "Transfer-Encoding: \"chunked\"",
            "Transfer-Encoding: \u{b}chunked",
            "Transfer-Encoding:",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding\t: chunked",
            "Transfer-Encoding:\r\n chunked",
            "Transfer-Encoding: identity\r\nContent-Length: 2",
            "Content-Length: 2\r\nTransfer-Encoding: xchunked",
        ];
        for shape in shapes {
            let request = format!("POST /shape HTTP/1.1\r\nHost: x\r\n{shape}\r\n\r\nok{HIDDEN}");
            let statuses: Vec<_> = answers(hub, &request).iter().map(|a| a.status).collect();
            assert_eq!(statuses, [400], "{shape:?} is refused, and the connection closed");
        }
        assert_nothing_hidden(hub);
        let published = published(hub.http, "/shape");
        assert!(!published.contains("data"), "{published}");
    });
}

/// RFC 9112, section 6.1: the encoding counts, the length does not, and the connection is closed.
fn a_body_with_length_and_chunks_is_read_by_chunks_and_the_last() {
    survives(&[], |hub| {
        for lengths in [
            ("Content-Length: 4\r\n", ""),
            ("", "Content-Length: 4\r\n"),
            ("Content-Length: 4\r\n", "Content-Length: 9\r\n"),
            ("", "Content-Length: two\r\n"),
        ] {
            let (before, after) = lengths;
            let head = format!("{before}Transfer-Encoding: chunked\r\n{after}");
            let request =
                format!("POST /both HTTP/1.1\r\nHost: x\r\n{head}\r\n2\r\nok\r\n0\r\n\r\n{HIDDEN}");
            let answers = answers(hub, &request);
            let told: Vec<_> = answers.iter().map(|a| (a.status, a.header("connection"))).collect();
            assert_eq!(told, [(200, Some("close"))], "{head:?}");
        }
        assert_nothing_hidden(hub);
    });
}

fn chunks_are_no_thing_of_http_1_0() {
    survives(&[], |hub| {
        let body = format!("Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n{HIDDEN}");
        let answers = answers(hub, &format!("POST /old HTTP/1.0\r\n{body}"));
        assert_eq!(answers.iter().map(|a| a.status).collect::<Vec<_>>(), [400]);
        assert_nothing_hidden(hub);
    });
}

fn a_request_within_a_body_that_nobody_wants_is_not_served() {
    survives(&["header_timeout=0.4", "keepalive_interval=0.2"], |hub| {
        let hidden = HIDDEN.repeat(2000); // more than is read at once
        let length = hidden.len();
        let framed = [
            format!("Content-Length: {length}\r\n\r\n{hidden}"),
            format!("Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n{hidden}\r\n0\r\n\r\n"),
        ];
        let requests = [
            ("POST /a//b", 400),
            ("POST /", program().published_to_root),
            ("PUT /hidden", 405),
            ("DELETE /hidden", 405),
            ("OPTIONS /hidden", 200),
            ("HEAD /hidden", 200),
            ("POST /large", 413),
        ];
        let mut sent = Vec::new();
        for (request, status) in requests {
            for framed in &framed {
                let mut client = Client::connect(hub.http);
                client.send(format!("{request} HTTP/1.1\r\nHost: x\r\n{framed}"));
                sent.push((request, status, client));
            }
        }
        for (request, status, client) in sent {
            let statuses: Vec<_> = client.answers().iter().map(|answer| answer.status).collect();
            assert_eq!(statuses, [status], "{request}");
        }
        let mut stream = Client::connect(hub.http);
        stream.send(format!(
            "GET /other HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{hidden}"
        ));
        assert_eq!(stream.answer().unwrap().status, 200);
        assert_nothing_hidden(hub);
    });
}

fn one_length_told_twice_is_one() {
    survives(&["header_timeout=0.4"], |hub| {
        let twice =
            "POST /twice HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok";
        let answers = answers(hub, &format!("{twice}{}", post("/twice", "second")));
        assert_eq!(answers.iter().map(|a| a.status).collect::<Vec<_>>(), [200, 200]);
    });
}

/// RFC 9112, section 3.2: of a request for two hosts, a proxy may have looked at the other.
fn a_request_without_exactly_one_good_host_is_refused() {
    survives(&["keepalive_interval=0.2"], |hub| {
        for port in [hub.http, hub.tail, hub.websocket] {
            for host in [
                "",
                "Host: x\r\nHost: x\r\n",
                "Host: x\r\nhost: y\r\n",
                "Host:\r\n",
                "Host: x y\r\n",
                "Host: x, y\r\n",
                "Host: user@x\r\n",
                "Host: x:port\r\n",
                "Host: x/y\r\n",
            ] {
                for target in ["/hidden", "http://x/hidden"] {
                    let mut client = Client::connect(port);
                    client.send(format!("GET {target} HTTP/1.1\r\n{host}\r\n{HIDDEN}"));
                    let answers = client.answers();
                    let told: Vec<_> =
                        answers.iter().map(|a| (a.status, a.header("connection"))).collect();
                    assert_eq!(told, [(400, Some("close"))], "{host:?}");
                    assert!(answers[0].body.contains("the header Host"), "{answers:?}");
                }
            }
        }
        assert_nothing_hidden(hub);
        let mut old = Client::connect(hub.http);
        old.send("HEAD /old HTTP/1.0\r\n\r\n");
        assert_eq!(old.answer_to("HEAD").unwrap().status, 200, "HTTP/1.0 knows no hosts");
    });
}
