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
struct Place(TempDir);

impl Place {
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

impl Drop for Place {
    fn drop(&mut self) {
        self.run(&["stop"]);
    }
}

#[test]
fn status_tells_the_port_that_it_took() {
    for runtime in RUNTIMES {
        let place = Place(TempDir::new().unwrap());
        let started = place.start(runtime, SocketAddr::from(([127, 0, 0, 1], 0)));
        assert_eq!(started.status.code(), Some(0), "{started:?}");
        let status = place.good(&["status"]);
        let address =
            status.lines().find_map(|line| line.trim().strip_prefix("numbers_bind = ")).unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        assert!(line.trim_end().parse::<u8>().unwrap() <= 10);
        assert_eq!(place.good(&["stop"]), "number-server is stopped\n");
        TcpStream::connect(address).unwrap_err();
    }
}

#[test]
fn a_start_on_a_port_that_is_taken_tells_so_in_the_terminal() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    for runtime in RUNTIMES {
        let place = Place(TempDir::new().unwrap());
        let started = place.start(runtime, address);
        let says = format!(
            "number-server: {address}: address in use; stop what listens there, or choose another port\n"
        );
        assert_eq!(
            (started.status.code(), String::from_utf8(started.stderr).unwrap()),
            (Some(1), says)
        );
        assert_eq!(place.run(&["status"]).status.code(), Some(3));
    }
}
