//! Looks at the hub with WebSocket clients that are not ours: Node's `ws`, Python's `websockets`,
//! and a browser. Each has the same conversation, as far as it can: a page has no pings.

use book_tests::{
    browser::Browser,
    program::{Program, client_packages, publish, root},
    trials::{self, Test},
};
use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, ExitCode, Stdio},
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

/// A hub on free ports.
fn hub(settings: &[&str]) -> Program {
    let ports = [
        "http_bind=127.0.0.1:0",
        "tail_bind=127.0.0.1:0",
        "websocket_bind=127.0.0.1:0",
        "websocket_publish=true",
    ];
    Program::start("message-hub", &[&ports, settings].concat())
}

/// Has the conversation by a script; returns what it printed after two of the lines' beginnings.
fn run_script(mut script: Command, file: &str) -> [String; 3] {
    let hub = hub(&[]);
    let mut script = script
        .arg(root().join("tests/clients").join(file))
        .arg(hub.address("hub/websocket"))
        .env("CLIENTS", client_packages())
        .env("PYTHONPATH", client_packages().join("python"))
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
    hub.terminate();
    assert_eq!(line(), "closed 1001 stopping");
    assert!(script.wait().expect("the script ends").success());
    let [.., subprotocol, origin, nothing] = &own[..] else { panic!("{own:?}") };
    [subprotocol.clone(), origin.clone(), nothing.clone()]
}

fn node() {
    let own = run_script(Command::new("node"), "node.mjs");
    assert_eq!(
        own,
        ["error: Server sent no subprotocol", "error: Unexpected server response: 403", ""]
    );
}

fn python() {
    let own = run_script(Command::new("python3"), "python.py");
    assert_eq!(own, ["None", "403", ""]);
}

/// A page of the hub's own host: what a stream's port answers will do.
fn page(browser: &mut Browser, hub: &Program) {
    browser.open(&format!("http://{}/", hub.address("hub/http")));
    let script = fs::read_to_string(root().join("tests/clients/page.js")).expect("the script");
    browser.evaluate(&format!("{script}; window.talk = talk; 0"));
}

fn browser() {
    // The page and the WebSocket are on two ports, so the one is foreign to the other.
    let hub = hub(&["allowed_origins=*"]);
    let mut browser = Browser::start();
    page(&mut browser, &hub);
    let said = browser.evaluate(&format!("talk('{}')", hub.address("hub/websocket")));
    let said: Vec<_> = said.as_array().expect("a list").iter().filter_map(|x| x.as_str()).collect();
    let mut expected = CONVERSATION[..7].to_vec();
    expected.remove(2); // a page cannot ping
    expected[5] = "with a subprotocol: closed 1006";
    assert_eq!(said, expected);
}

fn foreign_page() {
    let hub = hub(&[]);
    let mut browser = Browser::start();
    page(&mut browser, &hub);
    let connect = format!(
        "new Promise(done => {{ const s = new WebSocket('ws://{}/news'); s.onopen = () => done('open'); s.onerror = () => done('refused') }})",
        hub.address("hub/websocket")
    );
    assert_eq!(browser.evaluate(&connect), "refused");
}

fn tail_viewer() {
    const OTHER: &str = "a much longer message, with <b>, ]]> & \"quotes\"";
    let hub = hub(&[]);
    let mut browser = Browser::start();
    browser.look(600, 400, "light");
    let blank = browser.settled_screenshot(|_| true);
    let url = |channel: &str| format!("http://{}/{channel}", hub.address("hub/tail"));

    publish(hub.address("hub/http"), "/other", OTHER);
    browser.navigate(&url("other"));
    let other = browser.settled_screenshot(|picture| picture != blank);
    publish(hub.address("hub/http"), "/news", "a message");
    browser.navigate(&url("news"));
    browser.settled_screenshot(|picture| picture != blank && picture != other);
    publish(hub.address("hub/http"), "/news", OTHER);
    browser.settled_screenshot(|picture| picture == other);
}
