//! The program's process.

use super::{client::Client, program::program};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        mpsc::{self, Receiver},
    },
    thread,
    time::{Duration, Instant},
};

/// How long anything may take before a test takes it to hang. Generous: a busy machine is slow.
pub const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A hub on free ports.
pub struct Hub {
    child: Child,
    log: Mutex<Receiver<String>>,
    /// Where channels are over HTTP.
    pub http: SocketAddr,
    /// Where the tail viewer is.
    pub tail: SocketAddr,
    /// Where WebSockets are opened.
    pub websocket: SocketAddr,
    /// Open as long as the program runs.
    _settled: Option<Client>,
}

impl Hub {
    /// A hub with these settings, such as `header_timeout=0.3`.
    pub fn start(settings: &[&str]) -> Self {
        Self::run(Command::new(program().path), settings)
    }

    /// A hub that may have `files` open, and no way to raise that.
    pub fn start_with_files(files: usize, settings: &[&str]) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {files}; exec \"$0\" \"$@\""), program().path]);
        Self::run(command, settings)
    }

    fn run(mut command: Command, settings: &[&str]) -> Self {
        for setting in program().ports.iter().chain(settings) {
            match setting.strip_prefix("publish_token=") {
                Some(token) => command.env("SERVICE_PUBLISH_TOKEN", token),
                None => command.args(["--set", setting]),
            };
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, log) = mpsc::channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let [http, tail, websocket] = addresses(&log);
        let _settled = (program().settled)(http);
        Hub { child, log: Mutex::new(log), http, tail, websocket, _settled }
    }

    /// Waits for a line of the log that holds `text`.
    pub fn logs(&self, text: &str) -> String {
        line_with(&self.log.lock().unwrap(), text)
    }

    /// The bytes of memory that it has to itself.
    pub fn resident(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
    }

    /// How many files it has open.
    pub fn files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }

    /// Fails the test if the program has ended.
    pub fn assert_lives(&mut self) {
        let ended = self.child.try_wait().unwrap();
        assert!(ended.is_none(), "the hub has ended: {ended:?}");
    }

    /// Stops it, as one that is well can be stopped.
    pub fn stop(mut self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        self.logs(program().stopped);
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the three ports are, which are told in any order.
fn addresses(log: &Receiver<String>) -> [SocketAddr; 3] {
    let mut lines = Vec::new();
    program().listeners.map(|listener| {
        loop {
            if let Some(line) = lines.iter().find(|line: &&String| line.contains(listener)) {
                return line.rsplit(' ').next().unwrap().parse().unwrap();
            }
            lines.push(line_with(log, "listening on "));
        }
    })
}

fn line_with(log: &Receiver<String>, text: &str) -> String {
    loop {
        let line = log.recv_timeout(TEST_TIMEOUT);
        let line = line.unwrap_or_else(|why| panic!("no line with {text:?} in the log: {why}"));
        if line.contains(text) {
            return line;
        }
    }
}

/// Waits until a number that tells nobody when it changes is what it should be.
pub fn until<T: std::fmt::Debug>(
    what: &str,
    mut look: impl FnMut() -> T,
    mut fits: impl FnMut(&T) -> bool,
) {
    let began = Instant::now();
    loop {
        let seen = look();
        if fits(&seen) {
            return;
        }
        assert!(began.elapsed() < TEST_TIMEOUT, "{what}: still {seen:?} after {TEST_TIMEOUT:?}");
        thread::sleep(Duration::from_millis(2));
    }
}
