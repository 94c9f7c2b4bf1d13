//! An id is read as it is written, and a text that is read as an id is how that is written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use message_hub::Id;

fuzz_target!(|bytes: &[u8]| {
    match str::from_utf8(bytes).map(str::parse::<Id>) {
        Ok(Ok(id)) => assert_eq!(id.to_string().as_bytes(), bytes),
        Ok(Err(bad)) => {
            assert!(bad.to_string().len() < 500, "an error repeats no more than it must")
        }
        Err(_) => {}
    }
    if let Some((epoch, rest)) = bytes.split_first_chunk()
        && let Some((offset, _)) = rest.split_first_chunk()
    {
        let text = format!("{:08x}-{}", u32::from_le_bytes(*epoch), u64::from_le_bytes(*offset));
        let id: Id = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(id.offset, u64::from_le_bytes(*offset));
    }
});
