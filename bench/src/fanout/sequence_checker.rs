//! Whether messages come complete and in their order.

use super::payload::{self, Payload};
use std::io;

/// What one reader has received, and what it should receive next.
#[derive(Debug, Default)]
pub(super) struct SequenceChecker {
    next: Option<u64>,
    last_key: u128,
}

/// What came by one read.
#[derive(Debug, Default)]
pub(super) struct Batch {
    count: u64,
    last: Option<Payload>,
    falls: bool,
}

/// What was wrong, over all reads.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Faults {
    /// Messages that never came.
    pub(super) lost: u64,
    /// Reads in which messages came twice, or before an earlier one.
    pub(super) disordered: u64,
}

impl SequenceChecker {
    /// Takes one delivery of a batch. This runs for every delivery, and has to be cheap.
    #[inline]
    pub(super) fn take(&mut self, batch: &mut Batch, payload: &Payload) {
        let key = payload::key(payload);
        batch.falls |= key <= self.last_key;
        self.last_key = key;
        batch.count += 1;
        batch.last = Some(*payload);
    }

    /// The number that comes next, or 0 before the first.
    pub(super) fn next(&self) -> u64 {
        self.next.unwrap_or(0)
    }

    /// Ends a batch: numbers that rose all the way, and reached what their count makes of the first
    /// one expected, are all there and in order.
    pub(super) fn end(&mut self, batch: Batch, faults: &mut Faults) -> io::Result<u64> {
        let Some(last) = batch.last else { return Ok(0) };
        let last = payload::sequence(&last)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no sequence number"))?;
        // A reader may join late: it is the first number that sets what comes next.
        let expected = self.next.unwrap_or((last + 1).saturating_sub(batch.count)) + batch.count;
        if batch.falls {
            faults.disordered += 1;
        }
        faults.lost += (last + 1).saturating_sub(expected);
        self.next = Some(expected.max(last + 1));
        Ok(batch.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// The faults of batches of these numbers.
    fn faults(batches: &[&[u64]]) -> Faults {
        let (mut order, mut faults) = (SequenceChecker::default(), Faults::default());
        for numbers in batches {
            let mut batch = Batch::default();
            for number in *numbers {
                order.take(&mut batch, &payload::payload(*number, Duration::ZERO));
            }
            assert_eq!(order.end(batch, &mut faults).unwrap(), numbers.len() as u64);
        }
        faults
    }

    #[test]
    fn complete_and_in_order_is_no_fault() {
        assert_eq!(faults(&[&[0, 1, 2], &[], &[3], &[4, 5]]), Faults::default());
        assert_eq!(faults(&[&[7, 8], &[9]]), Faults::default());
    }

    #[test]
    fn what_is_lost_is_counted() {
        assert_eq!(faults(&[&[0, 1], &[3]]), Faults { lost: 1, disordered: 0 });
        assert_eq!(faults(&[&[0], &[1, 2, 9], &[10]]), Faults { lost: 6, disordered: 0 });
    }

    #[test]
    fn disorder_is_found() {
        assert_eq!(faults(&[&[0, 2, 1, 3]]).disordered, 1);
        assert_eq!(faults(&[&[0, 1], &[1, 2]]).disordered, 1);
        assert_eq!(faults(&[&[0], &[2], &[1]]).disordered, 1);
        assert_eq!(faults(&[&[0, 1, 2, 3, 4], &[4, 6]]).disordered, 1);
    }
}
