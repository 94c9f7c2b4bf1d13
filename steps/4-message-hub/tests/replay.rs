//! Looks at readers that come back: each gets exactly what came after, or is told that it cannot.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod rig;

use rig::{Rig, rig};
use test_support::http::{Reader, ask};

/// The text of what a reader gets that asks with `query`, on one transport after the other, up to
/// the message `last`.
async fn on_every_transport(
    rig: &Rig,
    query: &str,
    last: &str,
) -> Vec<(&'static str, Vec<String>)> {
    let mut got = Vec::new();

    let mut texts = Vec::new();
    let mut lines = Reader::subscribe(rig.http, &format!("/news?{query}")).await;
    while texts.last().is_none_or(|text| text != last) {
        texts.push(lines.message().await.replace('\u{1e}', ""));
    }
    got.push(("lines", std::mem::take(&mut texts)));

    let mut events = Reader::subscribe(rig.http, &format!("/news?as=events&{query}")).await;
    events.piece("\n\n").await; // retry
    while texts.last().is_none_or(|text| text != last) {
        let event = events.piece("\n\n").await;
        let data = event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
        texts.push(match event.strip_prefix("event: ").and_then(|event| event.split_once('\n')) {
            Some((name, _)) => format!("{{\"{name}\":{data}}}"),
            None => data.to_owned(),
        });
    }
    got.push(("events", std::mem::take(&mut texts)));

    let mut socket = rig.socket(&format!("/news?{query}")).await;
    while texts.last().is_none_or(|text| text != last) {
        texts.push(socket.next().await.into_text().unwrap().to_string());
    }
    got.push(("websocket", std::mem::take(&mut texts)));

    let poll = format!("GET /news?as=poll&{query} HTTP/1.1\r\nHost: x\r\n\r\n");
    let poll = ask(rig.http, &poll).await.body;
    if poll.contains("\"recovered\":false") {
        texts.push("{\"recovered\":false}".into());
    }
    texts.extend(
        poll.split("\"data\":\"").skip(1).map(|text| text.split('"').next().unwrap().into()),
    );
    got.push(("poll", texts));
    got
}

/// The id that a channel's newest message has.
async fn position(rig: &Rig) -> String {
    Reader::subscribe(rig.http, "/news").await.head.header("channel-position").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_comes_back_gets_exactly_what_came_after() {
    let rig = rig(&[]).await;
    rig.publish("/news", "seen").await;
    let seen = position(&rig).await;
    for n in 1..=3 {
        rig.publish("/news", &format!("missed {n}")).await;
    }
    let missed = ["missed 1", "missed 2", "missed 3"];
    for (transport, texts) in on_every_transport(&rig, &format!("since={seen}"), "missed 3").await {
        assert_eq!(texts, missed, "{transport}");
    }
    for (transport, texts) in on_every_transport(&rig, "last=2", "missed 3").await {
        assert_eq!(texts, missed[1..], "{transport}");
    }
    for (transport, texts) in on_every_transport(&rig, "last=99999999999", "missed 3").await {
        assert_eq!(texts.len(), 4, "{transport}: all there is");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_source_comes_back_by_its_header() {
    let rig = rig(&[]).await;
    rig.publish("/news", "one").await;
    let seen = position(&rig).await;
    rig.publish("/news", "two").await;
    let first = seen.replace("-1", "-0");
    let header = format!("Last-Event-ID: {seen}\r\n");
    let path = format!("/news?as=events&since={first}");
    let mut events = Reader::subscribe_with(rig.http, &path, &header).await;
    assert_eq!(events.head.header("channel-position"), seen);
    events.piece("\n\n").await; // retry
    assert!(
        events.piece("\n\n").await.ends_with("\ndata: two\n\n"),
        "the header counts, not the URL"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_whose_place_is_gone_gets_what_is_kept() {
    let rig = rig(&[("history_messages", "2")]).await;
    rig.publish("/news", "zero").await;
    let id = position(&rig).await;
    for n in 1..=3 {
        rig.publish("/news", &n.to_string()).await;
    }
    let (epoch, _) = id.split_once('-').unwrap();
    let other = if epoch == "00000000" { "00000001" } else { "00000000" };
    let gone = [
        ("too old", id.clone()),
        ("another epoch", format!("{other}-3")),
        ("the future", format!("{epoch}-5")),
        ("the far future", format!("{epoch}-{}", u64::MAX)),
    ];
    for (why, id) in gone {
        for (transport, texts) in on_every_transport(&rig, &format!("since={id}"), "3").await {
            assert_eq!(texts, ["{\"recovered\":false}", "2", "3"], "{why}, {transport}");
        }
    }
    let header = format!("Last-Event-ID: {other}-3\r\n");
    let mut events = Reader::subscribe_with(rig.http, "/news?as=events", &header).await;
    let told = events.piece("recovered\n").await;
    assert_eq!(told, "retry: 1000\n\nevent: recovered\n", "cut off before, it would be told again");

    let newest = format!("{epoch}-4");
    let mut lines = Reader::subscribe(rig.http, &format!("/news?since={newest}")).await;
    rig.publish("/news", "4").await;
    assert_eq!(lines.message().await, "4", "nothing was missed, and nothing is said");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_id_or_no_number_is_refused() {
    let rig = rig(&[]).await;
    let refused = [
        ("since=7", "since: \"7\" is not the id of a message; one looks like 9f3a61c2-42\n"),
        ("since=", "since: \"\" is not the id of a message; one looks like 9f3a61c2-42\n"),
        ("last=-1", "?last= is a number of messages, not \"-1\"\n"),
        (
            "last=99999999999999999999",
            "?last= is a number of messages, not \"99999999999999999999\"\n",
        ),
        ("as=xml", "?as= is one of plain, json, events and poll, not \"xml\"\n"),
    ];
    for (query, sentence) in refused {
        let request = format!("GET /news?{query} HTTP/1.1\r\nHost: x\r\n\r\n");
        let answer = ask(rig.http, &request).await;
        assert_eq!((answer.status, &*answer.body), (400, sentence), "{query}");
        let refused = rig.socket_with(&format!("/news?{query}"), &[]).await.err().unwrap();
        assert_eq!(refused, (400, sentence.into()), "{query}");
    }
    let header = "GET /news HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 7\r\n\r\n";
    assert_eq!(ask(rig.http, header).await.status, 400);
}
