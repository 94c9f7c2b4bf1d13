//! Requests sent before those before them are answered.

use super::{
    Case,
    case::survives,
    cases,
    client::{Client, post, published},
};
use std::time::Duration;

/// The cases of this file.
pub(super) const CASES: &[Case] = cases![
    a_hundred_requests_at_once_are_answered_in_order,
    bytes_behind_a_request_for_a_stream_wait_and_do_no_harm,
    who_asks_and_asks_and_reads_no_answer_is_cut_off,
];

fn a_hundred_requests_at_once_are_answered_in_order() {
    survives(&[], |hub| {
        let mut client = Client::connect(hub.http);
        let mut requests = String::new();
        for number in 0..100 {
            requests += &match number % 3 {
                0 => post("/pipeline", &format!("<{number}>")),
                1 => "GET /not//a/channel HTTP/1.1\r\nHost: x\r\n\r\n".to_string(),
                _ => "PUT /pipeline HTTP/1.1\r\nHost: x\r\n\r\n".to_string(),
            };
        }
        client.send(requests);
        for number in 0..100 {
            let status = client.answer().unwrap().status;
            assert_eq!(status, [200, 400, 405][number % 3], "request {number}");
        }
        let published = published(hub.http, "/pipeline");
        let places: Vec<_> =
            (0..100).step_by(3).map(|n| published.rfind(&format!("<{n}>")).unwrap()).collect();
        assert!(places.is_sorted(), "{published}");
    });
}

fn bytes_behind_a_request_for_a_stream_wait_and_do_no_harm() {
    survives(&["keepalive_interval=0.2"], |hub| {
        let mut client = Client::connect(hub.http);
        client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
        client.send(post("/behind", "never").repeat(10));
        assert_eq!(client.answer().unwrap().status, 200);
        client.send_for_ever(&[b'x'; 65_536], Duration::from_millis(100));
        super::client::publish(hub.http, "/stream", "to a strange reader");
        while client.chunk().unwrap() != b"to a strange reader\n" {}
        assert!(!published(hub.http, "/behind").contains("never"));
    });
}

fn who_asks_and_asks_and_reads_no_answer_is_cut_off() {
    survives(&["write_timeout=0.4"], |hub| {
        let mut client = Client::narrow(hub.http);
        let requests = "GET /not//a/channel HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000);
        client.send_for_ever(requests.as_bytes(), Duration::from_secs(10));
    });
}
