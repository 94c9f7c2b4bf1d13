//! Looks at channels in great numbers: those that are used cost little, those that are not are
//! dropped, and no number of names makes the hub grow.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod rig;

use message_hub::{Encoding, Hub, Next, StartAt};
use pubsub::{ChannelName, Message};
use rig::{
    parts::{settings, until},
    rig,
};
use std::{
    fs,
    task::{Context, Poll, Waker},
};

fn name(n: usize) -> ChannelName {
    ChannelName::from_path(&format!("/channels/{n}")).unwrap()
}

fn message(text: &str) -> Message {
    Message::parse(text.as_bytes()).unwrap()
}

/// Memory of this process that is resident, in bytes.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() * 1024
}

#[test]
fn a_hundred_thousand_channels_with_a_reader_each_cost_little() {
    const CHANNELS: usize = 100_000;
    let hub = Hub::new(&settings(&[], &[]));
    let before = resident();
    let mut readers: Vec<_> = (0..CHANNELS)
        .map(|n| hub.subscribe(&name(n), Encoding::Frames, StartAt::Now).unwrap())
        .collect();
    let mut context = Context::from_waker(Waker::noop());
    for reader in &mut readers {
        assert!(reader.poll_next(&mut context).is_pending());
    }
    for n in 0..CHANNELS {
        hub.publish(
            &name(n),
            message("a message of the usual length, sixty-four bytes, for each one"),
        )
        .unwrap();
    }
    for reader in &mut readers {
        let Poll::Ready(Next::Batch(batch)) = reader.poll_next(&mut context) else { panic!() };
        reader.advance_past(&batch);
        assert!(reader.poll_next(&mut context).is_pending());
    }
    let each = (resident() - before) / CHANNELS;
    assert!(each < 3 * 1024, "{each} bytes for a channel, its reader and a message");
    assert_eq!(hub.totals().channels, CHANNELS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_nobody_uses_any_more_is_dropped_with_its_history() {
    let rig = rig(&[("channel_idle_timeout", "0.05")]).await;
    let hub = rig.hub.hub();
    let reader = hub.subscribe(&name(0), Encoding::Lines, StartAt::Now).unwrap();
    for n in 0..10_000 {
        hub.publish(&name(n), message("x")).unwrap();
    }
    until("all but the one with a reader are dropped", || hub.totals().channels == 1).await;
    drop(reader);
    until("that one, too", || hub.totals().channels == 0).await;
    assert_eq!(hub.totals().bytes, 0, "and nothing is left behind");
}

#[test]
fn a_million_names_do_not_make_the_hub_grow() {
    let hub = Hub::new(&settings(&[], &[("max_hub_bytes", "10000000")]));
    let read = hub.subscribe(&name(0), Encoding::Lines, StartAt::Now).unwrap();
    for n in 0..1_000_000 {
        hub.publish(&name(n), message("x")).unwrap();
    }
    assert!(hub.totals().bytes <= 10_000_000, "{}", hub.totals().bytes);
    assert!(hub.totals().channels > 1000, "the newest are there");
    assert_eq!(hub.readers(&name(0)), 1, "and those that have readers");
    drop(read);
}

#[test]
fn channels_without_a_message_are_dropped_before_those_with_one() {
    let hub = Hub::new(&settings(&[], &[("max_hub_bytes", "1048576")]));
    for n in 0..100 {
        hub.publish(&name(n), message("x")).unwrap();
    }
    for n in 100..100_000 {
        drop(hub.subscribe(&name(n), Encoding::Lines, StartAt::Now).unwrap());
    }
    let has_message = |n: &usize| {
        hub.most_read(usize::MAX)
            .iter()
            .any(|channel| channel.channel == name(*n) && channel.messages == 1)
    };
    assert_eq!((0..100).filter(has_message).count(), 100);
}

#[tokio::test]
async fn a_hub_whose_channels_are_all_read_keeps_less_of_each_and_then_refuses() {
    let hub = Hub::new(&settings(&[], &[("max_hub_bytes", "1048576")]));
    let readers: Vec<_> =
        (0..20).map(|n| hub.subscribe(&name(n), Encoding::Lines, StartAt::Now).unwrap()).collect();
    let long = "x".repeat(10_000);
    for n in 0..2000 {
        hub.publish(&name(n % 20), message(&long)).unwrap();
    }
    assert!(hub.totals().bytes <= 1_048_576 / 8 * 9, "{}", hub.totals().bytes);
    let huge = "x".repeat(65_000);
    let rejection = (0..20).find_map(|n| hub.publish(&name(n), message(&huge)).err());
    let rejection = rejection.expect("twenty times 65,000 bytes do not fit");
    assert_eq!(rejection.status, 503);
    assert!(rejection.sentence.contains("max_hub_bytes"), "{rejection}");
    assert!(hub.totals().bytes <= 1_048_576 / 8 * 9 + 65_100, "{}", hub.totals().bytes);
    drop(readers);
    let published = || hub.publish(&name(0), message(&huge)).is_ok();
    until("unread channels make room, at the next try", published).await;
}

#[tokio::test]
async fn a_hub_knows_what_it_comes_to_and_where_most_is_going_on() {
    let hub = Hub::new(&settings(&[], &[("history_messages", "2")]));
    let subscribe = |n| hub.subscribe(&name(n), Encoding::Frames, StartAt::Now).unwrap();
    let mut slow = subscribe(3);
    let others = [subscribe(1), subscribe(3)];
    for (n, count) in [(0, 1), (1, 2), (2, 3), (3, 5)] {
        (0..count).for_each(|_| hub.publish(&name(n), message("x")).unwrap());
    }
    let mut context = Context::from_waker(Waker::noop());
    assert!(matches!(slow.poll_next(&mut context), Poll::Ready(Next::ControlMessage(_))));
    let totals = hub.totals();
    let told = (totals.channels, totals.readers, totals.messages, totals.missed);
    assert_eq!(told, (4, 3, 11, 3));

    let most_read = |count| -> Vec<_> {
        let uses = hub.most_read(count).into_iter();
        uses.map(|each| (each.channel, each.readers, each.messages)).collect()
    };
    let in_order = [(name(3), 2, 5), (name(1), 1, 2), (name(2), 0, 3), (name(0), 0, 1)];
    for count in 0..6 {
        assert_eq!(most_read(count), in_order[..count.min(4)]);
    }
    drop((slow, others));
    assert_eq!(hub.totals().readers, 0);
}
