//! WebSocket frames from a server: not masked, so the same bytes serve every reader.

/// Opcodes of a whole message in one frame (RFC 6455, section 5.2).
pub(crate) const TEXT: u8 = 0x81;
pub(crate) const BINARY: u8 = 0x82;

/// Appends a frame: its first byte, the length in the fewest bytes, the payload.
// ANCHOR: put_frame
pub(crate) fn put_frame(first: u8, payload: &[u8], out: &mut Vec<u8>) {
    out.push(first);
    match payload.len() {
        short @ 0..=125 => out.push(short as u8),
        medium @ 126..=0xFFFF => {
            out.push(126);
            out.extend_from_slice(&(medium as u16).to_be_bytes());
        }
        long => {
            out.push(127);
            out.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(payload);
}
// ANCHOR_END: put_frame

#[cfg(test)]
mod tests {
    use super::*;
    use tungstenite::{
        Message, WebSocket,
        protocol::{Role, WebSocketConfig},
    };

    #[test]
    fn tungstenite_reads_what_is_written_at_each_edge_of_a_length() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 100_000] {
            let text = "x".repeat(length);
            let mut frames = Vec::new();
            put_frame(TEXT, text.as_bytes(), &mut frames);
            put_frame(BINARY, text.as_bytes(), &mut frames);
            let config = Some(WebSocketConfig::default());
            let wire = std::io::Cursor::new(frames);
            let mut socket = WebSocket::from_raw_socket(wire, Role::Client, config);
            assert_eq!(socket.read().unwrap(), Message::text(text.clone()));
            assert_eq!(socket.read().unwrap(), Message::binary(text.into_bytes()));
        }
    }
}
