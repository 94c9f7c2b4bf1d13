//! Looks at the log: whatever readers do, each gets what comes after its cursor, once, in order, in
//! the bytes that its encoding makes of it; and the log knows what it weighs.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use message_hub::{Bounds, Encoding, Id, Log, Size};
use pubsub::Message;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

fn message(n: u64, length: usize) -> Message {
    Message::parse(format!("{n:0>length$}").as_bytes()).unwrap()
}

fn encoded(encoding: Encoding, id: Id, message: &Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoding.encode(id, message, &mut bytes);
    bytes
}

/// A reader that writes as much as its socket takes, which is any number of bytes.
struct Reader {
    encoding: Encoding,
    cursor: u64,
    rest: Vec<u8>,
    got: Vec<u8>,
    due: Vec<u8>,
}

impl Reader {
    fn join(log: &mut Log, encoding: Encoding, cursor: u64) -> Self {
        log.join(encoding);
        Reader { encoding, cursor, rest: Vec::new(), got: Vec::new(), due: Vec::new() }
    }

    /// Writes once. What should come of it is put together from the messages one by one.
    fn write(&mut self, log: &mut Log, random: &mut Pcg32) {
        self.got.append(&mut self.rest);
        if self.cursor < log.base() {
            self.cursor = log.end(); // as a slow reader is made to
        }
        let Some(batch) = log.batch(self.encoding, self.cursor) else {
            assert_eq!(self.cursor, log.end(), "there is nothing only at the end");
            return;
        };
        let written = random.random_range(0..=batch.as_slice().len());
        let (next, rest) = batch.written(written);
        self.got.extend_from_slice(&batch.as_slice()[..written]);
        self.rest = rest.to_vec();
        for offset in self.cursor..next {
            let message = log.message(offset).unwrap();
            self.due.extend(encoded(self.encoding, log.id(offset), message));
        }
        self.cursor = next;
    }

    fn check(&self) {
        assert_eq!([&*self.got, &*self.rest].concat(), self.due);
    }
}

#[test]
fn every_reader_gets_what_is_after_its_cursor_once_and_in_order() {
    for seed in 0..40 {
        let mut random = Pcg32::seed_from_u64(seed);
        let bounds =
            Bounds { messages: random.random_range(1..40), bytes: random.random_range(1..9000) };
        let mut log = Log::new();
        let mut readers: Vec<Reader> = Vec::new();
        for n in 0..600 {
            match random.random_range(0..10) {
                0 => {
                    let encoding = Encoding::ALL[random.random_range(0..Encoding::ALL.len())];
                    let cursor = random.random_range(log.base()..=log.end());
                    readers.push(Reader::join(&mut log, encoding, cursor));
                }
                1 if !readers.is_empty() => {
                    let leaves = readers.swap_remove(random.random_range(0..readers.len()));
                    leaves.check();
                    log.leave(leaves.encoding);
                }
                2 => log.drop_encoded(),
                3..=5 => log.append(message(n, random.random_range(1..300)), bounds),
                _ => readers.iter_mut().for_each(|reader| reader.write(&mut log, &mut random)),
            }
            let kept = log.end() - log.base();
            assert!(kept <= bounds.messages as u64, "seed {seed}");
        }
        readers.iter().for_each(Reader::check);
        for reader in readers {
            log.leave(reader.encoding);
        }
        let texts: usize = (log.base()..log.end())
            .map(|offset| log.message(offset).unwrap().as_bytes().len() + 64)
            .sum();
        assert_eq!(
            log.size(),
            Size { messages: texts, encoded: 0 },
            "nothing is kept for readers that have left"
        );
    }
}

#[test]
fn what_is_encoded_once_is_shared() {
    let mut log = Log::new();
    let bounds = Bounds { messages: 10, bytes: 10_000 };
    (0..5).for_each(|n| log.append(message(n, 10), bounds));
    log.join(Encoding::Frames);
    let one = log.batch(Encoding::Frames, 1).unwrap();
    let other = log.batch(Encoding::Frames, 3).unwrap();
    assert_eq!(one.as_slice().as_ptr_range().end, other.as_slice().as_ptr_range().end);
    log.append(message(5, 10), bounds);
    let again = log.batch(Encoding::Frames, 1).unwrap();
    assert_eq!(one.as_slice().as_ptr(), again.as_slice().as_ptr());
}

#[test]
fn a_batch_is_about_as_large_as_one_write() {
    let mut log = Log::new();
    let bounds = Bounds { messages: 10_000, bytes: 10_000_000 };
    (0..1000).for_each(|n| log.append(message(n, 1000), bounds));
    log.join(Encoding::Lines);
    let (mut cursor, mut batches) = (1, 0);
    while let Some(batch) = log.batch(Encoding::Lines, cursor) {
        assert!(batch.as_slice().len() < 64 * 1024 + 1001);
        cursor = batch.end();
        batches += 1;
    }
    assert_eq!((cursor, batches), (1001, 16));
}

#[test]
fn a_place_is_found_again_only_where_nothing_is_missing_after_it() {
    let mut log = Log::new();
    let bounds = Bounds { messages: 3, bytes: 10_000 };
    assert_eq!(log.after(log.id(0)), Some(1), "the beginning, before there is anything");
    assert_eq!(log.after(log.id(1)), None, "the future");
    (0..5).for_each(|n| log.append(message(n, 10), bounds));
    assert_eq!((log.base(), log.end()), (3, 6));
    let places = [(0, None), (1, None), (2, Some(3)), (5, Some(6)), (6, None), (u64::MAX, None)];
    for (offset, next) in places {
        assert_eq!(log.after(log.id(offset)), next, "{offset}");
    }
    let other = Log::new().id(2);
    assert_eq!(log.after(other), None, "another epoch");
}
