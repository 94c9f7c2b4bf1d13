//! Looks at the number server as a program in the background: `status` tells the port that it took,
//! and a start on a port that is taken tells so in the terminal.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Command, Output},
    time::Duration,
};
use tempfile::TempDir;

const RUNTIMES: [&str; 3] = ["tokio", "may", "threads"];

/// The place of one background process, which is stopped at the end.
struct StateDir(TempDir);

impl StateDir {
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_number-server"));
        command
            .current_dir(self.0.path())
            .args(arguments)
            .arg("--state-dir")
            .arg(self.0.path())
            .output()
            .unwrap()
    }

    /// What a command that succeeds prints.
    fn good(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(
            (output.status.code(), output.stderr.as_slice()),
            (Some(0), &b""[..]),
            "{output:?}"
        );
        String::from_utf8(output.stdout).unwrap()
    }

    fn start(&self, runtime: &str, bind: SocketAddr) -> Output {
        let (runtime, bind) = (format!("runtime={runtime}"), format!("numbers_bind={bind}"));
        self.run(&["start", "--set", &runtime, "--set", &bind])
    }
}

impl Drop for StateDir {
    fn drop(&mut self) {
        self.run(&["stop"]);
    }
}

#[test]
fn status_tells_the_port_that_it_took() {
    for runtime in RUNTIMES {
        let state_dir = StateDir(TempDir::new().unwrap());
        let started = state_dir.start(runtime, SocketAddr::from(([127, 0, 0, 1], 0)));
        assert_eq!(started.status.code(), Some(0), "{started:?}");
        let status = state_dir.good(&["status"]);
        let address =
            status.lines().find_map(|line| line.trim().strip_prefix("numbers_bind = ")).unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        assert!(line.trim_end().parse::<u8>().unwrap() <= 10);
        assert_eq!(state_dir.good(&["stop"]), "number-server is stopped\n");
        TcpStream::connect(address).unwrap_err();
    }
}

#[test]
fn a_start_on_a_taken_port_says_so_in_the_terminal() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    for runtime in RUNTIMES {
        let state_dir = StateDir(TempDir::new().unwrap());
        let started = state_dir.start(runtime, address);
        let says = format!(
            "number-server: {address}: address in use; stop what listens there, or choose another port\n"
        );
        assert_eq!(
            (started.status.code(), String::from_utf8(started.stderr).unwrap()),
            (Some(1), says)
        );
        assert_eq!(state_dir.run(&["status"]).status.code(), Some(3));
    }
}

#[test]
fn who_fills_the_server_again_and_again_does_not_fill_the_log() {
    let state_dir = StateDir(TempDir::new().unwrap());
    let settings = ["numbers_bind=127.0.0.1:0", "max_connections=1", "rate_per_minute=60000"];
    state_dir
        .good(&[&["start"], &settings.map(|setting| ["--set", setting]).concat()[..]].concat());
    let status = state_dir.good(&["status"]);
    let address = status.lines().find_map(|line| line.trim().strip_prefix("numbers_bind = "));
    let first_line = || {
        let stream = TcpStream::connect(address.unwrap()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut lines = BufReader::new(stream);
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        (lines, line)
    };
    for _ in 0..100 {
        let _inside = loop {
            let (client, line) = first_line();
            if line.trim().parse::<u8>().is_ok() {
                break client;
            }
        };
        assert!(first_line().1.contains("full"));
    }
    let log = std::fs::read_to_string(state_dir.0.path().join("number-server.log")).unwrap();
    let told = |text| log.matches(text).count();
    assert_eq!(told("more connections are refused"), 20, "{log}");
    assert!((19..=20).contains(&told("there is room again")), "each is told with its other: {log}");
}
