//! Looks at the manners of a WebSocket: publishing, refusing, closing, each with its code.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod rig;

use rig::rig;
use test_support::{
    http::{Client, Reader, ask},
    wait::within,
};
use tungstenite::{
    Message,
    protocol::frame::{
        Frame, FrameHeader,
        coding::{Data, OpCode},
    },
};

fn fragment(opcode: Data, last: bool, payload: &'static [u8]) -> Message {
    let header = FrameHeader { is_final: last, opcode: OpCode::Data(opcode), ..Default::default() };
    Message::Frame(Frame::from_payload(header, payload.into()))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_in_is_published_where_that_is_on() {
    let rig = rig(&[("websocket_publish", "true")]).await;
    let mut lines = Reader::subscribe(rig.http, "/news").await;
    let mut other = rig.socket("/news").await;
    let mut socket = rig.socket("/news").await;
    socket.send(Message::text("one")).await;
    socket.send(fragment(Data::Text, false, b"tw")).await;
    socket.send(Message::Ping("between".into())).await;
    socket.send(fragment(Data::Continue, true, b"o")).await;
    for text in ["one", "two"] {
        assert_eq!(lines.line().await, format!("{text}\n"));
        assert_eq!(other.text().await, text);
    }
    assert_eq!(socket.any().await, Message::text("one"));
    let next = [socket.any().await, socket.any().await];
    assert!(next.contains(&Message::Pong("between".into())), "{next:?}");
    assert!(next.contains(&Message::text("two")), "{next:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_published_closes_with_a_code_and_a_reason() {
    let on = [("websocket_publish", "true"), ("max_message_bytes", "10")];
    let needs_token = [("websocket_publish", "true"), ("publish_token", "secret")];
    type Case<'a> = (&'a [(&'a str, &'a str)], Message, u16, &'a str);
    let long = Message::text("x".repeat(2000));
    let cases: [Case; 8] = [
        (&[], long, 1009, "Space limit exceeded: Message too long: 2000 > 1024"),
        (&[], Message::text("x"), 1008, "publishing by WebSocket is off (websocket_publish)"),
        (
            &needs_token,
            Message::text("x"),
            1008,
            "publishing needs a token: Authorization: Bearer TOKEN",
        ),
        (&on, Message::binary("x"), 1003, "messages are text"),
        (
            &on,
            Message::text("a\nb"),
            1008,
            "a message is one line; there is a line break at byte 1: send several, or write it as JSON",
        ),
        (&on, Message::text(""), 1008, "a message cannot be empty"),
        (
            &on,
            Message::text("12345678901"),
            1009,
            "Space limit exceeded: Message too long: 11 > 10",
        ),
        (
            &on,
            fragment(Data::Text, true, b"\xFF"),
            1007,
            "UTF-8 encoding error: invalid utf-8 sequence of 1 bytes from index 0",
        ),
    ];
    for (settings, message, code, reason) in cases {
        let rig = rig(settings).await;
        let mut socket = rig.socket("/news").await;
        socket.send(message.clone()).await;
        assert_eq!(socket.close().await, (code, reason.into()), "{message:?}");
        drop(socket);
        rig.until_readers("/news", 0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_is_answered_with_its_own_code() {
    let rig = rig(&[]).await;
    let mut socket = rig.socket("/news").await;
    socket
        .send(Message::Close(Some(tungstenite::protocol::CloseFrame {
            code: 4321.into(),
            reason: "enough".into(),
        })))
        .await;
    assert_eq!(socket.close().await.0, 4321);
    rig.until_readers("/news", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_is_none_is_told_what_is_missing() {
    let rig = rig(&[]).await;
    let upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for (head, status, sentence) in [
        ("GET /news", 426, "No \"Connection: upgrade\" header"),
        ("POST /news", 405, "a WebSocket is opened with GET"),
        ("GET /", 404, "no channel is named"),
    ] {
        let answer = ask(rig.websocket, &format!("{head} HTTP/1.1\r\nHost: x\r\n\r\n")).await;
        assert_eq!(answer.status, status, "{head}");
        assert!(answer.body.contains(sentence), "{}", answer.body);
    }
    let old = format!("GET /news HTTP/1.1\r\nHost: x\r\n{upgrade}Sec-WebSocket-Version: 8\r\n\r\n");
    let answer = ask(rig.websocket, &old).await;
    assert_eq!((answer.status, answer.header("sec-websocket-version")), (426, "13"));
    let refused = rig.socket_with("/news?as=events", &[]).await.err().unwrap();
    assert_eq!(refused.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn subprotocols_and_extensions_that_are_offered_are_passed_over() {
    let rig = rig(&[]).await;
    let offers =
        [("Sec-WebSocket-Extensions", "permessage-deflate"), ("Sec-WebSocket-Version", "13")];
    let socket = rig.socket_with("/news", &offers).await.unwrap();
    assert!(!socket.response.headers().contains_key("sec-websocket-extensions"));
    assert!(!socket.response.headers().contains_key("sec-websocket-protocol"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pings_in_great_numbers_are_answered_and_hold_nothing_up() {
    let rig = rig(&[("websocket_publish", "true"), ("keepalive_interval", "3600")]).await;
    let mut socket = rig.socket("/news").await;
    let ping = "x".repeat(125);
    socket.write_all(200, Message::Ping(ping.clone().into())).await;
    socket.send(Message::text("after them")).await;
    let mut pongs = 0;
    loop {
        match socket.any().await {
            Message::Pong(pong) => pongs += usize::from(*pong == *ping.as_bytes()),
            Message::Text(text) => break assert_eq!(text.as_str(), "after them"),
            other => panic!("{other:?}"),
        }
    }
    assert!(pongs > 0, "{pongs}");
}

const HANDSHAKE: &[u8] =
    b"GET /news HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/// A frame from a client, masked with zeros.
fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    [&[0x80 | opcode, 0x80 | payload.len() as u8, 0, 0, 0, 0], payload].concat()
}

/// Pings come from a hub so seldom that none wakes a connection in time.
const QUIET: [(&str, &str); 2] = [("websocket_publish", "true"), ("keepalive_interval", "3600")];

// ANCHOR: with_the_handshake
#[tokio::test(flavor = "multi_thread")]
async fn frames_that_come_with_the_handshake_are_all_read_at_once() {
    // More than are taken before others have their turn, and the last of them in two pieces.
    let texts: Vec<_> = (0..200).map(|n| n.to_string()).collect();
    let frames: Vec<_> = texts.iter().flat_map(|text| masked(0x1, text.as_bytes())).collect();
    for together in [0, 1, 20, frames.len() - 1, frames.len()] {
        let rig = rig(&QUIET).await;
        let mut lines = Reader::subscribe(rig.http, "/news").await;
        let mut client = Client::connect(rig.websocket).await;
        client.send(&[HANDSHAKE, &frames[..together]].concat()).await;
        let opened = client.head().await;
        assert_eq!(opened.status, 101);
        client.send(&frames[together..]).await;
        for text in &texts {
            assert_eq!(lines.line().await, format!("{text}\n"), "{together} bytes together");
        }
    }
}
// ANCHOR_END: with_the_handshake

#[tokio::test(flavor = "multi_thread")]
async fn a_ping_and_a_close_that_come_with_the_handshake_are_answered() {
    let rig = rig(&QUIET).await;
    let mut client = Client::connect(rig.websocket).await;
    let (ping, close) = (masked(0x9, b"here?"), masked(0x8, &[0x03, 0xE8]));
    client.send(&[HANDSHAKE, &ping, &close].concat()).await;
    assert_eq!(client.head().await.status, 101);
    assert_eq!(client.rest().await, "\u{fffd}\u{5}here?\u{fffd}\u{2}\u{3}\u{fffd}");
    rig.until_readers("/news", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_before_a_stop_is_written_before_the_goodbye() {
    let rig = rig(&[]).await;
    let mut socket = rig.socket("/news").await;
    let messages: Vec<_> =
        (0..1000).map(|n| pubsub::Message::parse(format!("{n}").as_bytes()).unwrap()).collect();
    let news = pubsub::ChannelName::from_path("/news").unwrap();
    rig.hub.hub().publish_all(&news, &messages).unwrap();
    let lifecycle = rig.lifecycle.clone();
    let stop = tokio::spawn(async move { lifecycle.stop().await });
    for n in 0..1000 {
        assert_eq!(socket.text().await, n.to_string());
    }
    assert_eq!(socket.close().await, (1001, "stopping".into()));
    drop(socket);
    within("stop", stop).await.unwrap().unwrap();
}
