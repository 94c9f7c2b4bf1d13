//! Looks at publishing and subscribing over HTTP, as a client sees it byte by byte.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use pubsub::{ChannelName, HttpStreamer, Queues};
use service::Lifecycle;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use test_support::{
    http::{Client, Reader, ask, publish, with_body},
    running::{settings, started},
    wait::{until, within},
};

struct Rig {
    queues: Arc<Queues>,
    address: SocketAddr,
    lifecycle: Lifecycle,
}

async fn rig(values: &[(&str, &str)]) -> Rig {
    let settings = settings(&["http_bind"], values);
    let queues = Arc::new(Queues::new(&settings));
    let http = Arc::new(HttpStreamer::new(&settings, queues.clone()));
    settings.check().unwrap();
    let lifecycle = started(http.clone()).await;
    Rig { queues, address: http.address().unwrap(), lifecycle }
}

impl Rig {
    async fn until_readers(&self, channel: &str, count: usize) {
        let name = ChannelName::from_path(channel).unwrap();
        until("readers", || self.queues.readers(&name) == count).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_reaches_every_reader_of_its_channel_and_no_other() {
    let rig = rig(&[]).await;
    let mut news = Reader::subscribe(rig.address, "/news").await;
    let mut also = Reader::subscribe(rig.address, "/n%65ws").await;
    let mut other = Reader::subscribe(rig.address, "/news/more").await;
    publish(rig.address, "/news", "one").await;
    publish(rig.address, "/news/more", "else").await;
    publish(rig.address, "/news", "größer\n").await;
    for reader in [&mut news, &mut also] {
        assert_eq!(reader.line().await, "one\n");
        assert_eq!(reader.line().await, "größer\n");
        assert_eq!(reader.head.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(reader.head.header("cache-control"), "no-store");
    }
    assert_eq!(other.line().await, "else\n");
    within("stop", rig.lifecycle.stop()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_line_keeps_a_silent_stream_alive() {
    let rig = rig(&[("keepalive_interval", "0.02")]).await;
    let mut reader = Reader::subscribe(rig.address, "/news").await;
    for _ in 0..3 {
        assert_eq!(reader.line().await, "\n");
    }
    publish(rig.address, "/news", "one").await;
    assert_eq!(reader.message().await, "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_method_is_told_what_there_is() {
    let rig = rig(&[]).await;
    for (request, status, body) in [
        (
            with_body("PUT", "/news", "", "x"),
            405,
            "PUT is not for channels here; GET subscribes to one\n",
        ),
        (
            with_body("DELETE", "/news", "", ""),
            405,
            "DELETE is not for channels here; GET subscribes to one\n",
        ),
        (with_body("OPTIONS", "/news", "", ""), 200, ""),
        (with_body("OPTIONS", "*", "", ""), 200, ""),
    ] {
        let answer = ask(rig.address, &request).await;
        assert_eq!((answer.status, &*answer.body), (status, body), "{request}");
        assert_eq!(answer.header("allow"), "GET, HEAD, POST, OPTIONS", "{request}");
    }
    let mut client = Client::connect(rig.address).await;
    client.send(b"HEAD /news HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let head = client.head().await;
    assert_eq!((head.status, head.header("content-type")), (200, "text/plain; charset=utf-8"));
    client.send(with_body("POST", "/news", "", "x").as_bytes()).await;
    assert_eq!(
        client.answer().await.body,
        "OK\n",
        "a HEAD has no body, and its connection goes on"
    );
    rig.until_readers("/news", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_published_is_refused_with_a_sentence() {
    let rig = rig(&[("max_message_bytes", "10"), ("body_timeout", "0.05")]).await;
    let reader_path = "/news";
    let mut reader = Reader::subscribe(rig.address, reader_path).await;
    let too_long = "the message is longer than 10 bytes (max_message_bytes)\n";
    let chunked = "POST /news HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (request, status, body) in [
        (
            with_body("POST", "/", "", "x"),
            404,
            "no channel is named; a channel is a path, such as /numbers or /rooms/7\n",
        ),
        (
            with_body("POST", "/a//b", "", "x"),
            400,
            "a part of the channel's name is empty; /rooms/7 is a name, /rooms/ and /rooms//7 are not\n",
        ),
        (with_body("POST", "/news", "", ""), 400, "a message cannot be empty\n"),
        (
            with_body("POST", "/news", "", "a\nb"),
            400,
            "a message is one line; there is a line break at byte 1: send several, or write it as JSON\n",
        ),
        (
            with_body("POST", "/news", "", "a\u{7}"),
            400,
            "a message has no control characters; there is one at byte 1\n",
        ),
        (with_body("POST", "/news", "", "12345678901"), 413, too_long),
        // Too long by what it says of itself: nothing more is waited for.
        (
            "POST /news HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n".into(),
            413,
            too_long,
        ),
        (format!("{chunked}d\r\n1234567890123\r\n"), 413, too_long),
        (
            format!("{chunked}5\r\n123"),
            408,
            "the message did not come within 0.05 s (body_timeout)\n",
        ),
    ] {
        let answer = ask(rig.address, &request).await;
        assert_eq!((answer.status, &*answer.body), (status, body), "{request}");
    }
    publish(rig.address, "/news", "1234567890\r\n").await;
    assert_eq!(reader.line().await, "1234567890\n", "and nothing before it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_goes_when_its_reader_closes_or_resets() {
    let rig = rig(&[]).await;
    let closes = Reader::subscribe(rig.address, "/news").await;
    let resets = Reader::subscribe(rig.address, "/news").await;
    let mut stays = Reader::subscribe(rig.address, "/news").await;
    rig.until_readers("/news", 3).await;
    drop(closes);
    rig.until_readers("/news", 2).await;
    socket2::SockRef::from(resets.stream()).set_linger(Some(Duration::ZERO)).unwrap();
    drop(resets);
    rig.until_readers("/news", 1).await;
    publish(rig.address, "/news", "one").await;
    assert_eq!(stays.line().await, "one\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_last_chunk_when_the_service_stops() {
    let rig = rig(&[]).await;
    let mut reader = Reader::subscribe(rig.address, "/news").await;
    publish(rig.address, "/news", "one").await;
    within("stop", rig.lifecycle.stop()).await.unwrap();
    assert_eq!(reader.rest().await, "one\n");
    rig.until_readers("/news", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_on_one_connection_are_answered_in_order() {
    let rig = rig(&[]).await;
    let mut reader = Reader::subscribe(rig.address, "/news").await;
    let mut client = Client::connect(rig.address).await;
    let requests: String =
        (0..100).map(|n| with_body("POST", "/news", "", &n.to_string())).collect();
    client.send(requests.as_bytes()).await;
    for n in 0..100 {
        assert_eq!(client.answer().await.body, "OK\n");
        assert_eq!(reader.line().await, format!("{n}\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_more_than_there_is_room_for_is_told_so() {
    let rig = rig(&[("max_connections", "1")]).await;
    let reader = Reader::subscribe(rig.address, "/news").await;
    let mut client = Client::connect(rig.address).await;
    let answer = client.answer().await;
    let sentence = "the server is full (max_connections = 1); come back later\n";
    assert_eq!((answer.status, &*answer.body), (503, sentence));
    assert_eq!(answer.header("retry-after"), "5");
    drop(reader);
    rig.until_readers("/news", 0).await;
    within("room again", async {
        loop {
            let mut client = Client::connect(rig.address).await;
            client.send(b"OPTIONS /news HTTP/1.1\r\nHost: x\r\n\r\n").await;
            if client.answer().await.status == 200 {
                break;
            }
        }
    })
    .await;
}
