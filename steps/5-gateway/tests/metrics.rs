//! Looks at what the gateway counts, and whether it is so.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod rig;

use rig::{Absent, Rig, rig};
use serde_json::{Value, json};
use test_support::http::{Client, Reader, publish, with_body};

/// The value of a metric in what `/metrics` says.
fn metric(metrics: &str, name: &str) -> Option<f64> {
    let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.map(|value| value.parse().unwrap())
}

async fn until_metrics(rig: &Rig, metrics: &[(&str, f64)]) {
    let fits = |text: &str| metrics.iter().all(|(name, n)| metric(text, name) == Some(*n));
    let answer = rig.until("/metrics", |answer| fits(&answer.body)).await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4");
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_what_is_published_who_reads_and_the_numbers() {
    let absent = Absent::new();
    let rig = rig(&[("number_server", &absent.address()), ("max_backoff", "0.1")]).await;
    let nothing = [
        ("hub_messages_total", 0.0),
        ("hub_missed_total", 0.0),
        ("hub_readers", 0.0),
        ("hub_channels", 0.0),
        ("gateway_numbers_total", 0.0),
        ("gateway_connected", 0.0),
    ];
    until_metrics(&rig, &nothing).await;

    for n in 0..5 {
        publish(rig.web, "/news", &n.to_string()).await;
    }
    let _lines = Reader::subscribe(rig.web, "/news").await;
    let at_hub = Reader::subscribe(rig.http, "/other").await;
    let socket = rig.socket("/news").await;
    until_metrics(&rig, &[("hub_messages_total", 5.0), ("hub_readers", 3.0)]).await;
    let metrics = rig.get("/metrics").await.body;
    assert!(metric(&metrics, "hub_channels_bytes") > Some(0.0), "{metrics}");
    for (name, kind) in [("hub_messages_total", "counter"), ("hub_readers", "gauge")] {
        assert!(metrics.contains(&format!("\n# TYPE {name} {kind}\n")), "{metrics}");
    }
    drop((at_hub, socket));
    until_metrics(&rig, &[("hub_readers", 1.0), ("hub_channels", 2.0)]).await;

    let mut server = absent.come().await;
    server.say("1\n2\nnonsense\n3\n").await;
    let counted =
        [("gateway_numbers_total", 3.0), ("gateway_connected", 1.0), ("hub_messages_total", 8.0)];
    until_metrics(&rig, &counted).await;
    let _absent = server.go();
    until_metrics(&rig, &[("gateway_numbers_total", 3.0), ("gateway_connected", 0.0)]).await;
    rig.stop().await;
}

/// Together more than the buffers between two programs hold.
const MANY: usize = 4000;
const LONG: usize = 10_000;

async fn publish_many(rig: &Rig) {
    let mut client = Client::connect(rig.web).await;
    let messages = with_body("POST", "/news", "", &"x".repeat(LONG)).repeat(100);
    for _ in 0..MANY / 100 {
        client.send(messages.as_bytes()).await;
        for _ in 0..100 {
            assert_eq!(client.answer().await.status, 200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_each_message_that_a_reader_was_too_slow_for() {
    let rig = rig(&[("history_messages", "10"), ("send_buffer_bytes", "4096")]).await;
    let mut slow = Reader::subscribe(rig.web, "/news").await;
    publish_many(&rig).await;
    publish(rig.web, "/news", "last").await;

    let (mut got, mut missed) = (0, 0);
    loop {
        match &*slow.message().await {
            "last" => break,
            line => match line.strip_prefix("\u{1e}{\"missed\":") {
                Some(count) => missed += count.trim_end_matches('}').parse::<usize>().unwrap(),
                None => got += 1,
            },
        }
    }
    assert_eq!(got + missed, MANY);
    assert!(missed > 0, "the reader was too slow");
    until_metrics(&rig, &[("hub_missed_total", missed as f64)]).await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_busiest_channels_are_listed_and_all_are_counted() {
    let absent = Absent::new(); // or numbers would make a channel, too
    let rig = rig(&[("number_server", &absent.address())]).await;
    let list = |answer: &str| serde_json::from_str::<Value>(answer).unwrap();
    let none = list(&rig.get("/channels").await.body);
    assert_eq!((&none["total"], &none["channels"]), (&json!(0), &json!([])));

    let _two = [
        Reader::subscribe(rig.web, "/rooms/7").await,
        Reader::subscribe(rig.http, "/rooms/7").await,
    ];
    let one = rig.socket("/caf%C3%A9%20%22x%22").await;
    publish(rig.web, "/rooms/7", "hello").await;
    for room in 0..60 {
        publish(rig.web, &format!("/rooms/{room}"), "hello").await;
    }
    let answer = rig.until("/channels", |answer| list(&answer.body)["total"] == 61).await;
    assert_eq!(answer.header("content-type"), "application/json");
    let all = list(&answer.body);
    let listed = all["channels"].as_array().unwrap();
    assert_eq!(listed.len(), 50);
    let busiest = json!([
        { "channel": "/rooms/7", "readers": 2, "messages": 2 },
        { "channel": "/café \"x\"", "readers": 1, "messages": 0 },
        { "channel": "/rooms/59", "readers": 0, "messages": 1 },
    ]);
    assert_eq!(Value::from(listed[..3].to_vec()), busiest);
    drop(one);
    rig.stop().await;
}
