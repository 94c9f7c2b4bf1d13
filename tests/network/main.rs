//! Looks at readers whose network goes away without a word: nothing is closed and nothing is reset,
//! there is only silence. Two network namespaces and a cable between them, which is then pulled.

use book_tests::{
    program::root,
    trials::{self, Test},
};
use std::{
    env, fs,
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, ExitCode, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

const TESTS: &[Test] = &[
    ("a_reader_that_falls_silent_is_let_go", "root", || {
        reader_falls_silent(&["curl", "-sN", "http://10.77.0.1:8088/news?last=1"]);
    }),
    ("a_reader_of_events_that_falls_silent_is_let_go", "root", || {
        reader_falls_silent(&["curl", "-sN", "http://10.77.0.1:8088/news?last=1&as=events"]);
    }),
    ("a_tail_viewer_that_falls_silent_is_let_go", "root", || {
        reader_falls_silent(&["curl", "-sN", "http://10.77.0.1:8089/news"]);
    }),
    ("a_websocket_that_falls_silent_is_let_go", "root", || {
        // By itself and not by cargo, which would leave it behind.
        let built = env::current_exe().expect("this test's program");
        let built = built.ancestors().nth(2).expect("deps, in the folder of a profile");
        let program = built.join("read_websocket");
        let program = program.to_str().expect("a path in UTF-8");
        reader_falls_silent(&[program, "ws://10.77.0.1:7070/news?last=1"]);
    }),
];

/// How long anything may take. Only ever waited out by a test that fails.
const TEST_TIMEOUT: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    trials::run(TESTS)
}

/// Two machines, as far as the network can tell, and a cable. Both go when this is dropped.
struct Cable {
    hub: String,
    reader: String,
}

impl Cable {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = |end: &str| format!("book-{end}-{}-{count}", std::process::id());
        let cable = Cable { hub: name("hub"), reader: name("reader") };
        let Cable { hub, reader } = &cable;
        for end in [hub, reader] {
            ip(&["netns", "add", end]);
            ip(&["-n", end, "link", "set", "lo", "up"]);
        }
        ip(&[
            "-n", hub, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns",
            reader,
        ]);
        for (end, address) in [(hub, "10.77.0.1/24"), (reader, "10.77.0.2/24")] {
            ip(&["-n", end, "address", "add", address, "dev", "cable"]);
            ip(&["-n", end, "link", "set", "cable", "up"]);
        }
        cable
    }

    /// From here on, neither end hears the other.
    fn pull(&self) {
        ip(&["-n", &self.reader, "link", "set", "cable", "down"]);
    }

    fn run(&self, end: &str, command: &[&str]) -> Command {
        let mut words = Command::new("nsenter");
        words.arg(format!("--net=/run/netns/{end}")).args(command).current_dir(root());
        words
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        for end in [&self.hub, &self.reader] {
            let _ = Command::new("ip").args(["netns", "delete", end]).status();
        }
    }
}

/// A process that ends when this is dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A reader gets a message, and is then cut off. The hub closes its connection in time.
fn reader_falls_silent(reader: &[&str]) {
    let cable = Cable::new();
    let settings = [
        "http_bind=10.77.0.1:8088",
        "tail_bind=10.77.0.1:8089",
        "websocket_bind=10.77.0.1:7070",
        "keepalive_interval=0.2",
        "write_timeout=1",
        "idle_timeout=1",
    ];
    let mut command = cable.run(&cable.hub, &["./xtask/run", "message-hub"]);
    for setting in settings {
        command.args(["--set", setting]);
    }
    let mut hub = Process(command.stderr(Stdio::piped()).spawn().expect("the hub runs"));
    let log = BufReader::new(hub.0.stderr.take().expect("it is a pipe"));
    let mut log = log.lines().map_while(Result::ok);
    assert!(log.any(|line| line.ends_with("hub: ready")), "the hub is ready");
    thread::spawn(move || log.for_each(drop));
    let closed = open_sockets(&hub.0);
    let publish = ["curl", "-s", "-d", "a message", "http://10.77.0.1:8088/news"];
    let answer = cable.run(&cable.hub, &publish).output().expect("curl runs");
    assert_eq!(answer.stdout, b"OK\n");
    until_open(&hub.0, closed); // the publisher's connection has gone

    let mut reader = cable.run(&cable.reader, reader);
    let mut reader = Process(reader.stdout(Stdio::piped()).spawn().expect("the reader runs"));
    until_message(reader.0.stdout.take().expect("it is a pipe"));
    assert_eq!(open_sockets(&hub.0), closed + 1, "the reader is connected");
    cable.pull();
    until_open(&hub.0, closed);
}

/// Waits until a process has so many sockets open.
fn until_open(process: &Child, count: usize) {
    let began = Instant::now();
    while open_sockets(process) != count {
        assert!(
            began.elapsed() < TEST_TIMEOUT,
            "not {count} sockets are open after {TEST_TIMEOUT:?}"
        );
        thread::sleep(Duration::from_millis(10));
    }
}

fn until_message(output: ChildStdout) {
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("a message")), "the reader gets the message");
    thread::spawn(move || lines.for_each(drop));
}

/// How many sockets a process has open.
fn open_sockets(process: &Child) -> usize {
    let files = fs::read_dir(format!("/proc/{}/fd", process.id())).expect("the process is there");
    let links = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    links.filter(|link| link.to_string_lossy().starts_with("socket:")).count()
}

fn ip(arguments: &[&str]) {
    let status = Command::new("ip").args(arguments).status().expect("iproute2");
    assert!(status.success(), "ip {}: {status}", arguments.join(" "));
}
