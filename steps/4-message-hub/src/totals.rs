//! What all the channels of a hub come to.

use crate::log::Size;
use std::sync::atomic::{AtomicIsize, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// What a hub comes to at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// How many channels there are.
    pub channels: usize,
    /// How much memory they take, about, in bytes.
    pub bytes: usize,
    /// How many subscriptions there are.
    pub readers: usize,
    /// How many messages have been published since the hub began.
    pub messages: u64,
    /// How many messages readers were too slow for since the hub began: two for one message that
    /// two readers missed.
    pub missed: u64,
}

/// What the channels add up as they go.
#[derive(Default)]
pub(crate) struct Sums {
    /// What the channels take, about, without what is encoded.
    pub(crate) kept: AtomicIsize,
    /// What is encoded.
    pub(crate) encoded: AtomicIsize,
    pub(crate) readers: AtomicUsize,
    pub(crate) messages: AtomicU64,
    pub(crate) missed: AtomicU64,
}

impl Sums {
    /// How many bytes of memory the channels take, about, without what is encoded for readers.
    pub(crate) fn kept(&self) -> usize {
        self.kept.load(Relaxed).max(0) as usize
    }

    /// How many bytes of memory is encoded for readers.
    pub(crate) fn encoded(&self) -> usize {
        self.encoded.load(Relaxed).max(0) as usize
    }

    /// Adds what a log has grown by.
    pub(crate) fn resize(&self, before: Size, after: Size) {
        if after.messages != before.messages {
            self.kept.fetch_add(after.messages as isize - before.messages as isize, Relaxed);
        }
        if after.encoded != before.encoded {
            self.encoded.fetch_add(after.encoded as isize - before.encoded as isize, Relaxed);
        }
    }

    /// The totals, of so many channels.
    pub(crate) fn totals(&self, channels: usize) -> Totals {
        Totals {
            channels,
            bytes: self.kept() + self.encoded(),
            readers: self.readers.load(Relaxed),
            messages: self.messages.load(Relaxed),
            missed: self.missed.load(Relaxed),
        }
    }
}
