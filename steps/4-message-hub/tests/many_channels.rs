//! Looks at channels in great numbers: those that are used cost little, those that are not are
//! dropped, and no number of names makes the hub grow.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod rig;

use message_hub::{Encoding, Hub, Next, StartAt};
use pubsub::{ChannelName, Message};
use rig::rig;
use std::{
    fs,
    task::{Context, Poll, Waker},
    thread,
};
use test_support::{running::settings, wait::until};

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
fn any_number_of_names_does_not_make_the_hub_grow() {
    let hub = Hub::new(&settings(&[], &[("max_hub_bytes", "10000000")]));
    let read = hub.subscribe(&name(0), Encoding::Lines, StartAt::Now).unwrap();
    for n in 0..200_000 {
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
async fn a_hub_with_only_read_channels_cuts_them_and_then_refuses() {
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

/// How many messages the channel with this name keeps.
fn kept(hub: &Hub, n: usize) -> usize {
    let mut reader = hub.subscribe(&name(n), Encoding::Lines, StartAt::Last(u64::MAX)).unwrap();
    let mut context = Context::from_waker(Waker::noop());
    let mut messages = 0;
    while let Poll::Ready(Next::Batch(batch)) = reader.poll_next(&mut context) {
        messages += batch.as_slice().iter().filter(|byte| **byte == b'\n').count();
        reader.advance_past(&batch);
    }
    messages
}

#[test]
fn reading_in_every_encoding_cuts_no_history() {
    let hub = Hub::new(&settings(&[], &[("max_hub_bytes", "1048576")]));
    for n in 0..800 {
        hub.publish(&name(n % 8), message(&"x".repeat(1000))).unwrap();
    }
    let mut context = Context::from_waker(Waker::noop());
    let strangers = (0..8).flat_map(|n| Encoding::ALL.iter().map(move |encoding| (n, *encoding)));
    let strangers: Vec<_> = strangers
        .map(|(n, encoding)| {
            let all = StartAt::Last(u64::MAX);
            let mut stranger = hub.subscribe(&name(n), encoding, all).unwrap();
            assert!(matches!(stranger.poll_next(&mut context), Poll::Ready(Next::Batch(_))));
            stranger
        })
        .collect();
    for n in 0..8 {
        hub.publish(&name(n), message("one more")).unwrap();
    }
    hub.publish(&name(8), message("and a new channel")).unwrap();
    assert_eq!(
        (0..9).map(|n| kept(&hub, n)).collect::<Vec<_>>(),
        [[101; 8].as_slice(), &[1]].concat()
    );
    let bytes = hub.totals().bytes;
    assert!(bytes <= 1_048_576 / 8 * 10, "what can be encoded again is dropped first: {bytes}");
    drop(strangers);
}

#[test]
fn a_channel_published_to_while_room_is_made_is_not_dropped() {
    // There is room for about 8,000 channels that are empty.
    let hub = Hub::new(&settings(&[], &[("max_hub_bytes", "4194304")]));
    let publish = |names: std::ops::Range<usize>| -> Vec<usize> {
        let published = names.filter_map(|n| {
            let _ = hub.subscribe(&name(n), Encoding::Lines, StartAt::Now);
            // Now and then a channel gets a message that was among the first to be dropped.
            let old = n - 3300 - n * 7 % 500;
            (n % 128 == 0 && hub.publish(&name(old), message("x")).is_ok()).then_some(old)
        });
        published.collect()
    };
    let published = thread::scope(|scope| {
        let others = scope.spawn(|| publish(1_000_000..1_100_000));
        [publish(2_000_000..2_100_000), others.join().unwrap()].concat()
    });
    let lost: Vec<_> = published.iter().filter(|n| kept(&hub, **n) == 0).collect();
    assert_eq!(lost, [&0; 0], "of {}; the empty channels would have been enough", published.len());
}

#[test]
fn a_little_room_costs_a_few_histories_and_not_all() {
    let hub = Hub::new(&settings(&[], &[("max_hub_bytes", "1048576")]));
    for n in 0..2000 {
        hub.publish(&name(n % 20), message(&"x".repeat(440))).unwrap();
    }
    // Channels that are empty, one by one, until there is room for no more.
    let mut channels = 0;
    while channels < hub.totals().channels {
        channels = hub.totals().channels;
        drop(hub.subscribe(&name(channels), Encoding::Lines, StartAt::Now).unwrap());
    }
    let histories = (0..20).filter(|n| kept(&hub, *n) == 100).count();
    assert!(histories >= 16, "{histories} of 20 are left");
}

#[test]
fn room_is_made_again_as_soon_as_it_is_needed_again() {
    let hub = Hub::new(&settings(&[], &[("max_hub_bytes", "1048576")]));
    let text = "x".repeat(950_000 / 2);
    let read = hub.subscribe(&name(0), Encoding::Lines, StartAt::Now).unwrap();
    (0..2).for_each(|_| hub.publish(&name(0), message(&text)).unwrap());
    // More than seven eighths are read; the others come and go in what remains.
    for n in 1..2000 {
        hub.publish(&name(n), message(&"x".repeat(1000))).unwrap();
    }
    drop(read);
}

#[tokio::test]
async fn a_hub_knows_its_totals_and_its_most_read_channels() {
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
