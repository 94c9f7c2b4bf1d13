//! A network of its own for a session, so that the book's fixed ports are free in it.

use std::{
    ffi::OsString,
    io::{BufRead, BufReader},
    process::{Child, ChildStdin, Command, Stdio},
};

/// What runs in a network as long as it is used: until its input ends.
const HOLDER: &str = "ip link set lo up && echo up && exec cat";

/// A network namespace with nothing but loopback. It goes when this is dropped.
pub(crate) struct Namespace {
    holder: Child,
    /// Closed to end the holder.
    input: Option<ChildStdin>,
    /// Whether there is a namespace of users, too, in which we are root.
    has_users: bool,
}

impl Namespace {
    /// Makes one, where the machine allows it: Linux with iproute2, as root, or where everybody may
    /// make namespaces of users.
    pub(crate) fn new() -> Option<Self> {
        Self::unshare(&["--net"], false)
            .or_else(|| Self::unshare(&["--user", "--map-root-user", "--net"], true))
    }

    fn unshare(what: &[&str], has_users: bool) -> Option<Self> {
        let mut unshare = Command::new("unshare");
        unshare.args(what).args(["sh", "-c", HOLDER]);
        unshare.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut holder = unshare.spawn().ok()?;
        let (input, output) = (holder.stdin.take(), holder.stdout.take()?);
        let namespace = Namespace { holder, input, has_users };
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).ok()?;
        (line == "up\n").then_some(namespace)
    }

    /// The words to put before a command to have it run inside.
    pub(crate) fn enter(&self) -> Vec<OsString> {
        let target = format!("--target={}", self.holder.id());
        let mut words = vec!["nsenter".into(), target.into(), "--net".into()];
        if self.has_users {
            words.extend(["--user".into(), "--preserve-credentials".into()]);
        }
        words
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.holder.wait();
    }
}
