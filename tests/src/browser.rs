//! A headless browser, driven by the DevTools protocol over a WebSocket.

use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tungstenite::{Message, WebSocket, client};

/// The programs that a browser of this kind goes by.
const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Without these the browser asks the network for updates and the like, which is none of a test's
/// business.
const ARGUMENTS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
];

/// How long the browser may take for anything.
const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A browser with one page. It ends when this is dropped.
pub struct Browser {
    child: Child,
    _profile: tempfile::TempDir,
    socket: WebSocket<TcpStream>,
    session: String,
    last_id: u64,
    /// Whether pages run their scripts.
    scripts: bool,
    /// What has happened and has not been asked for yet.
    events: Vec<Value>,
}

impl Browser {
    /// Starts a browser. Fails the test if the machine has none.
    pub fn start() -> Self {
        let profile = tempfile::tempdir().expect("a folder for the browser's profile");
        let (child, address) = launch(profile.path());
        let stream = TcpStream::connect(address.split('/').nth(2).expect("ws://host:port/…"))
            .expect("the browser listens");
        stream.set_read_timeout(Some(TEST_TIMEOUT)).expect("a socket has timeouts");
        let (socket, _) = client(&address, stream).expect("the browser speaks WebSocket");
        let mut browser = Browser {
            child,
            _profile: profile,
            socket,
            session: String::new(),
            last_id: 0,
            scripts: true,
            events: Vec::new(),
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached = browser.call(
            "Target.attachToTarget",
            json!({"targetId": target["targetId"], "flatten": true}),
        );
        browser.session = attached["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Shows pages in a window of this size, as someone with this preference for `light` or `dark`
    /// would see them.
    pub fn look(&mut self, width: u32, height: u32, scheme: &str) {
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}),
        );
        self.call(
            "Emulation.setEmulatedMedia",
            json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}),
        );
    }

    /// Runs pages with or without their scripts.
    pub fn scripts(&mut self, run: bool) {
        self.call("Emulation.setScriptExecutionDisabled", json!({"value": !run}));
        self.scripts = run;
    }

    /// Opens a page, waits until all of it has loaded, and returns what it complained about.
    pub fn open(&mut self, url: &str) -> Vec<String> {
        self.events.clear();
        self.call("Page.navigate", json!({"url": url}));
        self.wait_for("Page.loadEventFired");
        // An answer to a question comes after all that the page had to say before it.
        self.evaluate(if self.scripts {
            "new Promise(done => requestIdleCallback(() => done()))"
        } else {
            "0"
        });
        self.complaints()
    }

    /// Opens a page that never ends, and does not wait for more than its beginning.
    pub fn navigate(&mut self, url: &str) {
        self.events.clear();
        self.call("Page.navigate", json!({"url": url}));
    }

    /// A picture of the page that fits, and is the same twice in a row.
    pub fn settled_screenshot(&mut self, fits: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + TEST_TIMEOUT;
        let mut last = String::new();
        loop {
            // While one page takes the place of another there is none to take a picture of.
            let answer = self.try_call("Page.captureScreenshot", json!({"format": "png"}));
            let picture = answer.ok().and_then(|answer| Some(answer["data"].as_str()?.to_owned()));
            let picture = picture.unwrap_or_default();
            if !picture.is_empty() && picture == last && fits(&picture) {
                return picture;
            }
            last = picture;
            assert!(Instant::now() < deadline, "the page never looks as it should");
        }
    }

    /// The value of an expression in the page.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let answer = self.call(
            "Runtime.evaluate",
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true}),
        );
        assert!(
            answer.get("exceptionDetails").is_none(),
            "{expression}: {}",
            answer["exceptionDetails"]
        );
        answer["result"]["value"].clone()
    }

    /// Waits until an expression in the page is true. In vain, it fails the test with what `else_show`
    /// is in the page.
    pub fn wait_until(&mut self, expression: &str, else_show: &str) {
        let deadline = Instant::now() + TEST_TIMEOUT;
        while self.evaluate(&format!("!!({expression})")) != true {
            if Instant::now() >= deadline {
                let shown = self.evaluate(else_show);
                panic!("the page is not so that {expression}, but {shown:#}");
            }
            // Until something in the page has changed, or a moment has passed.
            self.evaluate(
                "new Promise(done => {
                    const look = new MutationObserver(end)
                    const timer = setTimeout(end, 200)
                    function end() { look.disconnect(); clearTimeout(timer); done() }
                    look.observe(document, {subtree: true, childList: true, attributes: true, characterData: true})
                })",
            );
        }
    }

    /// Presses a key, such as `Tab` or `Enter`.
    pub fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            other => panic!("the test knows no key {other}"),
        };
        for kind in ["keyDown", "keyUp"] {
            let event =
                json!({"type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code});
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// Types a text where the focus is.
    pub fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Takes the network away from the page, or gives it back.
    pub fn offline(&mut self, offline: bool) {
        let unlimited = json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        self.call("Network.emulateNetworkConditions", unlimited);
    }

    /// What the browser tells screen readers of the page: a line for each thing, with its role and
    /// its name, indented by what it is in.
    pub fn outline(&mut self) -> String {
        let tree = self.call("Accessibility.getFullAXTree", json!({}));
        let nodes = tree["nodes"].as_array().expect("a list of nodes");
        let mut outline = String::new();
        if let Some(root) = nodes.first() {
            put_outline(nodes, root, 0, &mut outline);
        }
        outline
    }

    /// What the page has complained about since it was opened.
    pub fn complaints(&self) -> Vec<String> {
        self.events.iter().filter_map(complaint).collect()
    }

    /// A picture of all of the page, as base64 of PNG.
    pub fn screenshot(&mut self) -> String {
        let beyond = json!({"format": "png", "captureBeyondViewport": true});
        let answer = self.call("Page.captureScreenshot", beyond);
        answer["data"].as_str().expect("a picture").to_owned()
    }

    /// Asks the browser for what it must be able to do, and waits for its answer.
    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.try_call(method, parameters).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Asks the browser, and waits for its answer, or for its word that it cannot.
    fn try_call(&mut self, method: &str, parameters: Value) -> Result<Value, Value> {
        self.last_id += 1;
        let id = self.last_id;
        let mut request = json!({"id": id, "method": method, "params": parameters});
        if !self.session.is_empty() {
            request["sessionId"] = self.session.clone().into();
        }
        self.socket.send(Message::text(request.to_string())).expect("the browser listens");
        loop {
            let mut message = self.read();
            if message["id"] == id {
                return match message.get("error") {
                    None => Ok(message["result"].take()),
                    Some(_) => Err(message["error"].take()),
                };
            }
            self.events.push(message);
        }
    }

    fn wait_for(&mut self, method: &str) {
        let deadline = Instant::now() + TEST_TIMEOUT;
        while !self.events.iter().any(|event| event["method"] == method) {
            assert!(Instant::now() < deadline, "the browser never said {method}");
            let message = self.read();
            self.events.push(message);
        }
    }

    fn read(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.socket.read().expect("the browser answers in time") {
                return serde_json::from_str(&text).expect("the browser speaks JSON");
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the first browser there is; returns it with the address that it tells on its standard
/// error.
fn launch(profile: &std::path::Path) -> (Child, String) {
    let spawn = |program: &&str| {
        let profile = format!("--user-data-dir={}", profile.display());
        Command::new(program)
            .args(ARGUMENTS)
            .arg(profile)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .ok()
    };
    let mut child = PROGRAMS.iter().find_map(spawn).expect("chromium; `just setup` installs it");
    let mut lines =
        BufReader::new(child.stderr.take().expect("it is a pipe")).lines().map_while(Result::ok);
    let address =
        lines.find_map(|line| line.strip_prefix("DevTools listening on ").map(str::to_owned));
    // What it says later must go somewhere.
    std::thread::spawn(move || lines.for_each(drop));
    let Some(address) = address else {
        let status = child.wait();
        panic!("the browser ended before it listened: {status:?}");
    };
    (child, address)
}

/// Appends a node of the accessibility tree, and those in it. What says nothing is passed over.
fn put_outline(nodes: &[Value], node: &Value, depth: usize, outline: &mut String) {
    let text = |what: &str| node[what]["value"].as_str().unwrap_or_default();
    let (role, name) = (text("role"), text("name"));
    let is_told = node["ignored"] != true && !["none", "generic", "InlineTextBox"].contains(&role);
    if is_told {
        let live = node["properties"].as_array().into_iter().flatten();
        let live = live.filter(|property| property["name"] == "live");
        let live: String = live.map(|live| format!(" ({})", live["value"]["value"])).collect();
        outline.push_str(&format!("{}{role} {name:?}{live}\n", "  ".repeat(depth)));
    }
    for id in node["childIds"].as_array().into_iter().flatten() {
        if let Some(child) = nodes.iter().find(|node| node["nodeId"] == *id) {
            put_outline(nodes, child, depth + usize::from(is_told), outline);
        }
    }
}

/// What is wrong with a page, if this event tells of it.
fn complaint(event: &Value) -> Option<String> {
    let of = &event["params"];
    match event["method"].as_str()? {
        "Runtime.exceptionThrown" => {
            Some(format!("exception: {}", of["exceptionDetails"]["exception"]["description"]))
        }
        "Runtime.consoleAPICalled" if of["type"] == "error" || of["type"] == "warning" => {
            Some(format!("console: {}", of["args"]))
        }
        "Log.entryAdded" if of["entry"]["level"] == "error" => {
            Some(format!("log: {} {}", of["entry"]["text"], of["entry"]["url"]))
        }
        "Network.responseReceived" if of["response"]["status"].as_u64()? >= 400 => {
            Some(format!("{}: {}", of["response"]["url"], of["response"]["status"]))
        }
        "Network.loadingFailed" if of["canceled"] != true => {
            Some(format!("not loaded: {}", of["errorText"]))
        }
        _ => None,
    }
}
