//! A server in a process of its own, and what the system says of it.

use anyhow::{Context, bail};
use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// A process of the project's, built with optimisation. It is ended when this is dropped.
pub(super) struct Server {
    child: Child,
    /// Where it listens.
    pub(super) address: SocketAddr,
}

/// Builds a package with optimisation.
pub(super) fn build(root: &Path, package: &str) -> anyhow::Result<()> {
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--release", "--package", package])
        .current_dir(root)
        .status()?;
    if !status.success() {
        bail!("{package} does not build");
    }
    Ok(())
}

impl Server {
    /// Starts the program of `package`, and waits until it says where it listens.
    pub(super) fn start(
        root: &Path,
        package: &str,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
        let mut command = Command::new(target.join("release").join(package));
        for (name, value) in settings {
            command.arg("--set").arg(format!("{name}={value}"));
        }
        let mut child =
            command.stderr(Stdio::piped()).spawn().with_context(|| package.to_owned())?;
        let mut log = BufReader::new(child.stderr.take().context("the log is a pipe")?);
        let mut line = String::new();
        let address = loop {
            line.clear();
            if log.read_line(&mut line)? == 0 {
                bail!("{package} ended before it listened");
            }
            if let Some((_, address)) = line.trim_end().split_once("listening on ") {
                break address.parse()?;
            }
        };
        // What it logs later must go somewhere.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Ok(Server { child, address })
    }

    /// Resident memory, in bytes.
    pub(super) fn resident(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kib = status.lines().find_map(|line| {
            line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok()
        });
        Ok(kib.context("the system tells of resident memory")? * 1024)
    }

    /// Processor time used so far, in the program and in the system on its behalf.
    pub(super) fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let (_, fields) =
            stat.rsplit_once(')').context("the name of a process is in parentheses")?;
        let ticks: u64 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse::<u64>().ok())
            .sum();
        Ok(Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
