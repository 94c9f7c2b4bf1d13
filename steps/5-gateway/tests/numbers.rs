//! Looks at the numbers of a number server on the web port: all of them, in order, by whatever
//! transport.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod rig;

use rig::{Rig, rig};
use serde_json::Value;
use test_support::http::{Reader, ask};

const SEED: u64 = 7;
const COUNT: usize = 200;

/// From the first one on.
const NUMBERS: &str = "/numbers?last=1000000";

/// A gateway that keeps all numbers, of which there are many.
async fn counting() -> Rig {
    let settings = [
        ("seed", "7"),
        ("rate_per_minute", "12000"),
        ("history_messages", "1000000"),
        ("history_bytes", "100000000"),
    ];
    rig(&settings).await
}

/// The numbers that the server says to the gateway, the first that comes to it.
fn said() -> Vec<String> {
    let mut numbers = number_server::Numbers::seeded(SEED, 1);
    let line = |_| str::from_utf8(numbers.next_line()).unwrap().trim_end().to_owned();
    (0..COUNT).map(line).collect()
}

/// The texts of messages as JSON, whose ids count from 1 without a gap.
#[derive(Default)]
struct Counted(Vec<String>);

impl Counted {
    fn take(&mut self, message: &Value) {
        let id = message["id"].as_str().unwrap();
        assert!(id.ends_with(&format!("-{}", self.0.len() + 1)), "{id} comes {}", self.0.len() + 1);
        self.0.push(message["data"].as_str().unwrap().to_owned());
    }

    /// Takes what is a message, and passes over what the hub says of itself.
    fn take_text(&mut self, json: &str) {
        let message: Value = serde_json::from_str(json).unwrap();
        assert!(message.get("missed").is_none(), "{json}");
        if message.get("data").is_some() {
            self.take(&message);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_numbers_come_in_order_as_lines() {
    let rig = counting().await;
    let mut lines = Reader::subscribe(rig.web, NUMBERS).await;
    for number in said() {
        assert_eq!(lines.message().await, number);
    }
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_numbers_come_in_order_as_json() {
    let rig = counting().await;
    let mut json = Reader::subscribe(rig.web, &format!("{NUMBERS}&as=json")).await;
    let mut counted = Counted::default();
    while counted.0.len() < COUNT {
        counted.take_text(&json.message().await);
    }
    assert_eq!(counted.0, said());
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_numbers_come_in_order_as_events() {
    let rig = counting().await;
    let accept = "Accept: text/event-stream\r\n";
    let mut events = Reader::subscribe_with(rig.web, NUMBERS, accept).await;
    assert!(events.piece("\n\n").await.starts_with("retry: "), "where it begins");
    for (at, number) in said().iter().enumerate() {
        let event = events.piece("\n\n").await;
        assert!(event.ends_with(&format!("-{}\ndata: {number}\n\n", at + 1)), "{event:?}");
    }
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_numbers_come_in_order_by_long_polls() {
    let rig = counting().await;
    let mut counted = Counted::default();
    let mut path = format!("{NUMBERS}&as=poll");
    while counted.0.len() < COUNT {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        let answer: Value = serde_json::from_str(&ask(rig.web, &request).await.body).unwrap();
        assert_eq!((&answer["missed"], &answer["recovered"]), (&0.into(), &true.into()));
        answer["messages"].as_array().unwrap().iter().for_each(|message| counted.take(message));
        path = format!("/numbers?as=poll&since={}", answer["since"].as_str().unwrap());
    }
    assert_eq!(counted.0[..COUNT], said());
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_numbers_come_in_order_by_websocket() {
    let rig = counting().await;
    let mut plain = rig.socket(NUMBERS).await;
    let mut json = rig.socket(&format!("{NUMBERS}&as=json")).await;
    for number in said() {
        assert_eq!(plain.text().await, number);
    }
    let mut counted = Counted::default();
    while counted.0.len() < COUNT {
        counted.take_text(&json.text().await);
    }
    assert_eq!(counted.0, said());
    drop((plain, json));
    rig.stop().await;
}
