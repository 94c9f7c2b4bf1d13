//! A server in a process of its own, and what the system says of it.

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// A process, and those that it starts. They are ended when this is dropped.
pub(super) struct Process {
    child: Child,
}

/// A process of the project's, built with optimisation.
pub(super) struct Server {
    process: Process,
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

/// The program of a package that was built with optimisation.
pub(super) fn program(root: &Path, package: &str) -> PathBuf {
    target(root).join("release").join(package)
}

/// Where cargo puts what it builds.
pub(super) fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into)
}

impl Process {
    /// Starts a program.
    pub(super) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).spawn().context(program)?;
        Ok(Process { child })
    }

    /// Whether it has ended by itself.
    pub(super) fn ended(&mut self) -> anyhow::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// What it writes to its standard output, if that is a pipe.
    pub(super) fn output(&mut self) -> anyhow::Result<impl BufRead + use<>> {
        Ok(BufReader::new(self.child.stdout.take().context("the output is a pipe")?))
    }

    /// Stops it where it is, without a word to it.
    pub(super) fn suspend(&self) -> anyhow::Result<()> {
        Ok(kill_process(Pid::from_child(&self.child), Signal::STOP)?)
    }

    /// Resident memory in bytes, of it and of those that it has started.
    pub(super) fn resident(&self) -> anyhow::Result<u64> {
        let mut all = 0;
        for id in self.tree() {
            let status = fs::read_to_string(format!("/proc/{id}/status"))?;
            let kib = status.lines().find_map(|line| {
                line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok()
            });
            all += kib.context("the system tells of resident memory")? * 1024;
        }
        Ok(all)
    }

    /// How many files and sockets it has open.
    pub(super) fn open_files(&self) -> anyhow::Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// Processor time used so far, in the program and in the system on its behalf.
    pub(super) fn cpu(&self) -> anyhow::Result<Duration> {
        let fields = stat(self.child.id()).context("the process is there")?;
        let ticks: u64 =
            fields.iter().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Ok(Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
    }

    /// Its id, and the ids of those that it has started.
    fn tree(&self) -> Vec<u32> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let own = self.child.id().to_string();
        let parent = |id: u32| stat(id)?.get(1).cloned();
        let started = ids.filter(|id| parent(*id).as_ref() == Some(&own));
        std::iter::once(self.child.id()).chain(started).collect()
    }
}

/// What the system says of a process, after its name.
fn stat(id: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?; // the name is in parentheses
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

impl Server {
    /// Starts the program of `package`, and waits until it says where it listens.
    pub(super) fn start(
        root: &Path,
        package: &str,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let mut command = Command::new(program(root, package));
        for (name, value) in settings {
            command.arg("--set").arg(format!("{name}={value}"));
        }
        let mut process = Process::start(command.stderr(Stdio::piped()))?;
        let log = process.child.stderr.take().context("the log is a pipe")?;
        let mut log = BufReader::new(log);
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
        Ok(Server { process, address })
    }

    /// Resident memory, in bytes.
    pub(super) fn resident(&self) -> anyhow::Result<u64> {
        self.process.resident()
    }

    /// Processor time used so far, in the program and in the system on its behalf.
    pub(super) fn cpu(&self) -> anyhow::Result<Duration> {
        self.process.cpu()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let started = self.tree();
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Those that it started may have ended with it.
        for id in started.into_iter().skip(1).filter_map(|id| Pid::from_raw(id as i32)) {
            let _ = kill_process(id, Signal::KILL);
        }
    }
}
