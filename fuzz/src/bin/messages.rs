//! Any bytes are a message or not; a message is a line, and stays what it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pubsub::{Message, ParseMessageError};

fuzz_target!(|bytes: &[u8]| {
    match Message::parse(bytes) {
        Ok(message) => is_a_line(bytes, &message),
        Err(ParseMessageError::Empty) => assert!([&b""[..], b"\n", b"\r\n"].contains(&bytes)),
        Err(ParseMessageError::NotUtf8(at)) => {
            assert!(str::from_utf8(&bytes[..at]).is_ok() && str::from_utf8(bytes).is_err());
        }
        Err(ParseMessageError::LineBreak(at)) => assert!(matches!(bytes[at], b'\n' | b'\r')),
        Err(ParseMessageError::Control(at)) => {
            let found = str::from_utf8(&bytes[at..]).unwrap().chars().next().unwrap();
            assert!(found.is_control() && found != '\t');
        }
    }
});

fn is_a_line(bytes: &[u8], message: &Message) {
    let text = message.as_str();
    assert!(!text.is_empty() && !text.contains(|c: char| c.is_control() && c != '\t'));
    assert!(matches!(bytes.strip_prefix(text.as_bytes()).unwrap(), b"" | b"\n" | b"\r\n"));
    for end in ["", "\n", "\r\n"] {
        assert_eq!(Message::parse(format!("{text}{end}").as_bytes()).as_ref(), Ok(message));
    }
}
