//! A channel: a log, those who read it, and those of them who wait.

use crate::{
    Encoding, Log,
    log::{Bounds, Size},
    totals::Sums,
    waiting::{Ticket, Waiting},
};
use pubsub::Message;
use std::{
    sync::{Arc, Mutex, atomic::Ordering::Relaxed},
    task::Waker,
    time::Instant,
};

/// What a channel takes beside its log, about: its place in the hub's list, its name, itself.
const OVERHEAD: isize = 512;

/// A channel of the hub.
pub(crate) struct Channel {
    inner: Mutex<Inner>,
    /// What all channels come to.
    sums: Arc<Sums>,
}

struct Inner {
    log: Log,
    waiting: Waiting,
    readers: usize,
    /// When it was last published to, or left.
    last_used: Instant,
    /// It is no longer in the hub's list, and whoever holds it is to look there again.
    retired: bool,
}

/// The channel has been retired: look again.
pub(crate) struct Retired;

/// How a channel is used, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usage {
    /// How many read it.
    pub(crate) readers: usize,
    /// How many messages have been published to it.
    pub(crate) messages: u64,
    /// How much memory it takes, about, without what is encoded for readers.
    pub(crate) bytes: usize,
    /// When it was last published to, or left.
    pub(crate) last_used: Instant,
}

impl Channel {
    /// A channel, which is added to `sums` for as long as it lives.
    pub(crate) fn new(sums: Arc<Sums>) -> Self {
        let inner = Inner {
            log: Log::new(),
            waiting: Waiting::default(),
            readers: 0,
            last_used: Instant::now(),
            retired: false,
        };
        sums.kept.fetch_add(OVERHEAD, Relaxed);
        Channel { inner: Mutex::new(inner), sums }
    }

    /// Appends to the log and wakes who waits, once for all of the messages.
    // ANCHOR: publish
    pub(crate) fn publish(&self, messages: &[Message], bounds: Bounds) -> Result<(), Retired> {
        let wakers = self.with(|inner| {
            if inner.retired {
                return Err(Retired);
            }
            for message in messages {
                inner.log.append(message.clone(), bounds);
            }
            inner.last_used = Instant::now();
            Ok(inner.waiting.take_all())
        })?;
        self.sums.messages.fetch_add(messages.len() as u64, Relaxed);
        for (_, waker) in wakers {
            waker.wake();
        }
        Ok(())
    }
    // ANCHOR_END: publish

    /// Adds a reader, and lets it look at the log for where to begin.
    pub(crate) fn join<T>(
        &self,
        encoding: Encoding,
        begin: impl FnOnce(&Log) -> T,
    ) -> Result<T, Retired> {
        self.with(|inner| {
            if inner.retired {
                return Err(Retired);
            }
            inner.readers += 1;
            self.sums.readers.fetch_add(1, Relaxed);
            inner.log.join(encoding);
            Ok(begin(&inner.log))
        })
    }

    /// Takes a reader out, and its place among those who wait.
    pub(crate) fn leave(&self, encoding: Encoding, ticket: &mut Option<Ticket>) {
        self.with(|inner| {
            inner.waiting.leave(ticket);
            inner.log.leave(encoding);
            inner.readers -= 1;
            self.sums.readers.fetch_sub(1, Relaxed);
            inner.last_used = Instant::now();
        });
    }

    /// Lets a reader look at the log; where it finds nothing, its waker is kept until there is
    /// more.
    // ANCHOR: read
    pub(crate) fn read<T>(
        &self,
        ticket: &mut Option<Ticket>,
        waker: &Waker,
        find: impl FnOnce(&mut Log) -> Option<T>,
    ) -> Option<T> {
        self.with(|inner| {
            let found = find(&mut inner.log);
            match &found {
                Some(_) => inner.waiting.leave(ticket),
                None => inner.waiting.wait(ticket, waker),
            }
            found
        })
    }
    // ANCHOR_END: read

    /// Notes that a reader was too slow for this many messages.
    pub(crate) fn missed(&self, count: u64) {
        self.sums.missed.fetch_add(count, Relaxed);
    }

    /// The offset that the next message will have.
    pub(crate) fn end(&self) -> u64 {
        self.with(|inner| inner.log.end())
    }

    /// How many read it.
    pub(crate) fn readers(&self) -> usize {
        self.with(|inner| inner.readers)
    }

    /// How it is used.
    pub(crate) fn usage(&self) -> Usage {
        self.with(|inner| inner.usage())
    }

    /// Retires the channel if it has not been used since it was `seen`, without readers.
    pub(crate) fn retire(&self, seen: Usage) -> bool {
        self.with(|inner| {
            inner.retired |= seen.readers == 0 && inner.usage() == seen;
            inner.retired
        })
    }

    /// Drops what is encoded for its readers.
    pub(crate) fn drop_encoded(&self) {
        self.with(|inner| inner.log.drop_encoded());
    }

    /// Does something with the lock held, and adds to the totals what the log has grown by.
    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        let mut inner = self.inner.lock().expect("nothing panics while it holds this lock");
        let before = inner.log.size();
        let result = act(&mut inner);
        self.sums.resize(before, inner.log.size());
        result
    }
}

impl Inner {
    fn usage(&self) -> Usage {
        Usage {
            readers: self.readers,
            messages: self.log.end() - 1,
            bytes: OVERHEAD as usize + self.log.size().messages,
            last_used: self.last_used,
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.sums.kept.fetch_sub(OVERHEAD, Relaxed);
        self.sums.resize(self.with(|inner| inner.log.size()), Size::default());
    }
}
