//! Looks at one channel through every transport: the same messages, in the manner of each.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod rig;

use rig::rig;
use test_support::http::{Reader, ask, with_body};
use tungstenite::Message;

const EVENTS: &str = "Accept: text/event-stream\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_reaches_the_readers_of_every_transport() {
    let rig = rig(&[]).await;
    let mut lines = Reader::subscribe(rig.http, "/news").await;
    let mut json = Reader::subscribe(rig.http, "/news?as=json").await;
    let mut events = Reader::subscribe_with(rig.http, "/news", EVENTS).await;
    let mut tail = Reader::subscribe(rig.tail, "/news").await;
    let mut socket = rig.socket("/news").await;
    let mut json_socket = rig.socket("/news?as=json").await;
    rig.until_readers("/news", 6).await;
    let before = lines.head.header("channel-position").to_owned();
    rig.publish("/news", "größer \"als\" 7").await;

    let id = before.replace("-0", "-1");
    let as_json = format!(r#"{{"id":"{id}","data":"größer \"als\" 7"}}"#);
    assert_eq!(lines.line().await, "größer \"als\" 7\n");
    assert_eq!(json.line().await, format!("{{\"since\":\"{before}\"}}\n"), "where it begins");
    assert_eq!(json.line().await, format!("{as_json}\n"));
    assert_eq!(
        events.piece("\n\n").await,
        format!("retry: 1000\nid: {before}\nevent: since\ndata: {before}\n\n")
    );
    assert_eq!(events.piece("\n\n").await, format!("id: {id}\ndata: größer \"als\" 7\n\n"));
    assert_eq!(tail.piece("\r\n").await, "--next-message\r\n");
    let part = "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 16\r\n\r\ngrößer \"als\" 7\r\n--next-message\r\n";
    assert_eq!(tail.piece("--next-message\r\n").await, part);
    assert_eq!(socket.text().await, "größer \"als\" 7");
    assert_eq!(json_socket.text().await, format!("{{\"since\":\"{before}\"}}"));
    assert_eq!(json_socket.text().await, as_json);

    let types = [&lines, &json, &events, &tail].map(|reader| reader.head.header("content-type"));
    let expected = [
        "text/plain; charset=utf-8",
        "application/x-ndjson",
        "text/event-stream",
        "multipart/x-mixed-replace; boundary=next-message",
    ];
    assert_eq!(types, expected);
    assert_eq!(socket.response.headers()["channel-position"], before);
    let poll =
        ask(rig.http, "GET /news?last=9 HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n\r\n")
            .await;
    assert_eq!(poll.header("content-type"), "application/json");
    let answer = format!(
        "{{\"messages\":[{as_json}],\"missed\":0,\"recovered\":true,\"since\":\"{id}\"}}\n"
    );
    assert_eq!(poll.body, answer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_stream_shows_signs_of_life() {
    let rig = rig(&[("keepalive_interval", "0.02")]).await;
    let mut lines = Reader::subscribe(rig.http, "/news").await;
    let mut events = Reader::subscribe_with(rig.http, "/news", EVENTS).await;
    rig.publish("/news", "one").await;
    let mut tail = Reader::subscribe(rig.tail, "/news").await;
    let mut socket = rig.socket("/news").await;
    assert_eq!(lines.line().await, "one\n");
    assert_eq!(lines.line().await, "\n");
    assert_eq!(events.piece(":\n\n").await.matches("data: one").count(), 1);
    let part = tail.piece("one\r\n").await;
    assert!(part.ends_with("\r\n\r\none\r\n"), "{part}");
    let again = "--next-message\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n\r\none\r\n";
    assert_eq!(tail.piece("one\r\n").await, again, "the newest message, once more");
    assert!(matches!(socket.any().await, Message::Ping(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_says_goodbye_on_every_transport() {
    let rig = rig(&[]).await;
    let mut lines = Reader::subscribe(rig.http, "/news").await;
    let mut json = Reader::subscribe(rig.http, "/news?as=json").await;
    let mut events = Reader::subscribe_with(rig.http, "/news", EVENTS).await;
    let mut poll = Reader::subscribe(
        rig.http,
        &format!("/news?as=poll&since={}", lines.head.header("channel-position")),
    )
    .await;
    let mut tail = Reader::subscribe(rig.tail, "/news").await;
    let mut socket = rig.socket("/news").await;
    let (stopped, close) = tokio::join!(rig.stop(), socket.close());
    let () = stopped;
    assert_eq!(close, (1001, "stopping".into()));
    assert_eq!(lines.rest().await, "\u{1e}{\"closed\":\"stopping\"}\n");
    assert!(json.rest().await.ends_with("}\n{\"closed\":\"stopping\"}\n"));
    assert!(events.rest().await.ends_with("\n\nretry: 1000\nevent: closed\ndata: stopping\n\n"));
    assert!(poll.rest().await.starts_with("{\"messages\":[],"));
    assert_eq!(tail.rest().await, "--next-message\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tail_viewer_shows_and_takes_no_messages() {
    let rig = rig(&[]).await;
    let answer = ask(rig.tail, &with_body("POST", "/news", "", "x")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD, OPTIONS"));
    for n in 0..10 {
        rig.publish("/news", &n.to_string()).await;
    }
    let mut tail = Reader::subscribe(rig.tail, "/news").await;
    let shown = tail.piece("9\r\n").await;
    assert_eq!(shown.matches("Content-Type").count(), 1, "the newest, and none before it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_poll_waits_for_the_next_message_or_for_its_time() {
    let rig = rig(&[("poll_timeout", "0.1")]).await;
    let get = |query: &str| format!("GET /news?as=poll{query} HTTP/1.1\r\nHost: x\r\n\r\n");
    let first = ask(rig.http, &get("")).await.body;
    let since = first.split('"').rev().nth(1).unwrap().to_owned();
    assert_eq!(
        first,
        format!("{{\"messages\":[],\"missed\":0,\"recovered\":true,\"since\":\"{since}\"}}\n")
    );
    assert_eq!(ask(rig.http, &get(&format!("&since={since}"))).await.body, first, "after its time");

    let mut waits = Reader::subscribe(rig.http, &format!("/news?as=poll&since={since}")).await;
    rig.publish("/news", "one").await;
    rig.publish("/news", "two").await;
    let got = waits.rest().await;
    assert!(got.contains(r#""data":"one""#), "{got}");
    let rest =
        ask(rig.http, &get(&format!("&since={}", got.split('"').rev().nth(1).unwrap()))).await.body;
    let both = got.matches("data").count() + rest.matches("data").count();
    assert_eq!(both, 2, "nothing is lost between two polls, and nothing comes twice: {got}{rest}");
}
