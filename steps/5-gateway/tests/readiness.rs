//! Looks at what the gateway says of itself: whether it is well, and whether clients should come.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod rig;

use rig::{Absent, Rig, rig};
use std::time::{Duration, Instant};
use test_support::{
    http::{Reader, publish},
    wait::within,
    websocket::Socket,
};

const READY: (u16, &str) = (200, "ready\n");
const AWAY: (u16, &str) = (503, "not ready: the number client has no connection; it is trying\n");
const DRAINING: (u16, &str) = (503, "not ready: draining: the gateway is about to stop\n");

async fn until(rig: &Rig, (status, body): (u16, &str)) {
    rig.until_ready_is(status, body).await;
}

/// Somebody who comes now reads what is published now.
async fn serves(rig: &Rig) {
    let mut lines = Reader::subscribe(rig.web, "/news").await;
    let mut socket = rig.socket("/news").await;
    let mut at_hub = Socket::open(rig.websocket, "/news", &[]).await.unwrap();
    publish(rig.web, "/news", "still here").await;
    assert_eq!(lines.message().await, "still here");
    assert_eq!(socket.text().await, "still here");
    assert_eq!(at_hub.text().await, "still here");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_is_ready_with_its_number_server_and_serves_without_it() {
    let absent = Absent::new();
    let rig = rig(&[("number_server", &absent.address()), ("max_backoff", "0.1")]).await;
    let mut numbers = Reader::subscribe(rig.web, "/numbers").await;
    until(&rig, AWAY).await;
    serves(&rig).await;

    let mut server = absent.come().await;
    until(&rig, READY).await;
    server.say("7\n").await;
    assert_eq!(numbers.message().await, "7");

    let absent = server.go();
    until(&rig, AWAY).await;
    serves(&rig).await;

    let mut server = absent.come().await;
    until(&rig, READY).await;
    server.say("10\n").await;
    assert_eq!(numbers.message().await, "10", "its readers are still there");
    rig.stop().await;
}

/// Long enough for a busy machine to do all that is done meanwhile.
const DRAIN_TIME: Duration = Duration::from_secs(4);

#[tokio::test(flavor = "multi_thread")]
async fn while_draining_all_goes_on_but_the_word_that_it_is_ready() {
    let time = DRAIN_TIME.as_secs().to_string();
    let rig = rig(&[("drain_time", &time), ("rate_per_minute", "6000")]).await;
    until(&rig, READY).await;
    let mut json = Reader::subscribe(rig.web, "/news?as=json").await;
    let mut socket = rig.socket("/news").await;
    let mut at_hub = Reader::subscribe(rig.http, "/news?as=json").await;

    let (began, lifecycle) = (Instant::now(), rig.lifecycle.clone());
    let stop = tokio::spawn(async move { lifecycle.stop().await });
    until(&rig, DRAINING).await;
    let mut late = Reader::subscribe(rig.web, "/numbers").await;
    for _ in 0..20 {
        late.message().await.parse::<u8>().expect("numbers go on");
    }
    serves(&rig).await;
    assert_eq!(socket.text().await, "still here");
    until(&rig, DRAINING).await;
    assert!(began.elapsed() < DRAIN_TIME, "the machine is too busy for this test");

    within("stop", stop).await.unwrap().unwrap();
    assert!(began.elapsed() >= DRAIN_TIME, "it drained for {:?}", began.elapsed());
    assert_eq!(socket.close().await, (1001, "stopping".into()));
    assert!(json.rest().await.ends_with("\"still here\"}\n{\"closed\":\"stopping\"}\n"));
    assert!(at_hub.rest().await.ends_with("\"still here\"}\n{\"closed\":\"stopping\"}\n"));
    assert!(late.rest().await.ends_with("\u{1e}{\"closed\":\"stopping\"}\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_drain_time_a_stop_is_prompt() {
    let rig = rig(&[("drain_time", "0")]).await;
    until(&rig, READY).await;
    let mut json = Reader::subscribe(rig.web, "/news?as=json").await;
    let mut socket = rig.socket("/news").await;
    let began = Instant::now();
    let told = async move { socket.close().await }; // and it hangs up, as it should
    let ((), close) = tokio::join!(rig.stop(), told);
    // Work that does not end of itself is cut off after a second.
    assert!(began.elapsed() < Duration::from_secs(1), "it took {:?}", began.elapsed());
    assert_eq!(close, (1001, "stopping".into()));
    assert!(json.rest().await.ends_with("{\"closed\":\"stopping\"}\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_was_stopped_and_started_again_drains_no_more() {
    let rig = rig(&[("drain_time", "0.1"), ("rate_per_minute", "6000")]).await;
    until(&rig, READY).await;
    rig.stop().await;
    let rig = rig.start_again().await;
    until(&rig, READY).await;
    let mut numbers = Reader::subscribe(rig.web, "/numbers").await;
    numbers.message().await.parse::<u8>().expect("numbers come again");
    serves(&rig).await;
    rig.stop().await;
}
