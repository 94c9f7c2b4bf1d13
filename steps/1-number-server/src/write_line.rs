//! Writing for handlers that block, be it a thread or a coroutine.

use service::Pause;
use std::{
    io::{self, ErrorKind, Write},
    time::{Duration, Instant},
};

/// A write that blocks looks up this often, to see whether the server is stopping. The stream's
/// write timeout must be set to it.
pub(crate) const STOP_CHECK_INTERVAL: Duration = Duration::from_millis(250);

/// Writes all of `line`. Fails when the client takes nothing for `timeout`, or the server stops.
pub(crate) fn write_line(
    to: &mut impl Write,
    line: &[u8],
    timeout: Duration,
    pause: &Pause,
) -> io::Result<()> {
    let began = Instant::now();
    let mut left = line;
    while !left.is_empty() {
        match to.write(left) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => left = &left[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error)
                if is_timeout(&error) && !pause.is_stopping() && began.elapsed() < timeout => {}
            Err(error) if is_timeout(&error) => return Err(reads_nothing()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The end of a connection whose client takes nothing.
pub(crate) fn reads_nothing() -> io::Error {
    io::Error::new(ErrorKind::TimedOut, "the client reads nothing")
}

/// The two names that systems and libraries have for it.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
