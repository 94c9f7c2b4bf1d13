//! The bounded log that a channel is.

use crate::{
    Batch, Encoding, Epoch, Id,
    segment::{SEGMENT_BYTES, Segment},
};
use pubsub::Message;
use std::{collections::VecDeque, sync::Arc};

/// What a message takes beside its text, about.
const OVERHEAD: usize = 64;

/// How much a log keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How many messages.
    pub messages: usize,
    /// How many bytes of memory, about, without what is encoded for readers. The newest message is
    /// kept whatever it takes.
    pub bytes: usize,
}

/// How much memory a log takes, about, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// For its messages.
    pub messages: usize,
    /// For what is encoded of them, which can be dropped and made again.
    pub encoded: usize,
}

/// A channel's newest messages, each at its offset, and those encodings of them that have readers.
///
/// ```text
///   base                                    end
///    │  messages                             │
///    ▼ ▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼▼ ▼
///   ─┬───────────────────────────────────────┬─
///    │           │ segment │ segment │ seg   │     one track for each encoding in use
/// ```
// ANCHOR: log
pub struct Log {
    epoch: Epoch,
    /// The offset of the oldest message that is kept.
    base: u64,
    messages: VecDeque<Message>,
    tracks: [Option<Box<Track>>; Encoding::ALL.len()],
    size: Size,
}

/// The newest messages in one encoding: segments without a gap between them, up to the last.
#[derive(Default)]
struct Track {
    readers: usize,
    segments: VecDeque<Arc<Segment>>,
}
// ANCHOR_END: log

impl Log {
    /// A log without messages.
    pub fn new() -> Self {
        Log {
            epoch: Epoch::begin(),
            base: 1,
            messages: VecDeque::new(),
            tracks: Default::default(),
            size: Size::default(),
        }
    }

    /// The offset of the oldest message that is kept.
    pub fn base(&self) -> u64 {
        self.base
    }

    /// The offset that the next message will have.
    pub fn end(&self) -> u64 {
        self.base + self.messages.len() as u64
    }

    /// The id of the message at `offset`.
    pub fn id(&self, offset: u64) -> Id {
        Id { epoch: self.epoch, offset }
    }

    /// How much memory the log takes, about.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The message at `offset`, if it is kept.
    pub fn message(&self, offset: u64) -> Option<&Message> {
        self.messages.get(offset.checked_sub(self.base)?.try_into().ok()?)
    }

    /// Appends a message, and drops the oldest that are too many.
    // ANCHOR: append
    pub fn append(&mut self, message: Message, bounds: Bounds) {
        self.size.messages += weight(&message);
        self.messages.push_back(message);
        while self.messages.len() > 1
            && (self.messages.len() > bounds.messages || self.size.messages > bounds.bytes)
        {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let Some(message) = self.messages.pop_front() else { return };
        self.base += 1;
        self.size.messages -= weight(&message);
        for track in self.tracks.iter_mut().flatten() {
            while let Some(segment) = track.segments.front()
                && segment.end() <= self.base
            {
                self.size.encoded -= segment.bytes.len();
                track.segments.pop_front();
            }
        }
    }
    // ANCHOR_END: append

    /// Where a reader is to begin that has read the message with this id; `None` if what came
    /// after it is not all there, or never was.
    // ANCHOR: after
    pub fn after(&self, id: Id) -> Option<u64> {
        let next = id.offset.checked_add(1)?;
        (id.epoch == self.epoch && (self.base..=self.end()).contains(&next)).then_some(next)
    }
    // ANCHOR_END: after

    /// The messages from the one at `offset` on, which must be kept, up to the end or to as much
    /// as is to be written at once. `None` if there are none.
    // ANCHOR: batch
    pub fn batch(&mut self, encoding: Encoding, offset: u64) -> Option<Batch> {
        if offset < self.base || offset >= self.end() {
            return None;
        }
        self.encode(encoding, offset);
        let segments = &self.tracks[encoding as usize].as_ref()?.segments;
        let after = segments.partition_point(|segment| segment.first <= offset);
        let segment = segments.get(after.checked_sub(1)?)?.clone();
        Some(Batch::new(segment, offset))
    }
    // ANCHOR_END: batch

    /// Sees to it that all from `offset` to the end is encoded. The first reader to ask for a
    /// message pays; the others find it done.
    // ANCHOR: encode
    fn encode(&mut self, encoding: Encoding, offset: u64) {
        let mut track = self.tracks[encoding as usize].take().unwrap_or_default();
        let start = track.segments.front().map_or(self.end(), |segment| segment.first);
        let end = track.segments.back().map_or(start, |segment| segment.end());
        for segment in self.segments(encoding, offset, start).into_iter().rev() {
            self.size.encoded += segment.bytes.len();
            track.segments.push_front(segment);
        }
        for segment in self.segments(encoding, end, self.end()) {
            self.size.encoded += segment.bytes.len();
            track.append(segment);
        }
        self.tracks[encoding as usize] = Some(track);
    }

    /// New segments of the messages at `from..to`.
    fn segments(&self, encoding: Encoding, from: u64, to: u64) -> Vec<Arc<Segment>> {
        let mut segments = Vec::new();
        let mut offset = from;
        while offset < to {
            let (first, mut ends, mut bytes) = (offset, Vec::new(), Vec::new());
            while offset < to && (ends.is_empty() || bytes.len() < SEGMENT_BYTES) {
                let message = self.message(offset).expect("`from..to` is within the log");
                encoding.encode(self.id(offset), message, &mut bytes);
                ends.push(bytes.len() as u32);
                offset += 1;
            }
            segments.push(Arc::new(Segment { first, ends: ends.into(), bytes: bytes.into() }));
        }
        segments
    }
    // ANCHOR_END: encode

    /// Drops what is encoded. Who reads on has encoded again what is left to read.
    pub fn drop_encoded(&mut self) {
        self.tracks.iter_mut().flatten().for_each(|track| track.segments.clear());
        self.size.encoded = 0;
    }

    /// Notes that there is one more reader in this encoding.
    pub fn join(&mut self, encoding: Encoding) {
        self.tracks[encoding as usize].get_or_insert_default().readers += 1;
    }

    /// Notes that a reader has left. What was encoded for the last one is dropped.
    pub fn leave(&mut self, encoding: Encoding) {
        let track = &mut self.tracks[encoding as usize];
        let readers = track.as_mut().map_or(0, |track| {
            track.readers = track.readers.saturating_sub(1);
            track.readers
        });
        if readers == 0
            && let Some(track) = track.take()
        {
            self.size.encoded -=
                track.segments.iter().map(|segment| segment.bytes.len()).sum::<usize>();
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self::new()
    }
}

impl Track {
    /// Adds a segment at the end. It is joined with those before it that are no longer, so that a
    /// few segments are all there are, however few messages come at a time.
    fn append(&mut self, mut segment: Arc<Segment>) {
        while let Some(before) = self.segments.back()
            && before.ends.len() <= segment.ends.len()
            && before.bytes.len() + segment.bytes.len() <= SEGMENT_BYTES
        {
            segment = Arc::new(before.join(&segment));
            self.segments.pop_back();
        }
        self.segments.push_back(segment);
    }
}

fn weight(message: &Message) -> usize {
    message.as_bytes().len() + OVERHEAD
}
