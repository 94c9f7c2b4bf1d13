//! Looks at a reader that does not read, and at what its full queue does to everybody else.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use http::{Request, request::Parts};
use pubsub::{ChannelName, Message, PubSub, Queue, Queues};
use std::{pin::Pin, task::Poll, time::Duration};
use test_support::{
    running::settings,
    wait::{TEST_TIMEOUT, within},
};

fn request() -> Parts {
    Request::new(()).into_parts().0
}

fn message(n: usize) -> Message {
    Message::parse(n.to_string().as_bytes()).unwrap()
}

async fn next(queue: &mut Queue) -> String {
    use futures_core::Stream;
    let line = std::future::poll_fn(|context| Pin::new(&mut *queue).poll_next(context));
    String::from_utf8(within("a message", line).await.unwrap().to_vec()).unwrap()
}

fn is_empty(queue: &mut Queue) -> bool {
    use futures_core::Stream;
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    matches!(Pin::new(queue).poll_next(&mut context), Poll::Pending)
}

#[tokio::test]
async fn with_a_blocking_put_one_full_queue_stops_everybody() {
    let queues = Queues::new(&settings(&[], &[("full_queue_policy", "block")]));
    let news = ChannelName::from_path("/news").unwrap();
    let mut stuck = queues.subscribe(&news, &request()).unwrap();
    let mut reads = queues.subscribe(&news, &request()).unwrap();
    for n in 1..=64 {
        within("room", queues.publish(&news, message(n))).await.unwrap();
        assert_eq!(next(&mut reads).await, format!("{n}\n"));
    }
    let mut blocked = Box::pin(queues.publish(&news, message(65)));
    let waited = tokio::time::timeout(Duration::from_millis(50), &mut blocked).await;
    assert!(waited.is_err(), "the publisher waits");
    assert!(is_empty(&mut reads), "and so does the reader that reads");

    assert_eq!(next(&mut stuck).await, "1\n");
    within("the publisher goes on", blocked).await.unwrap();
    assert_eq!(next(&mut reads).await, "65\n");
}

#[tokio::test]
async fn a_stuck_reader_that_leaves_lets_the_publisher_go_on() {
    let queues = Queues::new(&settings(&[], &[("full_queue_policy", "block")]));
    let news = ChannelName::from_path("/news").unwrap();
    let stuck = queues.subscribe(&news, &request()).unwrap();
    for n in 1..=64 {
        within("room", queues.publish(&news, message(n))).await.unwrap();
    }
    let blocked = queues.publish(&news, message(65));
    let leaves = async {
        tokio::task::yield_now().await;
        drop(stuck);
    };
    let (published, ()) =
        tokio::time::timeout(TEST_TIMEOUT, async { tokio::join!(blocked, leaves) })
            .await
            .expect("the publisher goes on");
    published.unwrap();
    assert_eq!(queues.readers(&news), 0);
}

#[tokio::test]
async fn with_a_dropping_put_a_full_queue_loses_in_silence() {
    let queues = Queues::new(&settings(&[], &[("full_queue_policy", "drop")]));
    let news = ChannelName::from_path("/news").unwrap();
    let mut stuck = queues.subscribe(&news, &request()).unwrap();
    let mut reads = queues.subscribe(&news, &request()).unwrap();
    for n in 1..=100 {
        within("no wait", queues.publish(&news, message(n))).await.unwrap();
        assert_eq!(next(&mut reads).await, format!("{n}\n"));
    }
    for n in 1..=64 {
        assert_eq!(next(&mut stuck).await, format!("{n}\n"));
    }
    assert!(is_empty(&mut stuck), "65 to 100 are gone");
    queues.publish(&news, message(101)).await.unwrap();
    assert_eq!(next(&mut stuck).await, "101\n", "and nothing tells of the gap");
}
