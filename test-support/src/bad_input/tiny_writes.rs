//! A million writes of a byte each.

use super::{
    Case,
    case::survives,
    cases,
    client::{Client, published},
};

/// The cases of this file.
pub(super) const CASES: &[Case] = cases![a_request_and_a_body_may_come_byte_by_byte,];

fn a_request_and_a_body_may_come_byte_by_byte() {
    survives(&["max_message_bytes=600000"], |hub| {
        let mut client = Client::connect(hub.http);
        let head = "POST /tiny HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n";
        for byte in head.bytes() {
            client.try_send([byte]).unwrap();
        }
        for _ in 0..500_000 {
            client.try_send(b"x").unwrap();
        }
        assert_eq!(client.answer().unwrap().status, 200);
        assert!(published(hub.http, "/tiny").contains(&"x".repeat(500_000)));
    });
}
