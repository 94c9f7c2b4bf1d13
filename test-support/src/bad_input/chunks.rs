//! Chunks of absurd sizes.

use super::{
    Case,
    case::survives,
    cases,
    client::{Client, published},
};
use std::time::Duration;

/// The cases of this file.
pub(super) const CASES: &[Case] = cases![
    a_chunk_whose_size_is_no_number_is_refused,
    a_chunk_that_does_not_end_as_told_is_refused,
    a_chunk_larger_than_a_message_is_not_waited_for,
    megabytes_of_extensions_or_trailers_are_cut_off,
    sizes_that_never_end_are_cut_off_in_time,
    sizes_and_extensions_that_are_odd_but_right_are_read,
];

const HEAD: &str = "POST /chunks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

fn a_chunk_whose_size_is_no_number_is_refused() {
    survives(&[], |hub| {
        let digits = "f".repeat(1000);
        let sizes = [
            "ffffffffffffffff1",
            "10000000000000000",
            &digits,
            "-1",
            "+2",
            "0x2",
            "2 2",
            " 2",
            "g",
            "",
            "\u{b}2",
            "2\n",
            "2\r",
            "2\r\r",
        ];
        for size in sizes {
            let mut client = Client::connect(hub.http);
            client.send(format!("{HEAD}{size}\r\nok\r\n0\r\n\r\n"));
            let answer = client.answer().unwrap_or_else(|| panic!("{size:?} is answered"));
            assert_eq!(answer.status, 400, "{size:?}");
            client.is_hung_up_on();
        }
        assert!(!published(hub.http, "/chunks").contains("data"));
    });
}

fn a_chunk_that_does_not_end_as_told_is_refused() {
    survives(&[], |hub| {
        for chunks in ["2\r\nokay\r\n0\r\n\r\n", "2\r\nok\n0\r\n\r\n", "2\r\nok0\r\n\r\n"] {
            let mut client = Client::connect(hub.http);
            client.send(format!("{HEAD}{chunks}"));
            assert_eq!(client.answer().unwrap().status, 400, "{chunks:?}");
            client.is_hung_up_on();
        }
        assert!(!published(hub.http, "/chunks").contains("data"));
    });
}

fn a_chunk_larger_than_a_message_is_not_waited_for() {
    survives(&["max_message_bytes=1000"], |hub| {
        for size in ["ffffffffffffffff", "7fffffffffffffff", "100000"] {
            let mut client = Client::connect(hub.http);
            client.send(format!("{HEAD}{size}\r\n{}", "x".repeat(1100)));
            assert_eq!(client.answer().unwrap().status, 413, "{size:?}");
            client.is_hung_up_on();
        }
    });
}

fn megabytes_of_extensions_or_trailers_are_cut_off() {
    survives(&[], |hub| {
        for begin in ["2;", "2;x=\"", "2\r\nok\r\n0;", "2\r\nok\r\n0\r\nTrailer: "] {
            let mut client = Client::connect(hub.http);
            client.send(format!("{HEAD}{begin}"));
            client.send_for_ever(&[b'x'; 4096], Duration::from_secs(5));
            assert_eq!(client.answer().map(|a| a.status), Some(400), "{begin:?}");
            client.is_hung_up_on();
        }
        let mut client = Client::connect(hub.http);
        client.send(format!("{HEAD}2\r\nok\r\n0\r\n"));
        client.send_for_ever("Trailer: x\r\n".repeat(300).as_bytes(), Duration::from_secs(5));
        assert_eq!(client.answer().map(|a| a.status), Some(400));
        assert!(!published(hub.http, "/chunks").contains("data"));
    });
}

fn sizes_that_never_end_are_cut_off_in_time() {
    survives(&["body_timeout=0.5"], |hub| {
        for (begin, endless) in [("2", b' '), ("", b'0')] {
            let mut client = Client::connect(hub.http);
            client.send(format!("{HEAD}{begin}"));
            client.send_for_ever(&[endless; 4096], Duration::from_secs(5));
            assert_eq!(client.answer().map(|answer| answer.status), Some(408), "{begin:?}");
            client.is_hung_up_on();
        }
    });
}

fn sizes_and_extensions_that_are_odd_but_right_are_read() {
    survives(&["header_timeout=0.4"], |hub| {
        let zeros = "0".repeat(1000);
        for (chunks, text) in [
            ("2;a=b\r\nok\r\n0\r\n\r\n", "\"ok\""),
            ("2 \r\nok\r\n0\r\n\r\n", "\"ok\""),
            (&*format!("{zeros}2\r\nok\r\n{zeros}\r\n\r\n"), "\"ok\""),
            ("A\r\n0123456789\r\n0\r\nSum: 7\r\n\r\n", "\"0123456789\""),
        ] {
            let mut client = Client::connect(hub.http);
            client.send(format!("{HEAD}{chunks}"));
            assert_eq!(client.answer().unwrap().status, 200, "{chunks:?}");
            assert!(published(hub.http, "/chunks").contains(text));
        }
    });
}
