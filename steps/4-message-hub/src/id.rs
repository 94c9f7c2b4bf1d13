//! The id of a message: which log it is in, and where.

use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Tells one log from another, such as that of the same channel before the hub was restarted.
///
/// Drawn at random when a log begins, so two logs have the same one once in four thousand million.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch(u32);

impl Epoch {
    /// The epoch of a log that begins now.
    pub fn begin() -> Self {
        Epoch(rand::random())
    }
}

/// The id of a message: `epoch-offset`, such as `9f3a61c2-42`.
///
/// Offsets count the messages of a log from 1. The id with offset 0 is the place before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Id {
    /// The log.
    pub epoch: Epoch,
    /// Where in the log.
    pub offset: u64,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{}", self.epoch.0, self.offset)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the id of a message; one looks like 9f3a61c2-42")]
pub struct ParseIdError(String);

impl FromStr for Id {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let bad = || ParseIdError(text.chars().take(40).collect());
        let (epoch, offset) = text.split_once('-').ok_or_else(bad)?;
        let is_hex = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
        // Digits only, and one way to write each: `parse` by itself would take `+7` and `007`.
        let is_epoch = epoch.len() == 8 && epoch.bytes().all(is_hex);
        let is_offset = offset.bytes().all(|c| c.is_ascii_digit())
            && (offset == "0" || !offset.starts_with('0'));
        if !(is_epoch && is_offset) {
            return Err(bad());
        }
        let epoch = u32::from_str_radix(epoch, 16).map_err(|_| bad())?;
        Ok(Id { epoch: Epoch(epoch), offset: offset.parse().map_err(|_| bad())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written_and_nothing_else_is() {
        let id = Id { epoch: Epoch(0x00ab_12cd), offset: 42 };
        assert_eq!(id.to_string(), "00ab12cd-42");
        assert_eq!("00ab12cd-42".parse(), Ok(id));
        assert_eq!("ffffffff-0".parse::<Id>().unwrap().offset, 0);
        let most = format!("00000000-{}", u64::MAX);
        assert_eq!(most.parse::<Id>().unwrap().offset, u64::MAX);
        for bad in [
            "",
            "-",
            "42",
            "00ab12cd",
            "00ab12cd-",
            "-42",
            "ab12cd-42",
            "00AB12CD-42",
            "+0ab12cd-42",
            "00ab12cd-042",
            "00ab12cd-+42",
            "00ab12cd--42",
            "00ab12cd-4 ",
            "00ab12cd-18446744073709551616",
            "zzzzzzzz-1",
            "00ab12cd-٤",
        ] {
            assert!(bad.parse::<Id>().is_err(), "{bad:?}");
        }
        let long = "é".repeat(1000).parse::<Id>().unwrap_err();
        assert!(long.to_string().len() < 200, "an error repeats no more than it must");
    }
}
