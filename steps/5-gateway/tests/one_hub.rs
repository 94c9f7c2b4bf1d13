//! Looks at the web port as one of the hub's: what is published at any port is read at all.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod rig;

use rig::{Rig, rig};
use test_support::{
    http::{Reader, publish},
    websocket::Socket,
};
use tungstenite::Message;

/// Somebody at each port.
struct Readers {
    web: Reader,
    http: Reader,
    tail: Reader,
    web_socket: Socket,
    socket: Socket,
}

impl Readers {
    async fn of(rig: &Rig, path: &str) -> Self {
        let mut tail = Reader::subscribe(rig.tail, path).await;
        assert_eq!(tail.piece("\r\n").await, "--next-message\r\n");
        Readers {
            web: Reader::subscribe(rig.web, path).await,
            http: Reader::subscribe(rig.http, path).await,
            tail,
            web_socket: rig.socket(path).await,
            socket: Socket::open(rig.websocket, path, &[]).await.unwrap(),
        }
    }

    async fn all_read(&mut self, message: &str) {
        assert_eq!(self.web.message().await, message);
        assert_eq!(self.http.message().await, message);
        assert_eq!(self.web_socket.text().await, message);
        assert_eq!(self.socket.text().await, message);
        let part = self.tail.piece("--next-message\r\n").await;
        assert!(part.ends_with(&format!("\r\n\r\n{message}\r\n--next-message\r\n")), "{part}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_at_any_port_is_read_at_all_of_them() {
    let rig = rig(&[("websocket_publish", "true")]).await;
    let mut readers = Readers::of(&rig, "/news").await;
    publish(rig.web, "/news", "by the web port").await;
    readers.all_read("by the web port").await;
    publish(rig.http, "/news", "by the hub's own").await;
    readers.all_read("by the hub's own").await;
    readers.web_socket.send(Message::text("by a WebSocket of the web port")).await;
    readers.all_read("by a WebSocket of the web port").await;
    readers.socket.send(Message::text("by one of the hub's own")).await;
    readers.all_read("by one of the hub's own").await;
    drop(readers);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_and_their_ids_are_the_same_on_every_port() {
    let rig = rig(&[("seed", "7"), ("rate_per_minute", "12000")]).await;
    let mut at_hub = Reader::subscribe(rig.http, "/numbers?last=1000&as=json").await;
    let mut messages = Vec::new();
    while messages.len() < 10 {
        let line = at_hub.message().await;
        messages.extend(line.contains("\"data\"").then_some(line));
    }
    let third: serde_json::Value = serde_json::from_str(&messages[2]).unwrap();
    let since = format!("/numbers?as=json&since={}", third["id"].as_str().unwrap());
    let mut at_web = Reader::subscribe(rig.web, &since).await;
    let mut socket = rig.socket(&since).await;
    assert_eq!(at_web.message().await, format!("{{\"since\":{}}}", third["id"]));
    assert_eq!(socket.text().await, format!("{{\"since\":{}}}", third["id"]));
    for message in &messages[3..] {
        assert_eq!(at_web.message().await, *message);
        assert_eq!(socket.text().await, *message);
    }
    drop(socket);
    rig.stop().await;
}
