//! NATS: a text protocol, and a thread for each core.

use super::{silent, version_of};
use std::{fs, io, path::Path, process::Command};

const PROGRAM: &str = "nats-server";

pub(super) fn version() -> Option<String> {
    version_of(PROGRAM, "--version", ": v")
}

pub(super) fn command(port: u16, folder: &Path) -> io::Result<Command> {
    let file = folder.join("nats.conf");
    // No reader is cut off for being slow.
    let settings = format!(
        "host: 127.0.0.1\nport: {port}\nmax_connections: 100000\nmax_pending: 1GB\nwrite_deadline: \"60s\"\n"
    );
    fs::write(&file, settings)?;
    let mut command = silent(PROGRAM);
    command.arg("--config").arg(file);
    Ok(command)
}
