//! What each case looks at when the attack is over: the program lives, the innocent have read
//! everything, memory and files are given back.

use super::{
    client,
    hub::{Hub, until},
    readers::Reader,
};
use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

/// How much more memory a second attack may leave in use than the first did: an allocator fills its
/// gaps a little otherwise each time.
const SLACK: usize = 8 * 1024 * 1024;

/// On a busy machine an attack may take more at once than the one before it, and so make the
/// allocator keep more; but not each time.
const ATTACKS: usize = 4;

/// Attacks a hub with these settings.
///
/// It is done again: what stays in use after the first time is what the allocator keeps for the
/// next; what is added by each of the others leaks.
pub fn survives(settings: &[&str], attack: impl Fn(&Hub)) {
    survives_within(SLACK, settings, attack);
}

/// As [`survives`], for attacks so large that the allocator's gaps are, too.
pub fn survives_within(slack: usize, settings: &[&str], attack: impl Fn(&Hub)) {
    let mut hub = Hub::start(settings);
    let files = hub.files() + INNOCENTS;
    let innocents = Innocents::of(&hub);

    let (mut count, mut memory) = (0, None);
    for attacks in 1.. {
        count = while_publishing(&hub, count + 1, || attack(&hub));
        hub.assert_lives();
        until("open files after an attack", || hub.files(), |now| *now == files);
        let now = hub.resident();
        if memory.is_some_and(|before| now <= before + slack) {
            break;
        }
        assert!(attacks < ATTACKS, "memory grows with each attack: {memory:?}, then {now}");
        memory = Some(now);
    }
    innocents.have_read_all(&hub, count);
    hub.stop();
}

/// Publishes numbers to the innocent while `attack` goes on, from `first` on; returns the last.
fn while_publishing(hub: &Hub, first: usize, attack: impl FnOnce()) -> usize {
    thread::scope(|scope| {
        let (over, attacked) = mpsc::channel::<()>();
        let publisher = scope.spawn(move || publish_until(hub, first, attacked));
        attack();
        drop(over);
        publisher.join().unwrap()
    })
}

fn publish_until(hub: &Hub, first: usize, attacked: Receiver<()>) -> usize {
    let mut number = first;
    loop {
        client::publish(hub.http, "/innocent", &number.to_string());
        match attacked.recv_timeout(Duration::from_millis(20)) {
            Err(RecvTimeoutError::Timeout) => number += 1,
            _ => return number,
        }
    }
}

/// Two that read the channel `/innocent`, each in its way.
struct Innocents([Reader; INNOCENTS]);

const INNOCENTS: usize = 2;

impl Innocents {
    fn of(hub: &Hub) -> Self {
        let path = "/innocent";
        let readers =
            [Reader::over_http(hub.http, path), Reader::over_websocket(hub.websocket, path)];
        client::publish(hub.http, path, "0");
        readers.iter().for_each(|reader| assert_eq!(reader.next(), "0"));
        Innocents(readers)
    }

    /// They have read the numbers up to `count`, and read what is published now.
    fn have_read_all(self, hub: &Hub, count: usize) {
        client::publish(hub.http, "/innocent", "after the attacks");
        for reader in self.0 {
            for number in 1..=count {
                assert_eq!(reader.next(), number.to_string());
            }
            assert_eq!(reader.next(), "after the attacks");
        }
    }
}
