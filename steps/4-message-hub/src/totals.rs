//! What all the channels of a hub come to.

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
    pub(crate) bytes: AtomicIsize,
    pub(crate) readers: AtomicUsize,
    pub(crate) messages: AtomicU64,
    pub(crate) missed: AtomicU64,
}

impl Sums {
    /// How much memory the channels take, about.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Relaxed).max(0) as usize
    }

    /// The totals, of so many channels.
    pub(crate) fn totals(&self, channels: usize) -> Totals {
        Totals {
            channels,
            bytes: self.bytes(),
            readers: self.readers.load(Relaxed),
            messages: self.messages.load(Relaxed),
            missed: self.missed.load(Relaxed),
        }
    }
}
