//! What is no request, or not one for a channel.

use super::{
    Case,
    case::survives,
    cases,
    client::{Client, post},
    program::program,
};

/// The cases of this file.
pub(super) const CASES: &[Case] = cases![
    what_names_no_channel_is_refused_with_a_sentence,
    what_is_no_message_is_refused_with_a_sentence,
    a_wrong_method_is_answered_405_with_the_right_ones,
    what_is_not_http_1_is_answered_400_or_hung_up_on,
    a_bare_line_feed_ends_a_line_and_hides_nothing,
];

fn what_names_no_channel_is_refused_with_a_sentence() {
    survives(&[], |hub| {
        let long = format!("/{}", "x".repeat(300));
        let asks = [
            (400, "//"),
            (400, "/a//b"),
            (400, "/a/"),
            (400, "/../etc/passwd"),
            (400, "/%2e%2e/etc/passwd"),
            (400, "/a%2fb"),
            (400, "/a%00b"),
            (400, "/a%0d%0aX:%20y"),
            (400, "/%ff"),
            (400, "/%c0%af"),
            (400, &*long),
            (400, "/a?as=xml"),
            (400, "/a?as="),
            (400, "/a?since=1"),
            (400, "/a?since=0000000g-1"),
            (400, "/a?since=00000000-18446744073709551616"),
            (400, "/a?since=%ff"),
            (400, "/a?last=-1"),
            (400, "/a?last=1e3"),
            (400, "/a?last="),
            (400, "/a?last=99999999999999999999"),
            (400, "/a?as=json&as=xml"),
        ];
        let mut client = Client::connect(hub.http);
        let nowhere = program().nowhere.iter().map(|path| (404, *path));
        for (status, path) in nowhere.chain(asks) {
            client.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
            let answer = client.answer().unwrap();
            assert_eq!(answer.status, status, "{path}: {answer:?}");
            let sentence = answer.body.strip_suffix('\n').unwrap();
            assert!(sentence.contains(' ') && !sentence.contains(['\n', '\r']), "{sentence:?}");
        }
        client.send("GET /a HTTP/1.1\r\nHost: x\r\nLast-Event-ID: \u{e9}\r\n\r\n");
        assert_eq!(client.answer().unwrap().status, 400);
    });
}

fn what_is_no_message_is_refused_with_a_sentence() {
    survives(&[], |hub| {
        let mut client = Client::connect(hub.http);
        for text in ["", "\n", "two\nlines", "\0", "a\0b", "\x1b[2J", "a\rb", "\x7f", "\u{85}"] {
            client.send(post("/message", text));
            let answer = client.answer().unwrap();
            assert_eq!(answer.status, 400, "{text:?}");
            assert!(answer.body.contains("a message"), "{answer:?}");
        }
        for bytes in [&b"\xff"[..], b"ab\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"] {
            let head =
                format!("POST /m HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", bytes.len());
            client.send([head.as_bytes(), bytes].concat());
            assert_eq!(client.answer().unwrap().status, 400, "{bytes:?}");
        }
    });
}

fn a_wrong_method_is_answered_405_with_the_right_ones() {
    survives(&[], |hub| {
        let (at_websocket, not_at_websocket) = program().methods_at_websocket;
        let ports = [
            (
                hub.http,
                "GET, HEAD, POST, OPTIONS",
                &["PUT", "DELETE", "PATCH", "TRACE", "BREW"][..],
            ),
            (hub.tail, "GET, HEAD, OPTIONS", &["PUT", "POST", "DELETE", "BREW"][..]),
            (hub.websocket, at_websocket, not_at_websocket),
        ];
        for (port, allowed, methods) in ports {
            for method in methods {
                let mut client = Client::connect(port);
                let request = format!("{method} /a HTTP/1.1\r\nHost: x\r\n\r\n");
                client.send(request);
                let answer = client.answer_to(method).unwrap();
                assert_eq!(
                    (answer.status, answer.header("allow")),
                    (405, Some(allowed)),
                    "{method}"
                );
            }
        }
        let mut client = Client::connect(hub.http);
        client.send("CONNECT example.org:80 HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(client.answer().unwrap().status, 405);
    });
}

fn what_is_not_http_1_is_answered_400_or_hung_up_on() {
    survives(&[], |hub| {
        let hello = b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03 and so on\r\n\r\n";
        let not: [(Option<u16>, &[u8]); 17] = [
            (Some(400), b"GET /a\r\n\r\n"), // HTTP/0.9
            (Some(400), b"GET /a\n"),
            (Some(400), b"GET /a HTTP/1.1 \r\n\r\n"),
            (Some(400), b"GET  /a HTTP/1.1\r\n\r\n"),
            (Some(400), b"GET /a HTTP/1.2\r\n\r\n"),
            (Some(400), b"GET /a HTTP/3.0\r\n\r\n"),
            (Some(400), b"GET /a http/1.1\r\n\r\n"),
            (None, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"),
            (Some(400), hello),
            (Some(400), b"\0\0\0\0\0\0\0\0\r\n\r\n"),
            (Some(400), b"G\0T /a HTTP/1.1\r\n\r\n"),
            (Some(400), b"GET /a\0b HTTP/1.1\r\n\r\n"),
            (Some(400), b"GET /a HTTP/1.1\r\nA: b\0c\r\n\r\n"),
            (Some(400), b"GET /a HTTP/1.1\r\nA\0: b\r\n\r\n"),
            (Some(400), b"GET /a HTTP/1.1\r\nA: b\rc\r\n\r\n"),
            (Some(400), b"GET /a HTTP/1.1\r\nno colon\r\n\r\n"),
            (Some(400), b"GET /a HTTP/1.1\r\n: no name\r\n\r\n"),
        ];
        for (status, bytes) in not {
            for port in [hub.http, hub.tail, hub.websocket] {
                let mut client = Client::connect(port);
                client.send(bytes);
                let answered = client.answer().map(|answer| answer.status);
                assert_eq!(answered, status, "{}", bytes.escape_ascii());
                client.is_hung_up_on();
            }
        }
    });
}

/// RFC 9112, section 2.2, lets a server take a bare line feed for the end of a line.
fn a_bare_line_feed_ends_a_line_and_hides_nothing() {
    survives(&[], |hub| {
        let mut client = Client::connect(hub.http);
        client.send("POST /feed HTTP/1.1\nHost: x\nContent-Length: 2\n\nok");
        assert_eq!(client.answer().unwrap().status, 200);
        client.send("POST /feed HTTP/1.1\r\nHost: x\nContent-Length: 2\r\n\r\nok");
        assert_eq!(client.answer().unwrap().status, 200);
        client.send(post("/feed", "third"));
        assert_eq!(client.answer().unwrap().status, 200);
    });
}
