//! How a process that is started in the background tells the command that started it how that went: a
//! line on a socket, which is its standard input.

use std::{
    io::{BufRead, BufReader, Write},
    os::{fd::AsFd, unix::net::UnixStream},
    sync::{Arc, Mutex},
};

/// The two reports there are, each a line.
const READY: &str = "ready\n";
const FAILED: &str = "failed ";

/// A report is one line; this stands for a newline in it.
const NEWLINE: &str = "\u{1f}";

/// Waits for the report of a process at the other end: that it is ready, or why it has failed; `None`
/// if it ends without a word.
pub(super) fn read(from: UnixStream) -> Option<Result<(), String>> {
    let mut line = String::new();
    // Should the process die, the read ends.
    let _ = BufReader::new(from).read_line(&mut line);
    if line == READY {
        return Some(Ok(()));
    }
    let reason = line.trim_end().strip_prefix(FAILED)?;
    Some(Err(reason.replace(NEWLINE, "\n")))
}

/// How the background process tells the one that started it how it went.
#[derive(Clone)]
pub(super) struct Report(Arc<Mutex<Option<UnixStream>>>);

impl Report {
    /// Makes this process the leader of a session of its own, so that no terminal's end is its end.
    ///
    /// The report goes to standard input, which `start` has made a socket.
    pub(super) fn to_parent() -> Self {
        // Fails only if this process leads a session already, which is what is wanted.
        let _ = rustix::process::setsid();
        let parent = std::io::stdin().as_fd().try_clone_to_owned().ok();
        Report(Arc::new(Mutex::new(parent.map(UnixStream::from))))
    }

    pub(super) fn ready(&self) {
        self.send(READY);
    }

    pub(super) fn failed(&self, reason: &str) {
        self.send(&format!("{FAILED}{}\n", reason.replace('\n', NEWLINE)));
    }

    /// Sends the first report; there is nobody to read a second.
    fn send(&self, line: &str) {
        let parent = self.0.lock().expect("nothing panics while it holds this lock").take();
        if let Some(mut parent) = parent {
            // Whoever typed `start` may have pressed Ctrl-C.
            let _ = parent.write_all(line.as_bytes());
            let _ = parent.shutdown(std::net::Shutdown::Both);
        }
    }
}
