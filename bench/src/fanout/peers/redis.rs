//! Redis: its own protocol, one thread.

use super::{silent, version_of};
use std::process::Command;

const PROGRAM: &str = "redis-server";

pub(super) fn version() -> Option<String> {
    version_of(PROGRAM, "--version", "v=")
}

pub(super) fn command(port: u16) -> Command {
    let mut command = silent(PROGRAM);
    command.args(["--bind", "127.0.0.1", "--port", &port.to_string()]);
    command.args(["--save", "", "--appendonly", "no"]); // nothing is kept on disk
    command.args(["--client-output-buffer-limit", "pubsub 0 0 0"]); // nobody is cut off
    command.args(["--maxclients", "20000"]);
    command
}
