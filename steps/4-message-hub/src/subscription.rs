//! A subscription: a cursor into a channel's log.

use crate::{
    Batch, ControlMessage, Encoding, Id, Log, channel::Channel, control_message::CloseReason,
    waiting::Ticket,
};
use bytes::Bytes;
use pubsub::Message;
use service::{Setting, settings::ValueEnum};
use std::{
    sync::Arc,
    task::{Context, Poll},
};

/// What becomes of a reader that the log has moved past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlowReaderPolicy {
    /// It is told how many messages it missed, and goes on with the oldest that is kept.
    Skip,
    /// It is told that it was too slow, and parted from.
    Close,
}

impl ValueEnum for SlowReaderPolicy {
    const NAMES: &'static [(&'static str, Self)] =
        &[("skip", SlowReaderPolicy::Skip), ("close", SlowReaderPolicy::Close)];
}

/// Where a reader wants to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartAt {
    /// With what is published from now on.
    Now,
    /// With the newest so many.
    Last(u64),
    /// After the message with this id; if that place is gone, with all that is kept.
    After(Id),
}

/// A reader's place in a channel. Dropping it unsubscribes.
pub struct Subscription {
    channel: Arc<Channel>,
    encoding: Encoding,
    slow_reader_policy: Setting<SlowReaderPolicy>,
    /// The offset of the message to read next.
    cursor: u64,
    /// Where it began: the id of the message before.
    position: Id,
    /// It begins where it wanted to, or has been told that it does not.
    recovered: bool,
    ticket: Option<Ticket>,
    finished: bool,
}

/// What a subscription has to say.
pub enum Next {
    /// Messages. When they, or some, are written, say so with [`Subscription::advance`].
    Batch(Batch),
    /// A word of the hub's own.
    ControlMessage(ControlMessage),
    /// Nothing more: the last control message has been given.
    End,
}

/// Messages with their ids, and how many were missed before them.
pub(crate) struct Taken {
    pub(crate) missed: u64,
    pub(crate) messages: Vec<(Id, Message)>,
}

/// What a look at the log finds.
enum Found {
    Batch(Batch),
    /// The log has moved past the cursor.
    Passed {
        missed: u64,
    },
}

impl StartAt {
    /// The offset to begin at, and whether that is where the reader wanted to.
    fn locate(self, log: &Log) -> (u64, bool) {
        match self {
            StartAt::Now => (log.end(), true),
            StartAt::Last(count) => (log.end().saturating_sub(count).max(log.base()), true),
            StartAt::After(id) => {
                log.after(id).map_or((log.base(), false), |offset| (offset, true))
            }
        }
    }
}

impl Subscription {
    /// A reader's place in `channel`; an error if that has been retired.
    pub(crate) fn new(
        channel: Arc<Channel>,
        encoding: Encoding,
        start: StartAt,
        slow_reader_policy: Setting<SlowReaderPolicy>,
    ) -> Result<Self, crate::channel::Retired> {
        let (cursor, recovered, position) = channel.join(encoding, |log| {
            let (cursor, recovered) = start.locate(log);
            (cursor, recovered, log.id(cursor - 1))
        })?;
        Ok(Subscription {
            channel,
            encoding,
            slow_reader_policy,
            cursor,
            position,
            recovered,
            ticket: None,
            finished: false,
        })
    }

    /// The id of the message before the first that this reader gets.
    pub fn start_id(&self) -> Id {
        self.position
    }

    /// What to begin with, before anything is read.
    pub fn hello(&self) -> Bytes {
        self.encoding.hello(self.recovered.then_some(self.position))
    }

    /// How messages are encoded for this reader.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What there is to read. Where there is nothing, the task is woken when there is.
    // ANCHOR: poll_next
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Next> {
        if self.finished {
            return Poll::Ready(Next::End);
        }
        if !std::mem::replace(&mut self.recovered, true) {
            return Poll::Ready(Next::ControlMessage(ControlMessage::Recovered(false)));
        }
        let (encoding, cursor) = (self.encoding, self.cursor);
        let found = self.channel.read(&mut self.ticket, context.waker(), |log| {
            if cursor < log.base() {
                return Some(Found::Passed { missed: log.base() - cursor });
            }
            log.batch(encoding, cursor).map(Found::Batch)
        });
        match found {
            None => Poll::Pending,
            Some(Found::Batch(batch)) => Poll::Ready(Next::Batch(batch)),
            Some(Found::Passed { missed }) => {
                Poll::Ready(Next::ControlMessage(self.passed(missed)))
            }
        }
    }

    fn passed(&mut self, missed: u64) -> ControlMessage {
        self.channel.missed(missed);
        match self.slow_reader_policy.get() {
            SlowReaderPolicy::Skip => {
                self.cursor += missed;
                ControlMessage::Missed(missed)
            }
            SlowReaderPolicy::Close => {
                self.finished = true;
                ControlMessage::Closed(CloseReason::Slow)
            }
        }
    }
    // ANCHOR_END: poll_next

    /// Moves the cursor past what was written of `batch`. Returns the rest of a message that has
    /// been begun, which must be written before anything else.
    pub fn advance(&mut self, batch: &Batch, written: usize) -> Bytes {
        let (cursor, rest) = batch.written(written);
        self.cursor = cursor;
        rest
    }

    /// Moves the cursor past all of `batch`.
    pub fn advance_past(&mut self, batch: &Batch) {
        self.cursor = batch.end();
    }

    /// The newest message, if it has not been read; for a reader to whom only that matters.
    pub(crate) fn newest(&mut self, context: &mut Context<'_>) -> Option<Batch> {
        let (encoding, cursor) = (self.encoding, self.cursor);
        self.channel.read(&mut self.ticket, context.waker(), |log| {
            let newest = log.end() - 1;
            if newest < cursor { None } else { log.batch(encoding, newest) }
        })
    }

    /// The messages that there are to read, up to about `max_bytes` of text, and how many were
    /// missed before them; the cursor moves past both. `None` where there is nothing: the task is
    /// woken when there is.
    pub(crate) fn take(&mut self, context: &mut Context<'_>, max_bytes: usize) -> Option<Taken> {
        let cursor = self.cursor;
        let taken = self.channel.read(&mut self.ticket, context.waker(), |log| {
            let mut taken =
                Taken { missed: log.base().saturating_sub(cursor), messages: Vec::new() };
            let mut bytes = 0;
            for offset in cursor.max(log.base())..log.end() {
                let Some(message) = log.message(offset).filter(|_| bytes < max_bytes) else {
                    break;
                };
                bytes += message.as_bytes().len();
                taken.messages.push((log.id(offset), message.clone()));
            }
            (!taken.messages.is_empty()).then_some(taken)
        })?;
        self.channel.missed(taken.missed);
        self.cursor += taken.missed + taken.messages.len() as u64;
        Some(taken)
    }

    /// The offset of the message that is published next. A reader that leaves is done when it
    /// [`has_read`](Subscription::has_read) up to here.
    pub(crate) fn end(&self) -> u64 {
        self.channel.end()
    }

    /// Whether all messages before the one at `end` have been read.
    pub(crate) fn has_read(&self, end: u64) -> bool {
        self.cursor >= end
    }

    /// The id of the message before the one to read next: what to come back with.
    pub(crate) fn last_id(&self) -> Id {
        Id { offset: self.cursor - 1, ..self.position }
    }

    /// Whether the reader began where it wanted to.
    pub(crate) fn recovered(&self) -> bool {
        self.recovered
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.channel.leave(self.encoding, &mut self.ticket);
    }
}
