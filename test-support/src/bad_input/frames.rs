//! WebSocket frames that are against the protocol, or too large.

use super::{
    Case,
    case::survives,
    cases,
    client::published,
    hub::Hub,
    sockets::{self, BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, Socket, TEXT, announce, frame},
};

/// The cases of this file.
pub(super) const CASES: &[Case] = cases![
    what_is_against_the_protocol_is_closed_with_1002,
    what_is_no_message_is_closed_with_its_code,
    what_is_too_large_is_closed_with_1009,
    the_code_of_the_first_fault_is_told_whatever_comes_behind_it,
    closes_that_are_proper_are_answered_with_their_code,
    who_publishes_where_that_is_off_is_closed_with_1008,
    who_publishes_without_the_token_is_closed_with_1008,
    characters_cut_by_fragments_and_pings_between_them_make_one_message,
];

/// A peer that has been told why it is closed is hung up on soon.
const PUBLISHING: [&str; 3] =
    ["websocket_publish=true", "keepalive_interval=0.2", "max_message_bytes=1000"];

const RSV1: u8 = 0x40;
const RSV2: u8 = 0x20;
const RSV3: u8 = 0x10;

type Attack = (&'static str, u16, Vec<u8>);

fn begun(payload: &[u8]) -> Vec<u8> {
    frame(TEXT - FIN, payload)
}

fn more(payload: &[u8]) -> Vec<u8> {
    frame(CONTINUATION - FIN, payload)
}

fn last(payload: &[u8]) -> Vec<u8> {
    frame(CONTINUATION, payload)
}

fn against_the_protocol() -> Vec<Attack> {
    let long = [b'x'; 126];
    vec![
        ("an unmasked text", 1002, sockets::unmasked(TEXT, b"text")),
        ("an unmasked ping", 1002, sockets::unmasked(PING, b"")),
        ("an unmasked close", 1002, sockets::unmasked(CLOSE, b"\x03\xe8")),
        ("reserved bit 1", 1002, frame(TEXT | RSV1, b"text")),
        ("reserved bit 2", 1002, frame(TEXT | RSV2, b"text")),
        ("reserved bit 3", 1002, frame(TEXT | RSV3, b"text")),
        ("a reserved bit in a ping", 1002, frame(PING | RSV1, b"")),
        ("reserved opcode 3", 1002, frame(0x83, b"text")),
        ("reserved opcode 7", 1002, frame(0x87, b"text")),
        ("reserved opcode 11", 1002, frame(0x8B, b"")),
        ("reserved opcode 15", 1002, frame(0x8F, b"")),
        ("a long ping", 1002, frame(PING, &long)),
        ("a long pong", 1002, frame(PONG, &long)),
        ("a long close", 1002, frame(CLOSE, &long)),
        ("a fragmented ping", 1002, frame(PING - FIN, b"")),
        ("a fragmented close", 1002, frame(CLOSE - FIN, b"")),
        ("a continuation of nothing", 1002, last(b"text")),
        ("a text within another", 1002, [begun(b"a"), frame(TEXT, b"b")].concat()),
        ("a close of one byte", 1002, frame(CLOSE, b"\x03")),
        ("a close with code 0", 1002, frame(CLOSE, &[0, 0])),
        ("a close with code 999", 1002, frame(CLOSE, &999_u16.to_be_bytes())),
        ("a close with code 1004", 1002, frame(CLOSE, &1004_u16.to_be_bytes())),
        ("a close with code 1005", 1002, frame(CLOSE, &1005_u16.to_be_bytes())),
        ("a close with code 1006", 1002, frame(CLOSE, &1006_u16.to_be_bytes())),
        ("a close with code 1015", 1002, frame(CLOSE, &1015_u16.to_be_bytes())),
        ("a close with code 2999", 1002, frame(CLOSE, &2999_u16.to_be_bytes())),
        ("a close with code 65535", 1002, frame(CLOSE, &65_535_u16.to_be_bytes())),
        ("a close whose reason is no text", 1007, frame(CLOSE, b"\x03\xe8\xff")),
    ]
}

fn not_text() -> Vec<Attack> {
    vec![
        ("no UTF-8", 1007, frame(TEXT, b"ab\xff")),
        ("a surrogate", 1007, frame(TEXT, b"\xed\xa0\x80")),
        ("an end within a character", 1007, frame(TEXT, b"ab\xc3")),
        ("no UTF-8 over fragments", 1007, [begun(b"ab\xc3"), last(b"x")].concat()),
        ("no UTF-8 in a first fragment", 1007, begun(b"ab\xff")),
        (
            "an end within a character over fragments",
            1007,
            [begun(b"a"), last(b"\xe2\x82")].concat(),
        ),
        ("a binary message", 1003, frame(BINARY, b"ab")),
        ("a binary message in fragments", 1003, [frame(BINARY - FIN, b"a"), last(b"b")].concat()),
        ("an empty message", 1008, frame(TEXT, b"")),
        ("two lines", 1008, frame(TEXT, b"a\nb")),
        ("a control character", 1008, frame(TEXT, b"\x1b[2J")),
    ]
}

fn too_large() -> Vec<Attack> {
    let part = more(&[b'x'; 400]);
    vec![
        ("a text too long", 1009, frame(TEXT, &[b'x'; 1001])),
        ("a text told to be too long", 1009, announce(TEXT, 1001)),
        ("a text of 2^32 bytes", 1009, announce(TEXT, 1 << 32)),
        ("a text of 2^63 bytes", 1009, announce(TEXT, 1 << 63)),
        ("a text of 2^64 - 1 bytes", 1009, announce(TEXT, u64::MAX)),
        ("a ping of 2^63 bytes", 1009, announce(PING, 1 << 63)),
        ("fragments too long", 1009, [begun(b"x"), part.clone(), part.clone(), part].concat()),
    ]
}

/// Sends each case on a socket of its own, with `after` behind it, and looks at how it is closed.
fn are_closed_with_their_codes(hub: &Hub, cases: Vec<Attack>, after: &[u8]) {
    let sent = cases.into_iter().map(|(what, code, frames)| {
        let mut socket = Socket::open(hub.websocket, "/frames");
        socket.send([&frames, after].concat());
        (what, code, socket)
    });
    let sent: Vec<_> = sent.collect();
    for (what, code, mut socket) in sent {
        assert_eq!(socket.close_code(), Some(code), "{what}");
        socket.is_hung_up_on();
    }
}

fn what_is_against_the_protocol_is_closed_with_1002() {
    survives(&PUBLISHING, |hub| are_closed_with_their_codes(hub, against_the_protocol(), b""));
}

fn what_is_no_message_is_closed_with_its_code() {
    survives(&PUBLISHING, |hub| {
        are_closed_with_their_codes(hub, not_text(), b"");
        assert!(!published(hub.http, "/frames").contains("data"));
    });
}

fn what_is_too_large_is_closed_with_1009() {
    survives(&PUBLISHING, |hub| are_closed_with_their_codes(hub, too_large(), b""));
}

fn the_code_of_the_first_fault_is_told_whatever_comes_behind_it() {
    survives(&PUBLISHING, |hub| {
        let cases = || [against_the_protocol(), not_text(), too_large()].concat();
        are_closed_with_their_codes(hub, cases(), &frame(0x83, b"and another fault"));
        are_closed_with_their_codes(hub, cases(), &frame(TEXT, b"a message").repeat(20));
        are_closed_with_their_codes(hub, cases(), &[0xFF; 5000]);
        assert!(!published(hub.http, "/frames").contains("data"));
    });
}

fn closes_that_are_proper_are_answered_with_their_code() {
    survives(&PUBLISHING, |hub| {
        let codes = [1000, 1001, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 4999];
        let cases = codes.map(|code: u16| ("a close", code, frame(CLOSE, &code.to_be_bytes())));
        are_closed_with_their_codes(hub, cases.into(), b"");
        let mut socket = Socket::open(hub.websocket, "/frames");
        socket.send(frame(CLOSE, b""));
        assert_eq!(socket.frame().unwrap(), sockets::Frame { first: CLOSE, payload: Vec::new() });
        socket.is_hung_up_on();
    });
}

fn who_publishes_where_that_is_off_is_closed_with_1008() {
    survives(&["websocket_publish=false", "keepalive_interval=0.2"], |hub| {
        let cases = vec![("a text", 1008, frame(TEXT, b"text"))];
        are_closed_with_their_codes(hub, cases, &frame(TEXT, b"text"));
        assert!(!published(hub.http, "/frames").contains("data"));
    });
}

fn who_publishes_without_the_token_is_closed_with_1008() {
    let settings = ["publish_token=right", "websocket_publish=true", "keepalive_interval=0.2"];
    survives(&settings, |hub| {
        let cases = vec![("a text", 1008, frame(TEXT, b"text"))];
        are_closed_with_their_codes(hub, cases, &frame(TEXT, b"text"));
        assert!(!published(hub.http, "/frames").contains("data"));
    });
}

fn characters_cut_by_fragments_and_pings_between_them_make_one_message() {
    survives(&PUBLISHING, |hub| {
        let mut socket = Socket::open(hub.websocket, "/cut");
        let parts = [begun(b"\xe2"), frame(PING, b"1"), more(b"\x82"), more(b""), last(b"\xac")];
        socket.send(parts.concat());
        let frames = [socket.frame().unwrap(), socket.frame().unwrap()];
        assert_eq!((frames[0].first, &*frames[0].payload), (PONG, &b"1"[..]));
        assert_eq!((frames[1].first, &*frames[1].payload), (TEXT, "€".as_bytes()));
    });
}
