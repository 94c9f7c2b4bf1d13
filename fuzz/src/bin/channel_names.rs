//! Any path names a channel or says why not, and a name that is written as a path names itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use pubsub::ChannelName;

fuzz_target!(|path: &str| {
    let Ok(name) = ChannelName::from_path(path) else { return };
    let text = name.as_str();
    assert!(text.starts_with('/') && !text.contains("//") && !text.ends_with('/'));
    assert!(text.len() <= ChannelName::MAX_BYTES);
    assert!(!text.contains(char::is_control));

    let parts = text.split('/').map(|part| utf8_percent_encode(part, NON_ALPHANUMERIC).to_string());
    let path: Vec<_> = parts.collect();
    // Clients resolve dots however they are written, so no part is made of one or two alone.
    assert!(!path.iter().any(|part| part == "%2E" || part == "%2E%2E"));
    assert_eq!(ChannelName::from_path(&path.join("/")), Ok(name));
});
