//! What every message is: a sequence number and the time of its sending, as text of a fixed length.

use std::{io::Write, time::Duration};

/// How long every payload is, in bytes. So is every delivery, then, by its format.
pub(super) const PAYLOAD: usize = 64;

/// A payload: 20 digits, a space, 20 digits, and what fills it up.
pub(super) type Payload = [u8; PAYLOAD];

/// The payload of message `sequence`, sent at `sent` since the clock started.
pub(super) fn payload(sequence: u64, sent: Duration) -> Payload {
    let mut payload = [b'.'; PAYLOAD];
    // 41 bytes fit into 64.
    let _ = write!(&mut payload[..], "{sequence:020} {:020}", sent.as_nanos());
    payload
}

/// The sequence number, if the payload is one of ours.
pub(super) fn sequence(payload: &Payload) -> Option<u64> {
    number(&payload[..20])
}

/// When it was sent, since the clock started.
pub(super) fn sent(payload: &Payload) -> Option<Duration> {
    number(&payload[21..41]).map(Duration::from_nanos)
}

/// The last digits of the sequence number, as a key that grows with it and costs next to nothing.
pub(super) fn key(payload: &Payload) -> u128 {
    payload[4..20].first_chunk().map_or(0, |digits| u128::from_be_bytes(*digits))
}

fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_tells_its_number_and_its_time() {
        let payload = payload(1_234, Duration::from_micros(56));
        assert_eq!(sequence(&payload), Some(1_234));
        assert_eq!(sent(&payload), Some(Duration::from_micros(56)));
        assert_eq!(sequence(&[b'.'; PAYLOAD]), None);
    }

    #[test]
    fn keys_are_in_the_order_of_the_numbers() {
        let key = |sequence| key(&payload(sequence, Duration::ZERO));
        assert!(key(9) < key(10));
        assert!(key(99_999_999) < key(100_000_000));
    }
}
