//! The steps of this book.

use super::{super::super::process, free_port};
use std::{
    io,
    path::Path,
    process::{Command, Stdio},
};

/// The package of the hub that keeps a log.
pub(super) const HUB: &str = "message-hub";

/// The package of the hub that keeps queues.
pub(super) const QUEUE_HUB: &str = "pubsub";

pub(super) fn prepare(root: &Path, package: &str) -> anyhow::Result<Option<String>> {
    process::build(root, package)?;
    Ok(Some(env!("CARGO_PKG_VERSION").to_owned())) // that of the workspace
}

pub(super) fn websocket_hub(root: &Path, port: u16) -> io::Result<Command> {
    hub(root, port, free_port()?)
}

pub(super) fn http_hub(root: &Path, port: u16) -> io::Result<Command> {
    hub(root, free_port()?, port)
}

pub(super) fn queue_hub(root: &Path, port: u16) -> Command {
    let bind = loopback(port);
    with_settings(root, QUEUE_HUB, &[("http_bind", &bind), ("full_queue_policy", "block")])
}

fn hub(root: &Path, websocket_port: u16, http_port: u16) -> io::Result<Command> {
    let [websocket_bind, http_bind, tail_bind] =
        [websocket_port, http_port, free_port()?].map(loopback);
    let settings = [
        ("websocket_bind", websocket_bind.as_str()),
        ("http_bind", &http_bind),
        ("tail_bind", &tail_bind),
        ("websocket_publish", "true"),
        ("write_timeout", "3600"), // a reader that is stopped is to stay
        ("idle_timeout", "3600"),
    ];
    Ok(with_settings(root, HUB, &settings))
}

fn loopback(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

fn with_settings(root: &Path, package: &str, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(process::program(root, package));
    for (name, value) in settings.iter().chain(&[("log_level", "warn")]) {
        command.arg("--set").arg(format!("{name}={value}"));
    }
    command.stdout(Stdio::null()); // its warnings are to be seen
    command
}
