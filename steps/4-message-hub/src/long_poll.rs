//! A long poll: one answer with what there is, or with the next message, or that there is none.

use crate::{Id, StartAt, Subscription, subscription::Taken};
use bytes::Bytes;
use serde::Serialize;
use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Sleep, sleep};

/// About how many bytes of text one answer has at most.
const ANSWER_BYTES: usize = 256 * 1024;

/// A subscription that ends after its first messages.
pub struct LongPoll {
    subscription: Subscription,
    recovered: bool,
    /// Answers now, be there messages or not.
    at_once: bool,
    timeout: Pin<Box<Sleep>>,
    finished: bool,
}

/// The answer.
#[derive(Serialize)]
struct PollResponse<'a> {
    messages: Vec<Data<'a>>,
    /// How many are missing before them.
    missed: u64,
    /// Whether they begin where the reader wanted to.
    recovered: bool,
    /// What to ask with next time, as `?since=`.
    since: Id,
}

#[derive(Serialize)]
struct Data<'a> {
    id: Id,
    data: &'a str,
}

impl LongPoll {
    /// Answers at once, but to a reader that came with the id of the newest message: that one
    /// waits for the next, up to `timeout`.
    pub(crate) fn new(subscription: Subscription, start: StartAt, timeout: Duration) -> Self {
        let recovered = subscription.recovered();
        let at_once = !recovered || !matches!(start, StartAt::After(_));
        let timeout = Box::pin(sleep(timeout));
        LongPoll { subscription, recovered, at_once, timeout, finished: false }
    }

    pub(crate) fn subscription(&self) -> &Subscription {
        &self.subscription
    }

    /// The answer, and after it nothing.
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.finished {
            return Poll::Ready(None);
        }
        let taken = self.subscription.take(context, ANSWER_BYTES);
        if taken.is_none() && !self.at_once && self.timeout.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.finished = true;
        Poll::Ready(Some(self.answer(taken.as_ref())))
    }

    /// The answer that there is nothing new.
    pub(crate) fn nothing(&self) -> Bytes {
        self.answer(None)
    }

    fn answer(&self, taken: Option<&Taken>) -> Bytes {
        let messages = taken.map_or(&[][..], |taken| &taken.messages);
        let messages =
            messages.iter().map(|(id, message)| Data { id: *id, data: message.as_str() });
        let answer = PollResponse {
            messages: messages.collect(),
            missed: taken.map_or(0, |taken| taken.missed),
            recovered: self.recovered,
            since: self.subscription.last_id(),
        };
        let mut json = serde_json::to_vec(&answer).expect("strings and numbers are JSON");
        json.push(b'\n');
        json.into()
    }
}
