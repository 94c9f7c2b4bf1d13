//! What tungstenite reads from and writes to: a socket that is never waited for.

use std::io::{self, Read, Write};
use tokio::net::TcpStream;

/// A socket's reading half, and a buffer for what tungstenite writes: answers to pings, and closes.
/// The connection writes those between two messages, never within one.
pub(super) struct NonblockingSocket {
    pub(super) stream: TcpStream,
    pub(super) control: Vec<u8>,
    /// How many more times it is read from before others have their turn. tungstenite would go on
    /// for as long as fragments come.
    pub(super) reads: usize,
}

impl Read for NonblockingSocket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reads = self.reads.checked_sub(1).ok_or(io::ErrorKind::WouldBlock)?;
        self.stream.try_read(buffer)
    }
}

impl Write for NonblockingSocket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.control.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
