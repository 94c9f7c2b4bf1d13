//! Real processes: a place for one program's background process, and a program in the foreground.
//! What still runs when a test ends is killed, by the id that it was started with.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(dead_code, reason = "each test file uses some of it")]

use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    io::{BufRead, BufReader, Read},
    ops::Not,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// How long anything may take before a test takes it to hang. Generous: a busy machine is slow.
pub(crate) const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The program that is tested.
pub(crate) const SERVICE: &str = env!("CARGO_BIN_EXE_service");

/// What a command said, and how it ended.
#[derive(Debug, PartialEq)]
pub(crate) struct Said {
    /// None if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// What it printed, if it succeeded and had nothing to complain of.
    #[track_caller]
    pub(crate) fn good(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:?}");
        self.out
    }

    /// What it complained of, if it failed with this exit code.
    #[track_caller]
    pub(crate) fn bad(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{self:?}");
        self.err
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Said {
    let child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = Pid::from_child(&child);
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(child.wait_with_output()));
    let Ok(output) = told.recv_timeout(TEST_TIMEOUT) else {
        let _ = kill_process(pid, Signal::KILL);
        panic!("{command:?} has not ended after {TEST_TIMEOUT:?}");
    };
    let output = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A folder for the background process of one program, which is also where it runs.
pub(crate) struct StateDir(TempDir);

impl StateDir {
    pub(crate) fn new() -> Self {
        StateDir(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    /// A command that has nothing from the environment that the tests run in.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(SERVICE);
        self.prepare(&mut command).args(arguments);
        command
    }

    pub(crate) fn prepare<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SERVICE_"))
        {
            command.env_remove(name);
        }
        command.current_dir(self.0.path()).env("SERVICE_STATE_DIR", self.0.path())
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        run(&mut self.command(arguments))
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    /// The process that the pidfile tells of.
    pub(crate) fn pid(&self) -> Option<Pid> {
        let text = fs::read_to_string(self.path("service.pid")).ok()?;
        Pid::from_raw(text.trim().parse().ok()?)
    }

    /// Kills the background process, and waits until it is gone.
    pub(crate) fn kill(&self) -> Pid {
        let pid = self.pid().expect("there is a background process");
        kill_process(pid, Signal::KILL).unwrap();
        wait_for_end(pid);
        pid
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("service.log")).unwrap_or_default()
    }
}

impl Drop for StateDir {
    fn drop(&mut self) {
        if let Some(pid) = self.pid().filter(|pid| is_ours(*pid)) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

/// Whether `pid` is the tested program: a pid may have become another's.
fn is_ours(pid: Pid) -> bool {
    fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == Path::new(SERVICE))
}

/// What the system knows of a process, from the fields of `/proc/PID/stat` after its name.
pub(crate) fn stat(pid: Pid) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

/// Whether a process has ended, be it that nobody has taken note of it yet: it has no memory any
/// more.
pub(crate) fn has_ended(pid: Pid) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty()).not()
}

/// Waits until a process that is not ours to wait for has ended.
pub(crate) fn wait_for_end(pid: Pid) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{PidfdFlags, pidfd_open};
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return };
    let patience = Timespec::try_from(TEST_TIMEOUT).unwrap();
    let ended = poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&patience)).unwrap();
    assert_eq!(ended, 1, "process {pid} has not ended after {TEST_TIMEOUT:?}");
}

/// A program in the foreground, whose lines can be waited for.
pub(crate) struct Foreground {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

impl Foreground {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = lines(child.stdout.take().unwrap());
        let err = lines(child.stderr.take().unwrap());
        Foreground { child, out, err }
    }

    /// Waits for a line of standard output that holds `text`.
    #[track_caller]
    pub(crate) fn prints(&self, text: &str) -> String {
        find(&self.out, text)
    }

    /// Waits for a line of standard error that holds `text`.
    #[track_caller]
    pub(crate) fn logs(&self, text: &str) -> String {
        find(&self.err, text)
    }

    /// What is left of standard error, when the program has ended.
    pub(crate) fn rest_of_log(&self) -> Vec<String> {
        self.err.iter().collect()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until the program has ended.
    #[track_caller]
    pub(crate) fn ends(&mut self) -> ExitStatus {
        wait_for_end(Pid::from_child(&self.child));
        self.child.wait().unwrap()
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads lines as they come.
fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let _ = tell.send(line);
        }
    });
    told
}

#[track_caller]
fn find(lines: &Receiver<String>, text: &str) -> String {
    let mut others = Vec::new();
    loop {
        match lines.recv_timeout(TEST_TIMEOUT) {
            Ok(line) if line.contains(text) => return line,
            Ok(line) => others.push(line),
            Err(why) => panic!("no line with {text:?} ({why}), but {others:#?}"),
        }
    }
}
