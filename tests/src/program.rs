//! A step's program as a process of its own, for tests that are not sessions.

use rustix::process::{Pid, Signal, kill_process};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    thread,
    time::Duration,
};

/// How long an answer may take. Only ever waited out by a test that fails.
const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A program that runs, and is ready. It is killed when this is dropped.
pub struct Program {
    child: Child,
    addresses: BTreeMap<String, String>,
}

impl Program {
    /// Starts the program of a package, with settings such as `seed=7`, and waits until it is ready.
    pub fn start(package: &str, settings: &[&str]) -> Self {
        let mut command = Command::new(root().join("xtask/run"));
        command.arg(package);
        for setting in settings {
            command.args(["--set", setting]);
        }
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program runs");
        let mut log = BufReader::new(child.stderr.take().expect("it is a pipe"));
        let addresses = addresses(&mut log);
        thread::spawn(move || io::copy(&mut log, &mut io::sink()));
        Program { child, addresses }
    }

    /// Where a service in it listens, such as `hub/http`.
    pub fn address(&self, service: &str) -> &str {
        let address = self.addresses.get(service);
        address.unwrap_or_else(|| panic!("{service} listens on nothing; {:?}", self.addresses))
    }

    /// Tells it to stop.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Has it do nothing, while its connections stay open.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the program is there");
    }

    /// Tells it to stop, and waits until it has.
    pub fn stop(mut self) {
        self.terminate();
        let status = self.child.wait().expect("a child can be waited for");
        assert!(status.success(), "the program ended badly: {status}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads the log until the outermost service is ready: the only one whose path has one part.
fn addresses(log: &mut impl BufRead) -> BTreeMap<String, String> {
    let mut addresses = BTreeMap::new();
    for line in log.lines() {
        let line = line.expect("the log is text");
        let said = line.split_once("  ").map_or(&*line, |(_, said)| said);
        let Some((service, what)) = said.split_once(": ") else { continue };
        match what.strip_prefix("listening on ") {
            Some(address) => drop(addresses.insert(service.to_owned(), address.to_owned())),
            None if what == "ready" && !service.contains('/') => return addresses,
            None => {}
        }
    }
    panic!("the program ended before it was ready");
}

/// A port that is free, and stays so: it is none of those that the system gives to whoever asks for
/// any.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = (std::process::id() % 10_000) as u16;
    loop {
        let port = 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Publishes a message, and sees that it is done.
pub fn publish(address: &str, channel: &str, message: &str) {
    let answer = ask(address, &format!("POST {channel}"), message);
    assert!(answer.ends_with("OK\n"), "{answer}");
}

/// What is answered to a request such as `GET /healthz`: the status line, the headers, the body.
pub fn ask(address: &str, request: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("the program listens");
    stream.set_read_timeout(Some(TEST_TIMEOUT)).expect("a socket has timeouts");
    let head = format!("{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).expect("the program reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the program answers");
    answer
}

/// The project's folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::canonicalize(here.join("..")).expect("the folder that this crate is in")
}

/// Where `just setup` has put the packages of clients that are not ours.
pub fn client_packages() -> PathBuf {
    root().join(".tools/clients")
}
