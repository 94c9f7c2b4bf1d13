//! Requests and messages that are too large.

use super::{
    Case,
    case::survives,
    cases,
    client::{Client, post, published},
    hub::TEST_TIMEOUT,
};
use std::{
    thread,
    time::{Duration, Instant},
};

/// The cases of this file.
pub(super) const CASES: &[Case] = cases![
    a_request_with_too_large_a_head_is_refused_and_cut_off,
    a_head_without_an_end_is_cut_off_when_too_large,
    a_message_announced_as_too_long_is_refused_before_it_is_sent,
    who_sends_all_of_too_long_a_message_still_gets_the_sentence,
    a_refused_client_that_sends_for_ever_is_cut_off,
    a_chunked_message_is_refused_as_soon_as_it_is_too_long,
    a_message_has_as_many_bytes_as_it_may_and_none_more,
];

fn a_request_with_too_large_a_head_is_refused_and_cut_off() {
    survives(&[], |hub| {
        let long = "x".repeat(20_000);
        let many = "A: b\r\n".repeat(200);
        let heads = [
            (431, format!("GET /large HTTP/1.1\r\nHost: x\r\nX-Long: {long}\r\n\r\n")),
            (431, format!("GET /large HTTP/1.1\r\nHost: x\r\nX-Long: {long}")),
            (431, format!("GET /large HTTP/1.1\r\nHost: x\r\n{many}\r\n")),
            (431, format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n")),
            (431, long.clone()),
        ];
        for (status, head) in heads {
            for port in [hub.http, hub.tail, hub.websocket] {
                let mut client = Client::connect(port);
                client.send(&head);
                let shown = &head[..head.len().min(60)];
                let answer = client.answer().unwrap_or_else(|| panic!("{shown:?} is answered"));
                assert_eq!(answer.status, status, "{shown:?}");
                client.is_hung_up_on();
            }
        }
    });
}

fn a_head_without_an_end_is_cut_off_when_too_large() {
    survives(&[], |hub| {
        let mut client = Client::connect(hub.http);
        client.send("GET /large HTTP/1.1\r\nX-Long: ");
        client.send_for_ever(&[b'x'; 4096], Duration::from_secs(5));
        assert_eq!(client.answer().map(|answer| answer.status), Some(431));
        client.is_hung_up_on();
    });
}

fn a_message_announced_as_too_long_is_refused_before_it_is_sent() {
    survives(&["max_message_bytes=1000"], |hub| {
        for length in ["1003", "70000", "18446744073709551613"] {
            for expect in ["", "Expect: 100-continue\r\n"] {
                let mut client = Client::connect(hub.http);
                client.send(format!(
                    "POST /large HTTP/1.1\r\nHost: x\r\n{expect}Content-Length: {length}\r\n\r\n"
                ));
                let answer = client.answer().unwrap();
                let told = (answer.status, answer.header("connection"));
                assert_eq!(told, (413, Some("close")), "Content-Length: {length}");
                assert!(answer.body.contains("1000 bytes (max_message_bytes)"), "{answer:?}");
                client.is_hung_up_on();
            }
        }
    });
}

/// A browser sends all of a message before it reads a word of the answer.
fn who_sends_all_of_too_long_a_message_still_gets_the_sentence() {
    survives(&["max_message_bytes=1000"], |hub| {
        let body = vec![b'x'; 8 * 1024 * 1024];
        for request in ["POST /large", "PUT /large", "POST /a//b"] {
            let mut client = Client::connect(hub.http);
            let length = body.len();
            client
                .send(format!("{request} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"));
            let answer = client.answer().unwrap();
            client.try_send(&body).unwrap_or_else(|error| panic!("{request}: {error}"));
            assert!(answer.status >= 400, "{request}: {answer:?}");
            client.is_hung_up_on();
        }
    });
}

/// But not for ever, whatever is still to come.
fn a_refused_client_that_sends_for_ever_is_cut_off() {
    survives(&["max_message_bytes=1000"], |hub| {
        let endless = "POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000000000\r\n\r\n";
        let mut sends = Client::connect(hub.http);
        sends.send(endless);
        sends.send_for_ever(&[b'x'; 65_536], Duration::from_secs(5));
        let mut drips = Client::connect(hub.http);
        drips.send(endless);
        assert_eq!(drips.answer().map(|answer| answer.status), Some(413));
        let began = Instant::now();
        while drips.try_send("x").is_ok() {
            assert!(began.elapsed() < TEST_TIMEOUT, "still taken");
            thread::sleep(Duration::from_millis(20)); // as slow as it is meant to be
        }
    });
}

fn a_chunked_message_is_refused_as_soon_as_it_is_too_long() {
    survives(&["max_message_bytes=1000"], |hub| {
        let mut client = Client::connect(hub.http);
        client.send("POST /large HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        for _ in 0..10 {
            client.send(format!("64\r\n{}\r\n", "x".repeat(100)));
        }
        assert!(client.says_nothing_for(Duration::from_millis(50)), "1000 bytes are not too long");
        client.send("3\r\nxxx\r\n"); // and what follows never comes
        let answer = client.answer().unwrap();
        assert_eq!((answer.status, answer.header("connection")), (413, Some("close")));
        client.is_hung_up_on();
    });
}

fn a_message_has_as_many_bytes_as_it_may_and_none_more() {
    survives(&["max_message_bytes=1000"], |hub| {
        let longest = "x".repeat(1000);
        for (text, status) in [
            (longest.clone(), 200),
            (format!("{longest}\n"), 200),
            (format!("{longest}\r\n"), 200),
            (format!("{longest}y"), 413),
            (format!("{longest}y\n"), 413),
        ] {
            let mut client = Client::connect(hub.http);
            client.send(post("/longest", &text));
            let answer = client.answer().unwrap();
            assert_eq!(answer.status, status, "{} bytes: {answer:?}", text.len());
        }
        assert!(!published(hub.http, "/longest").contains('y'));
    });
}
