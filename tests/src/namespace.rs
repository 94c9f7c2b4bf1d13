//! A network of its own for a session, so that the book's fixed ports are free in it.

use std::{
    ffi::OsString,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// A network namespace with nothing but loopback. It goes when this is dropped.
pub(crate) struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes one, where the machine allows it: Linux, as root, with iproute2.
    pub(crate) fn new() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("book-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        ip(&["netns", "add", &name])?;
        let namespace = Namespace { name };
        ip(&["-n", &namespace.name, "link", "set", "lo", "up"])?;
        Some(namespace)
    }

    /// The words to put before a command to have it run inside.
    pub(crate) fn enter(&self) -> Vec<OsString> {
        vec!["nsenter".into(), format!("--net=/run/netns/{}", self.name).into()]
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        ip(&["netns", "delete", &self.name]);
    }
}

fn ip(arguments: &[&str]) -> Option<()> {
    let status =
        Command::new("ip").args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success()).then_some(())
}
