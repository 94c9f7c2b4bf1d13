//! The name of a channel: a path.

use percent_encoding::percent_decode_str;
use std::{fmt, sync::Arc};

/// The name of a channel, such as `/numbers` or `/rooms/7`. Cloning is cheap.
///
/// It is the path of a URL, decoded: a slash before each part, no part empty, no control
/// characters, at most [`ChannelName::MAX_BYTES`] long.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelName(Arc<str>);

/// Why a path names no channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseChannelNameError {
    /// The path is `/`.
    #[error("no channel is named; a channel is a path, such as /numbers or /rooms/7")]
    None,
    /// The path is too long.
    #[error("the channel's name is longer than {} bytes", ChannelName::MAX_BYTES)]
    TooLong,
    /// There is nothing between two slashes, or after the last one.
    #[error(
        "a part of the channel's name is empty; /rooms/7 is a name, /rooms/ and /rooms//7 are not"
    )]
    EmptyPart,
    /// A part is `.` or `..`, which clients resolve before they ask.
    #[error("a part of a channel's name cannot be . or ..")]
    DotPart,
    /// The path, decoded, is not UTF-8, or has a control character or a slash that was encoded.
    #[error(
        "a channel's name is UTF-8 text without control characters; slashes stand between its parts, and in none of them"
    )]
    NotText,
}

impl ChannelName {
    /// The most bytes that a name has.
    pub const MAX_BYTES: usize = 256;

    /// The channel that the path of a URL names.
    pub fn from_path(path: &str) -> Result<Self, ParseChannelNameError> {
        let parts = path.strip_prefix('/').unwrap_or_default();
        if parts.is_empty() {
            return Err(ParseChannelNameError::None);
        }
        let mut name = String::with_capacity(path.len());
        for part in parts.split('/') {
            let part = percent_decode_str(part)
                .decode_utf8()
                .map_err(|_| ParseChannelNameError::NotText)?;
            match &*part {
                "" => return Err(ParseChannelNameError::EmptyPart),
                "." | ".." => return Err(ParseChannelNameError::DotPart),
                _ if part.contains(|c: char| c == '/' || c.is_control()) => {
                    return Err(ParseChannelNameError::NotText);
                }
                _ => {}
            }
            name.push('/');
            name.push_str(&part);
        }
        if name.len() > Self::MAX_BYTES {
            return Err(ParseChannelNameError::TooLong);
        }
        Ok(ChannelName(name.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_channel_or_it_says_why_not() {
        let long = format!("/{}", "x".repeat(ChannelName::MAX_BYTES - 1));
        let named = [
            ("/numbers", "/numbers"),
            ("/rooms/7", "/rooms/7"),
            ("/caf%C3%A9", "/café"),
            ("/a%20b", "/a b"),
            ("/a+b~c_d-e.f", "/a+b~c_d-e.f"),
            (&*long, &*long),
        ];
        for (path, name) in named {
            assert_eq!(ChannelName::from_path(path).unwrap().as_str(), name);
        }
        let refused = [
            ("", ParseChannelNameError::None),
            ("/", ParseChannelNameError::None),
            ("*", ParseChannelNameError::None),
            ("//", ParseChannelNameError::EmptyPart),
            ("/rooms/", ParseChannelNameError::EmptyPart),
            ("/rooms//7", ParseChannelNameError::EmptyPart),
            ("/../etc", ParseChannelNameError::DotPart),
            ("/%2e%2E/etc", ParseChannelNameError::DotPart),
            ("/a%2Fb", ParseChannelNameError::NotText),
            ("/a%00b", ParseChannelNameError::NotText),
            ("/a%0Ab", ParseChannelNameError::NotText),
            ("/%FF", ParseChannelNameError::NotText),
            (&*format!("{long}x"), ParseChannelNameError::TooLong),
        ];
        for (path, reason) in refused {
            assert_eq!(ChannelName::from_path(path), Err(reason), "{path}");
        }
    }
}
