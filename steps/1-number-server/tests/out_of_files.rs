//! Looks at a server that may open few files and has more clients than that: it says so once,
//! serves those that it has, and serves the others when some leave. A process of its own, for the
//! limit is a process's.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use rustix::process::{Pid, Signal, kill_process};
use std::{
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

const TEST_TIMEOUT: Duration = Duration::from_secs(30);
const WARNING: &str = "cannot accept a connection: Too many open files";

/// The server's process. What it logs can be waited for.
struct Process {
    child: Child,
    log: Receiver<String>,
}

impl Process {
    /// A server that may have `files` open, and no way to raise that.
    fn start(runtime: &str, files: usize) -> Self {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            &format!("ulimit -n {files}; exec \"$0\" \"$@\""),
            env!("CARGO_BIN_EXE_number-server"),
        ]);
        for setting in
            ["numbers_bind=127.0.0.1:0", "rate_per_minute=6000", &format!("runtime={runtime}")]
        {
            command.args(["--set", setting]);
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
        Process { child, log }
    }

    /// Waits for a line of the log that holds `text`.
    fn logs(&self, text: &str) -> String {
        loop {
            let line = self.log.recv_timeout(TEST_TIMEOUT);
            let line = line.unwrap_or_else(|why| panic!("no line with {text:?} in the log: {why}"));
            if line.contains(text) {
                return line;
            }
        }
    }

    fn address(&self) -> SocketAddr {
        self.logs("listening on ").rsplit(' ').next().unwrap().parse().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Client(BufReader<TcpStream>);

impl Client {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(TEST_TIMEOUT)).unwrap();
        Client(BufReader::new(stream))
    }

    /// Waits for a number.
    fn number(&mut self) -> u8 {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().parse().unwrap_or_else(|_| panic!("{line:?} is no number"))
    }
}

fn serves_again_when_clients_leave(runtime: &str) {
    // Some are the server's own, such as those of each worker of `may`.
    let files = 40 + 4 * thread::available_parallelism().unwrap().get();
    let mut server = Process::start(runtime, files);
    let address = server.address();

    let mut clients: Vec<_> = (0..files + 20).map(|_| Client::connect(address)).collect();
    server.logs(WARNING);
    // While it serves the first client for a second, it tries many times to accept another.
    for _ in 0..100 {
        clients[0].number();
    }
    let again = server.log.try_iter().filter(|line| line.contains(WARNING)).count();
    assert_eq!(again, 0, "it is told once, not for each try");

    // The last ones have had to wait for those before them to leave.
    let mut last = clients.split_off(files + 10);
    drop(clients);
    for client in &mut last {
        client.number();
    }
    Client::connect(address).number();

    kill_process(Pid::from_child(&server.child), Signal::TERM).unwrap();
    assert!(server.logs("stopped").ends_with("number-server: stopped"));
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn serves_again_when_clients_leave_on_tokio() {
    serves_again_when_clients_leave("tokio");
}

#[test]
fn serves_again_when_clients_leave_on_may() {
    serves_again_when_clients_leave("may");
}

#[test]
fn serves_again_when_clients_leave_on_threads() {
    serves_again_when_clients_leave("threads");
}
