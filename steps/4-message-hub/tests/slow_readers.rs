//! Looks at readers that do not read: they cost their publisher nothing, they are told, or closed,
//! and nothing grows for them.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod rig;

use pubsub::{ChannelName, Message};
use rig::{Rig, rig};
use test_support::{http::Reader, wait::within};
use tungstenite::Message as Frame;

/// How many messages, of how many bytes, are more than any buffer between two programs holds.
const MANY: usize = 4000;
const LONG: usize = 10_000;

fn long(n: usize) -> String {
    format!("{n:0>LONG$}")
}

/// Publishes many long messages, from within the program, where nobody can be waited for.
async fn publish_many(rig: &Rig) {
    let news = ChannelName::from_path("/news").unwrap();
    for n in 1..=MANY {
        let message = Message::parse(long(n).as_bytes()).unwrap();
        rig.hub.hub().publish(&news, message).unwrap();
        if n % 10 == 0 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_was_too_slow_is_told_how_many_it_missed() {
    let rig = rig(&[("history_messages", "10"), ("send_buffer_bytes", "4096")]).await;
    let mut lines = Reader::subscribe(rig.http, "/news").await;
    let mut json = Reader::subscribe(rig.http, "/news?as=json").await;
    let mut socket = rig.socket("/news").await;
    within("publishing waits for nobody", publish_many(&rig)).await;
    rig.publish("/news", "last").await;

    let (mut got, mut missed) = (0, 0);
    loop {
        match lines.message().await.as_str() {
            "last" => break,
            line => match line.strip_prefix("\u{1e}{\"missed\":") {
                Some(count) => missed += count.trim_end_matches('}').parse::<usize>().unwrap(),
                None => {
                    got += 1;
                    assert_eq!(line, long(got + missed), "in order, and the count is exact");
                }
            },
        }
    }
    assert_eq!(got + missed, MANY);
    assert!(missed > 0 && got > 0, "{got} of {MANY}");

    let (mut got, mut missed) = (0, 0);
    loop {
        match socket.next().await {
            Frame::Text(text) if text == "last" => break,
            Frame::Text(text) => {
                got += 1;
                assert_eq!(text.as_str(), long(got + missed));
            }
            Frame::Binary(control) => {
                let control = String::from_utf8(control.to_vec()).unwrap();
                let count = control.strip_prefix("{\"missed\":").unwrap().trim_end_matches('}');
                missed += count.parse::<usize>().unwrap();
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(got + missed, MANY);
    assert!(missed > 0, "{got} of {MANY}");

    let json = json.piece("last\"}\n").await;
    assert!(json.contains("\n{\"missed\":"), "{}", json.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_was_too_slow_is_closed_where_that_is_set() {
    let settings = [
        ("history_messages", "10"),
        ("send_buffer_bytes", "4096"),
        ("slow_reader_policy", "close"),
    ];
    let rig = rig(&settings).await;
    let mut lines = Reader::subscribe(rig.http, "/news").await;
    let mut events =
        Reader::subscribe_with(rig.http, "/news", "Accept: text/event-stream\r\n").await;
    let mut socket = rig.socket("/news").await;
    within("publishing waits for nobody", publish_many(&rig)).await;
    assert!(lines.rest().await.ends_with("\u{1e}{\"closed\":\"slow\"}\n"));
    assert!(events.rest().await.ends_with("retry: 1000\nevent: closed\ndata: slow\n\n"));
    let close = loop {
        match socket.next().await {
            Frame::Text(_) => {}
            Frame::Close(frame) => break frame.unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((u16::from(close.code), close.reason.as_str()), (1013, "slow"));
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_read_nothing_keep_nothing_but_the_history() {
    let rig = rig(&[("history_messages", "10"), ("send_buffer_bytes", "4096")]).await;
    let mut stuck = Vec::new();
    for _ in 0..20 {
        stuck.push(Reader::subscribe(rig.http, "/news").await);
    }
    within("publishing waits for nobody", publish_many(&rig)).await;
    let bytes = rig.hub.hub().totals().bytes;
    assert!(
        bytes < 3 * 10 * (LONG + 100),
        "{bytes} bytes for 10 messages, their lines, and a channel"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_takes_nothing_at_all_is_cut_off_in_time() {
    let settings =
        [("send_buffer_bytes", "4096"), ("write_timeout", "0.3"), ("idle_timeout", "60")];
    let rig = rig(&settings).await;
    let _lines = Reader::subscribe(rig.http, "/news").await;
    let _socket = rig.socket("/news").await;
    let mut reads = Reader::subscribe(rig.http, "/news?as=events").await;
    within("publishing waits for nobody", publish_many(&rig)).await;
    while rig.readers("/news") > 1 {
        rig.publish("/news", "still here").await;
        reads.piece("still here\n\n").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_that_answers_no_pings_is_cut_off_in_time() {
    let rig = rig(&[("keepalive_interval", "0.05"), ("idle_timeout", "0.3")]).await;
    let _silent = rig.socket("/news").await;
    let mut answers = rig.socket("/news").await;
    rig.until_readers("/news", 2).await;
    while rig.readers("/news") > 1 {
        assert!(matches!(answers.any().await, Frame::Ping(_)), "reading answers the pings");
    }
    rig.publish("/news", "one").await;
    assert_eq!(answers.text().await, "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_time_between_pings_cuts_no_websocket_off() {
    let rig = rig(&[("keepalive_interval", "0.3"), ("idle_timeout", "0.01")]).await;
    let mut socket = rig.socket("/news").await;
    for _ in 0..3 {
        assert!(matches!(socket.any().await, Frame::Ping(_)), "reading answers the ping before");
    }
}
