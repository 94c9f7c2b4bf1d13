//! Looks at who may read and publish: pages of other origins, requests for other hosts, and
//! publishers without the token.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod rig;

use rig::{Rig, rig, rig_with_file};
use std::{fs, net::SocketAddr};
use test_support::{
    http::{Client, ask, with_body},
    running::settings,
};
use tungstenite::Message;

async fn status(address: SocketAddr, request: &str) -> u16 {
    ask(address, request).await.status
}

async fn post(rig: &Rig, headers: &str) -> u16 {
    status(rig.http, &with_body("POST", "/news", headers, "x")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_foreign_origin_may_neither_read_nor_publish() {
    let rig = rig(&[("allowed_origins", "https://good.example, https://also.example")]).await;
    let own = format!("http://{}", rig.http);
    for (origin, allowed) in [
        ("https://good.example", true),
        ("https://also.example", true),
        ("http://x", true), // the host that the requests below ask for
        ("https://good.example:444", false),
        ("http://good.example", false),
        ("https://evil.example", false),
        ("null", false),
        ("http://", false),
        (&*own, false),
    ] {
        let header = format!("Origin: {origin}\r\n");
        let expected = if allowed { 200 } else { 403 };
        assert_eq!(post(&rig, &header).await, expected, "{origin}");
        let get = format!("HEAD /news HTTP/1.1\r\nHost: x\r\n{header}\r\n");
        assert_eq!(status_of_head(rig.http, &get).await, expected, "{origin}");
        let get = format!("HEAD /news HTTP/1.1\r\nHost: x\r\n{header}\r\n");
        assert_eq!(status_of_head(rig.tail, &get).await, expected, "{origin}");
    }
    let preflight =
        ask(rig.http, "OPTIONS /news HTTP/1.1\r\nHost: x\r\nOrigin: https://good.example\r\n\r\n")
            .await;
    assert_eq!(preflight.header("access-control-allow-origin"), "https://good.example");
    assert_eq!(preflight.header("vary"), "Origin");

    let good = "Origin: https://good.example\r\n";
    let refused = ask(rig.http, &with_body("POST", "/news", good, "a\nb")).await;
    let readable = refused.header("access-control-allow-origin");
    assert_eq!(
        (refused.status, readable),
        (400, "https://good.example"),
        "a rejection can be read"
    );

    let evil = [("Origin", "https://evil.example")];
    let (code, sentence) = rig.socket_with("/news", &evil).await.err().unwrap();
    assert_eq!(code, 403);
    assert!(sentence.contains("allowed_origins"), "{sentence}");
    let own = format!("http://{}", rig.websocket);
    rig.socket_with("/news", &[("Origin", &own)]).await.unwrap();
    rig.socket_with("/news", &[("Origin", "https://good.example")]).await.unwrap();
}

async fn status_of_head(address: SocketAddr, request: &str) -> u16 {
    let mut client = Client::connect(address).await;
    client.send(request.as_bytes()).await;
    client.head().await.status
}

/// A page whose name is made to lead here is of this very host, by its `Origin`.
#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_host_is_refused_where_the_list_is_set() {
    let rig = rig(&[("allowed_hosts", "news.example, 127.0.0.1:8088, [::1]")]).await;
    for (hosts, allowed) in [
        (&["news.example"][..], true),
        (&["NEWS.example:9999"], true),
        (&["127.0.0.1:8088"], true),
        (&["[::1]"], true),
        (&["[::1]:8088"], true),
        (&["127.0.0.1"], false),
        (&["127.0.0.1:8089"], false),
        (&["evil.example"], false),
        (&["evil.example:8088"], false),
        (&["news.example.evil.example"], false),
        (&["xnews.example"], false),
    ] {
        let headers: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
        let publish = format!("POST /news HTTP/1.1\r\n{headers}Content-Length: 1\r\n\r\nx");
        assert_eq!(status(rig.http, &publish).await, if allowed { 200 } else { 421 }, "{hosts:?}");
        for port in [rig.http, rig.tail] {
            let read = format!("HEAD /news HTTP/1.1\r\n{headers}\r\n");
            let expected = if allowed { 200 } else { 421 };
            assert_eq!(status_of_head(port, &read).await, expected, "{hosts:?}");
        }
        let open = format!("GET /news HTTP/1.1\r\n{headers}{OPEN}\r\n");
        let expected = if allowed { 101 } else { 421 };
        assert_eq!(status_of_head(rig.websocket, &open).await, expected, "{hosts:?}");
    }
    for (target, expected) in [("http://news.example/news", 200), ("http://evil.example/news", 421)]
    {
        let read = format!("HEAD {target} HTTP/1.1\r\nHost: news.example\r\n\r\n");
        assert_eq!(status_of_head(rig.http, &read).await, expected, "{target}");
    }
}

#[test]
fn a_host_that_could_never_be_asked_for_is_no_setting() {
    for (hosts, fits) in [
        ("example.org, 127.0.0.1:8080, [::1]", true),
        ("http://example.org", false),
        ("example.org/", false),
        ("*", false),
        ("a b", false),
    ] {
        let settings = settings(&[], &[("allowed_hosts", hosts)]);
        let _hub = message_hub::Hub::new(&settings);
        let checked = settings.check();
        assert_eq!(checked.is_ok(), fits, "{hosts}");
        if let Err(error) = checked {
            assert!(error.to_string().contains("without http://"), "{error}");
        }
    }
}

/// What opens a WebSocket, but for its host.
const OPEN: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn who_publishes_shows_the_token() {
    let rig = rig(&[("publish_token", "s3cret"), ("websocket_publish", "true")]).await;
    for (header, expected) in [
        ("Authorization: Bearer s3cret\r\n", 200),
        ("Authorization: bearer s3cret\r\n", 200),
        ("", 401),
        ("Authorization: Bearer s3cre\r\n", 401),
        ("Authorization: Bearer s3cret2\r\n", 401),
        ("Authorization: Bearer \r\n", 401),
        ("Authorization: Basic s3cret\r\n", 401),
        ("Authorization: s3cret\r\n", 401),
    ] {
        assert_eq!(post(&rig, header).await, expected, "{header}");
    }
    let answer = ask(rig.http, &with_body("POST", "/news", "", "x")).await;
    assert_eq!(answer.header("www-authenticate"), "Bearer");

    let mut reads = rig.socket("/news?last=1").await;
    assert_eq!(reads.text().await, "x", "reading needs no token");
    let wrong = [("Authorization", "Bearer guess")];
    assert_eq!(rig.socket_with("/news", &wrong).await.err().unwrap().0, 401);
    let right = [("Authorization", "Bearer s3cret")];
    let mut publishes = rig.socket_with("/news", &right).await.unwrap();
    publishes.send(Message::text("y")).await;
    assert_eq!(reads.text().await, "y");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_taken_away_is_taken_from_open_websockets_too() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let write = |token: &str| {
        let settings = format!("websocket_publish = true\npublish_token = \"{token}\"\n");
        fs::write(file.path(), settings).unwrap();
    };
    write("old");
    let (rig, settings) = rig_with_file(file.path()).await;
    let mut socket = rig.socket_with("/news", &[("Authorization", "Bearer old")]).await.unwrap();
    socket.send(Message::text("one")).await;
    assert_eq!(socket.text().await, "one");
    write("new");
    settings.reload().unwrap();
    socket.send(Message::text("two")).await;
    let reason = "publishing needs a token: Authorization: Bearer TOKEN";
    assert_eq!(socket.close().await, (1008, reason.into()));
}
