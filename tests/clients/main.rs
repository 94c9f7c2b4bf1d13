//! Looks at the hub with WebSocket clients that are not ours: Node's `ws`, Python's `websockets`,
//! and a browser. Each has the same conversation, as far as it can: a page has no pings.

use book_tests::{
    browser::Browser,
    trials::{self, Test},
};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
};

const TESTS: &[Test] = &[
    ("node_s_ws_has_the_conversation", "node-ws", node),
    ("python_s_websockets_has_the_conversation", "python-websockets", python),
    ("a_browser_has_the_conversation", "chromium", browser),
    ("a_page_of_another_origin_gets_nothing", "chromium", foreign_page),
    ("a_browser_tab_shows_the_newest_message", "chromium", tail_viewer),
];

/// What both scripts print. What follows "with a subprotocol" is each client's own way to find that
/// none was agreed on.
const CONVERSATION: [&str; 9] = [
    "größer",
    "fragmented",
    "pong",
    "closed 1000",
    "after the first: fragmented",
    "closed 1003 messages are text",
    "with a subprotocol: ",
    "from another origin: ",
    "waiting after: fragmented",
];

fn main() -> ExitCode {
    trials::run(TESTS)
}

/// A hub in a process of its own.
struct Hub {
    child: Child,
    http: String,
    tail: String,
    websocket: String,
}

impl Hub {
    fn start(settings: &[&str]) -> Self {
        let ports = ["pubsub_port=0", "tail_port=0", "websocket_port=0", "websocket_publish=true"];
        let mut command = Command::new(root().join("workbook/run"));
        command.arg("message-hub");
        for setting in ports.iter().chain(settings) {
            command.args(["--set", setting]);
        }
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the hub runs");
        let mut log = BufReader::new(child.stderr.take().expect("it is a pipe"));
        let mut address = |service: &str| {
            let mut line = String::new();
            loop {
                line.clear();
                assert_ne!(log.read_line(&mut line).expect("the log"), 0, "the hub listens");
                let of_service = format!("{service}: listening on ");
                if let Some((_, address)) = line.trim_end().split_once(&of_service) {
                    return address.to_owned();
                }
            }
        };
        let (http, tail, websocket) =
            (address("hub/http"), address("hub/tail"), address("hub/websocket"));
        std::thread::spawn(move || io::copy(&mut log, &mut io::sink()));
        Hub { child, http, tail, websocket }
    }

    fn publish(&self, channel: &str, message: &str) {
        let mut stream = TcpStream::connect(&self.http).expect("the hub listens");
        let request = format!(
            "POST /{channel} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{message}",
            message.len()
        );
        stream.write_all(request.as_bytes()).expect("the hub reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the hub answers");
        assert!(answer.ends_with("OK\n"), "{answer}");
    }

    fn stop(&self) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).expect("the hub is there");
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn root() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).expect("the project")
}

/// Where `just setup` has put the clients' packages.
fn packages() -> PathBuf {
    root().join(".tools/clients")
}

/// Has the conversation by a script; returns what it printed after two of the lines' beginnings.
fn converse(mut script: Command, file: &str) -> [String; 3] {
    let hub = Hub::start(&[]);
    let mut script = script
        .arg(root().join("tests/clients").join(file))
        .arg(&hub.websocket)
        .env("CLIENTS", packages())
        .env("PYTHONPATH", packages().join("python"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the client's language is there");
    let mut lines = BufReader::new(script.stdout.take().expect("it is a pipe")).lines();
    let mut line = || lines.next().and_then(Result::ok).expect("the script goes on");
    let mut own = Vec::new();
    for expected in CONVERSATION {
        let line = line();
        let rest = line.strip_prefix(expected);
        let rest = rest.unwrap_or_else(|| panic!("{line:?} in place of {expected:?}"));
        own.push(rest.to_owned());
    }
    hub.stop();
    assert_eq!(line(), "closed 1001 stopping");
    assert!(script.wait().expect("the script ends").success());
    let [.., subprotocol, origin, nothing] = &own[..] else { panic!("{own:?}") };
    [subprotocol.clone(), origin.clone(), nothing.clone()]
}

fn node() {
    let own = converse(Command::new("node"), "node.mjs");
    assert_eq!(
        own,
        ["error: Server sent no subprotocol", "error: Unexpected server response: 403", ""]
    );
}

fn python() {
    let own = converse(Command::new("python3"), "python.py");
    assert_eq!(own, ["None", "403", ""]);
}

/// A page of the hub's own host: what a stream's port answers will do.
fn page(browser: &mut Browser, hub: &Hub) {
    browser.open(&format!("http://{}/", hub.http));
    let script = fs::read_to_string(root().join("tests/clients/page.js")).expect("the script");
    browser.evaluate(&format!("{script}; window.talk = talk; 0"));
}

fn browser() {
    // The page and the WebSocket are on two ports, so the one is foreign to the other.
    let hub = Hub::start(&["allowed_origins=*"]);
    let mut browser = Browser::start();
    page(&mut browser, &hub);
    let said = browser.evaluate(&format!("talk('{}')", hub.websocket));
    let said: Vec<_> = said.as_array().expect("a list").iter().filter_map(|x| x.as_str()).collect();
    let mut expected = CONVERSATION[..7].to_vec();
    expected.remove(2); // a page cannot ping
    expected[5] = "with a subprotocol: closed 1006";
    assert_eq!(said, expected);
}

fn foreign_page() {
    let hub = Hub::start(&[]);
    let mut browser = Browser::start();
    page(&mut browser, &hub);
    let connect = format!(
        "new Promise(done => {{ const s = new WebSocket('ws://{}/news'); s.onopen = () => done('open'); s.onerror = () => done('refused') }})",
        hub.websocket
    );
    assert_eq!(browser.evaluate(&connect), "refused");
}

fn tail_viewer() {
    const OTHER: &str = "a much longer message, with <b>, ]]> & \"quotes\"";
    let hub = Hub::start(&[]);
    let mut browser = Browser::start();
    browser.look(600, 400, "light");
    let blank = browser.settled_screenshot(|_| true);
    let url = |channel: &str| format!("http://{}/{channel}", hub.tail);

    hub.publish("other", OTHER);
    browser.navigate(&url("other"));
    let other = browser.settled_screenshot(|picture| picture != blank);
    hub.publish("news", "a message");
    browser.navigate(&url("news"));
    browser.settled_screenshot(|picture| picture != blank && picture != other);
    hub.publish("news", OTHER);
    browser.settled_screenshot(|picture| picture == other);
}
