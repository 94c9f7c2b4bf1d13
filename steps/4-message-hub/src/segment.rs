//! A stretch of a log in one encoding, which all its readers share.

use bytes::Bytes;
use std::sync::Arc;

/// How much is encoded into one piece of memory, and so at most written at once.
pub(super) const SEGMENT_BYTES: usize = 64 * 1024;

// ANCHOR: segment
/// Some messages that follow each other, encoded. It never changes, and all readers share it.
pub(super) struct Segment {
    /// The offset of the first.
    pub(super) first: u64,
    /// Where, in `bytes`, each message ends.
    pub(super) ends: Box<[u32]>,
    pub(super) bytes: Bytes,
}
// ANCHOR_END: segment

/// Messages that follow each other, encoded, for one reader: the rest of a segment.
#[derive(Clone)]
pub struct Batch {
    segment: Arc<Segment>,
    /// The first of its messages, counted in the segment.
    from: usize,
}

impl Segment {
    /// This segment and the one after it as one.
    pub(super) fn join(&self, after: &Segment) -> Segment {
        let length = self.bytes.len() as u32;
        let ends = self.ends.iter().copied().chain(after.ends.iter().map(|end| length + end));
        let bytes = [&*self.bytes, &*after.bytes].concat().into();
        Segment { first: self.first, ends: ends.collect(), bytes }
    }

    /// The offset after the last message.
    pub(super) fn end(&self) -> u64 {
        self.first + self.ends.len() as u64
    }

    /// Where the message with this index begins.
    fn begin(&self, index: usize) -> usize {
        index.checked_sub(1).map_or(0, |before| self.ends[before] as usize)
    }
}

impl Batch {
    /// The rest of `segment`, from the message at `offset` on, which is in it.
    pub(super) fn new(segment: Arc<Segment>, offset: u64) -> Self {
        let from = (offset - segment.first) as usize;
        Batch { segment, from }
    }

    /// What to write.
    pub fn bytes(&self) -> Bytes {
        self.segment.bytes.slice(self.segment.begin(self.from)..)
    }

    /// What to write, borrowed.
    pub fn as_slice(&self) -> &[u8] {
        &self.segment.bytes[self.segment.begin(self.from)..]
    }

    /// The offset of the message after the last.
    pub fn end(&self) -> u64 {
        self.segment.end()
    }

    /// Where to go on when `written` bytes have been written: at the offset of which message, after
    /// the rest of which other that must be written first, for it has been begun.
    // ANCHOR: written
    pub fn written(&self, written: usize) -> (u64, Bytes) {
        let begin = self.segment.begin(self.from);
        let stopped = begin + written;
        let whole = self.segment.ends.partition_point(|end| *end as usize <= stopped);
        if self.segment.begin(whole) == stopped {
            return (self.segment.first + whole as u64, Bytes::new());
        }
        let end = self.segment.ends[whole] as usize;
        // A copy: a reader that has stopped keeps this, and not all that it is a part of.
        let rest = Bytes::copy_from_slice(&self.segment.bytes[stopped..end]);
        (self.segment.first + whole as u64 + 1, rest)
    }
    // ANCHOR_END: written
}
