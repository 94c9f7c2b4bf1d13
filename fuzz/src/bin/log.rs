//! A log and its readers against a model that keeps everything: each reader gets the messages
//! after its cursor, in order, none twice; and the log knows to the byte what it holds.
#![no_main]

use fuzz::Bytes;
use libfuzzer_sys::fuzz_target;
use message_hub::{Bounds, Encoding, Id, Log, Size};
use pubsub::Message;
use std::cell::RefCell;

const ENCODINGS: &[Encoding] = Encoding::ALL;

/// As in the hub: what a message takes beside its text, and where a segment is full.
const OVERHEAD: usize = 64;
const SEGMENT_BYTES: usize = 64 * 1024;

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = Bytes(bytes);
    let mut model = Model::new();
    while bytes.any() {
        match bytes.byte() % 16 {
            0..=4 => model.append(&mut bytes),
            5..=6 => model.join(&mut bytes),
            7..=8 => model.leave(&mut bytes),
            9..=12 => model.read(&mut bytes),
            13 => model.drop_encoded(),
            _ => model.come_back(&mut bytes),
        }
        model.is_exact();
    }
});

struct Model {
    log: Log,
    /// All messages that there have been.
    messages: Vec<Message>,
    /// How many bytes they take in each encoding, of each with all before it: as far as anybody has
    /// asked.
    lengths: RefCell<[Vec<usize>; ENCODINGS.len()]>,
    /// The offset of the oldest that is kept.
    base: u64,
    /// What is encoded, of each encoding: from which message up to which other.
    segments: [Vec<(u64, u64)>; ENCODINGS.len()],
    readers: Vec<Reader>,
}

struct Reader {
    encoding: usize,
    cursor: u64,
}

impl Model {
    fn new() -> Self {
        let lengths = RefCell::new(std::array::from_fn(|_| vec![0]));
        let (segments, readers) = (Default::default(), Vec::new());
        Model { log: Log::new(), messages: Vec::new(), lengths, base: 1, segments, readers }
    }

    fn end(&self) -> u64 {
        self.messages.len() as u64 + 1
    }

    fn append(&mut self, bytes: &mut Bytes) {
        // Few are long: to fill a segment takes two, and much of the time.
        let longer = match bytes.byte() {
            253.. => 16_000,
            240.. => 3000,
            160.. => 200,
            80.. => 10,
            _ => 0,
        };
        let text = format!("{:x}{}", self.end(), "é".repeat(longer));
        let message = Message::parse(text.as_bytes()).expect("a message");
        let bounds = Bounds {
            messages: 1 + bytes.below(8),
            bytes: [1, 500, 5000, 1_000_000][bytes.below(4)],
        };
        self.log.append(message.clone(), bounds);
        self.messages.push(message);
        self.drop_oldest(bounds);
    }

    fn drop_oldest(&mut self, bounds: Bounds) {
        while self.base + 1 < self.end()
            && ((self.end() - self.base) as usize > bounds.messages || self.kept() > bounds.bytes)
        {
            self.base += 1;
            let base = self.base;
            for segments in &mut self.segments {
                segments.retain(|(_, end)| *end > base);
            }
        }
    }

    fn join(&mut self, bytes: &mut Bytes) {
        let encoding = bytes.below(ENCODINGS.len());
        let cursor = self.base + bytes.below(16) as u64 % (self.end() - self.base + 1);
        self.log.join(ENCODINGS[encoding]);
        self.readers.push(Reader { encoding, cursor });
    }

    fn leave(&mut self, bytes: &mut Bytes) {
        if self.readers.is_empty() {
            return;
        }
        let left = self.readers.swap_remove(bytes.below(self.readers.len()));
        self.log.leave(ENCODINGS[left.encoding]);
        if !self.readers.iter().any(|reader| reader.encoding == left.encoding) {
            self.segments[left.encoding].clear();
        }
    }

    /// The hub is short of memory.
    fn drop_encoded(&mut self) {
        self.log.drop_encoded();
        self.segments.iter_mut().for_each(Vec::clear);
    }

