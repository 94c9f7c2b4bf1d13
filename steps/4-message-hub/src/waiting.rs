//! The readers of a channel that have read everything, and wait.

use slab::Slab;
use std::task::Waker;

/// The wakers of those who wait. Waking takes them all out.
#[derive(Default)]
pub(crate) struct Waiting {
    wakers: Slab<Waker>,
    /// Counts the times that all were woken; a ticket from before means nothing any more.
    round: u64,
}

/// A place among those who wait.
pub(crate) struct Ticket {
    round: u64,
    key: usize,
}

impl Waiting {
    /// Waits, or goes on waiting with another waker.
    pub(crate) fn wait(&mut self, ticket: &mut Option<Ticket>, waker: &Waker) {
        match ticket {
            Some(ticket) if ticket.round == self.round => {
                self.wakers[ticket.key].clone_from(waker);
            }
            _ => {
                let key = self.wakers.insert(waker.clone());
                *ticket = Some(Ticket { round: self.round, key });
            }
        }
    }

    /// Waits no more.
    pub(crate) fn leave(&mut self, ticket: &mut Option<Ticket>) {
        if let Some(ticket) = ticket.take()
            && ticket.round == self.round
        {
            self.wakers.remove(ticket.key);
        }
    }

    /// Takes out all wakers, to be woken when no lock is held.
    pub(crate) fn take_all(&mut self) -> Slab<Waker> {
        if self.wakers.is_empty() {
            return Slab::new();
        }
        self.round += 1;
        let capacity = self.wakers.len();
        std::mem::replace(&mut self.wakers, Slab::with_capacity(capacity))
    }
}