    /// A reader reads, and writes as much as its socket takes.
    fn read(&mut self, bytes: &mut Bytes) {
        if self.readers.is_empty() {
            return;
        }
        let which = bytes.below(self.readers.len());
        let Reader { encoding, cursor } = self.readers[which];
        let found = self.log.batch(ENCODINGS[encoding], cursor);
        let Some(batch) = found else {
            assert!(cursor < self.base || cursor == self.end(), "there is something to read");
            self.readers[which].cursor = cursor.max(self.base);
            return;
        };
        self.encode(encoding, cursor);
        assert!(self.base <= cursor && cursor < batch.end() && batch.end() <= self.end());
        let all = batch.bytes();
        assert_eq!(all, self.encoded(encoding, cursor, batch.end()));
        assert_eq!(all, batch.as_slice());

        let taken = bytes.byte();
        let written = if taken == 0 { all.len() } else { all.len() * usize::from(taken) / 256 };
        let (next, rest) = batch.written(written);
        let whole = [&all[..written], &rest].concat();
        assert_eq!(whole, self.encoded(encoding, cursor, next), "whole messages, none twice");
        assert!(written == 0 || next > cursor);
        self.readers[which].cursor = next;
    }

    /// Someone comes back with the id of a message, or of what never was one.
    fn come_back(&mut self, bytes: &mut Bytes) {
        let mut id = self.log.id(bytes.below(20) as u64);
        if bytes.below(4) == 0 {
            id.offset = u64::MAX - id.offset;
        }
        let next = id.offset.checked_add(1);
        let expected = next.filter(|next| (self.base..=self.end()).contains(next));
        assert_eq!(self.log.after(id), expected);
        let other = Id { offset: id.offset, ..Log::new().id(0) };
        assert!(other.epoch == id.epoch || self.log.after(other).is_none(), "not of this log");
    }

    /// Notes what the log must have encoded when somebody has read at `cursor`.
    fn encode(&mut self, encoding: usize, cursor: u64) {
        let start = self.segments[encoding].first().map_or(self.end(), |(first, _)| *first);
        let end = self.segments[encoding].last().map_or(start, |(_, end)| *end);
        let mut segments = self.cut(encoding, cursor, start);
        segments.append(&mut self.segments[encoding]);
        for segment in self.cut(encoding, end, self.end()) {
            self.join_segment(encoding, &mut segments, segment);
        }
        self.segments[encoding] = segments;
    }

    /// Adds a segment, which swallows those before it that are no longer.
    fn join_segment(&self, encoding: usize, segments: &mut Vec<(u64, u64)>, new: (u64, u64)) {
        let (mut from, to) = new;
        while let Some((before, _)) = segments.last().copied()
            && from - before <= to - from
            && self.length(encoding, before, to) <= SEGMENT_BYTES
        {
            from = before;
            segments.pop();
        }
        segments.push((from, to));
    }

    /// The messages at `from..to`, cut into segments.
    fn cut(&self, encoding: usize, from: u64, to: u64) -> Vec<(u64, u64)> {
        let mut segments = Vec::new();
        let mut first = from;
        for offset in from..to {
            if offset > first && self.length(encoding, first, offset) >= SEGMENT_BYTES {
                segments.push((first, offset));
                first = offset;
            }
        }
        segments.extend((first < to).then_some((first, to)));
        segments
    }

    /// The messages at `from..to`, encoded.
    fn encoded(&self, encoding: usize, from: u64, to: u64) -> Vec<u8> {
        let mut out = Vec::new();
        for offset in from..to {
            let message = &self.messages[offset as usize - 1];
            ENCODINGS[encoding].encode(self.log.id(offset), message, &mut out);
        }
        out
    }

    /// How many bytes that takes.
    fn length(&self, encoding: usize, from: u64, to: u64) -> usize {
        let lengths = &mut self.lengths.borrow_mut()[encoding];
        while lengths.len() < to as usize {
            let (offset, before) = (lengths.len() as u64, lengths[lengths.len() - 1]);
            lengths.push(before + self.encoded(encoding, offset, offset + 1).len());
        }
        lengths[to as usize - 1] - lengths[from as usize - 1]
    }

    /// What the messages that are kept must take.
    fn kept(&self) -> usize {
        let kept = &self.messages[self.base as usize - 1..];
        kept.iter().map(|message| message.as_bytes().len() + OVERHEAD).sum()
    }

    /// What the log must take.
    fn size(&self) -> Size {
        let encoded = |(encoding, segments): (usize, &Vec<(u64, u64)>)| -> usize {
            segments.iter().map(|(from, to)| self.length(encoding, *from, *to)).sum()
        };
        let encoded = self.segments.iter().enumerate().map(encoded).sum();
        Size { messages: self.kept(), encoded }
    }

    fn is_exact(&self) {
        assert_eq!((self.log.base(), self.log.end()), (self.base, self.end()));
        assert_eq!(self.log.size(), self.size());
        let kept =
            |offset: u64| self.messages.get(offset as usize - 1).filter(|_| offset >= self.base);
        for offset in self.base.saturating_sub(2).max(1)..=self.end() {
            assert_eq!(self.log.message(offset), kept(offset));
        }
    }
}
