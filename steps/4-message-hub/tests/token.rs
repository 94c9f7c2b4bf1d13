//! Looks at the token of a hub that runs in the background: it holds whatever is restarted or
//! reloaded, and nobody is shown it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Command, Output},
    time::Duration,
};
use tempfile::TempDir;

/// No terminal, no log and no list of processes may show one of these.
const TOKENS: [&str; 3] = ["first-token", "second-token", "third-token"];

/// The folder of one hub in the background, which is stopped at the end.
struct StateDir(TempDir);

impl StateDir {
    fn new() -> Self {
        StateDir(TempDir::new().unwrap())
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    fn run(&self, command: &str, environment: &[(&str, &str)]) -> Output {
        self.run_in("", command, environment)
    }

    /// Runs a command in this folder within the state directory.
    fn run_in(&self, folder: &str, command: &str, environment: &[(&str, &str)]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_message-hub"))
            .current_dir(self.path(folder))
            .arg(command)
            .arg("--state-dir")
            .arg(self.0.path())
            .envs(environment.iter().copied())
            .output()
            .unwrap()
    }

    /// What a command that succeeds prints. It shows no token.
    #[track_caller]
    fn good(&self, command: &str, environment: &[(&str, &str)]) -> String {
        let output = self.run(command, environment);
        assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]), "{output:?}");
        let said = String::from_utf8(output.stdout).unwrap();
        assert_shows_no_token(&said);
        said
    }

    /// What a command that fails complains of. It shows no token.
    #[track_caller]
    fn bad(&self, command: &str, environment: &[(&str, &str)]) -> String {
        let output = self.run(command, environment);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_shows_no_token(&said);
        said
    }

    /// The status that who publishes with this token is answered.
    fn publish(&self, token: &str) -> u16 {
        let status = self.good("status", &[]);
        let port = status.lines().find_map(|line| line.trim().strip_prefix("http_bind = "));
        let mut stream = TcpStream::connect(port.unwrap()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let authorization = format!("Authorization: Bearer {token}\r\nConnection: close");
        let head = format!("POST /news HTTP/1.1\r\nHost: x\r\n{authorization}\r\n");
        stream.write_all(format!("{head}Content-Length: 1\r\n\r\nx").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer["HTTP/1.1 ".len()..][..3].parse().unwrap()
    }

    #[track_caller]
    fn assert_token(&self, token: &str) {
        assert_eq!(self.publish(token), 200, "{token}");
        assert_eq!(self.publish(""), 401);
    }

    /// What any user of the machine sees of the process.
    fn listed(&self) -> String {
        let pid = fs::read_to_string(self.path("message-hub.pid")).unwrap();
        fs::read_to_string(format!("/proc/{}/cmdline", pid.trim())).unwrap()
    }
}

impl Drop for StateDir {
    fn drop(&mut self) {
        self.run("stop", &[]);
        let log = fs::read_to_string(self.path("message-hub.log")).unwrap_or_default();
        if !std::thread::panicking() {
            assert_shows_no_token(&log);
        }
    }
}

#[track_caller]
fn assert_shows_no_token(text: &str) {
    assert!(TOKENS.iter().all(|token| !text.contains(token)), "{text}");
}

const PORTS: [(&str, &str); 3] = [
    ("SERVICE_HTTP_BIND", "127.0.0.1:0"),
    ("SERVICE_TAIL_BIND", "127.0.0.1:0"),
    ("SERVICE_WEBSOCKET_BIND", "127.0.0.1:0"),
];

#[test]
fn a_token_from_the_environment_holds_after_a_restart_from_another_shell() {
    let state_dir = StateDir::new();
    state_dir.good("start", &[&PORTS[..], &[("SERVICE_PUBLISH_TOKEN", TOKENS[0])]].concat());
    state_dir.assert_token(TOKENS[0]);
    assert_shows_no_token(&state_dir.listed());
    for _ in 0..2 {
        state_dir.good("restart", &[]);
        state_dir.assert_token(TOKENS[0]);
    }
    state_dir.good("restart", &[("SERVICE_PUBLISH_TOKEN", TOKENS[1])]);
    state_dir.assert_token(TOKENS[1]);
    assert_shows_no_token(&state_dir.listed());
}

#[test]
fn a_token_in_a_file_holds_when_the_file_is_gone() {
    let state_dir = StateDir::new();
    state_dir.write("message-hub.toml", &format!("publish_token = \"{}\"", TOKENS[0]));
    state_dir.write("token", TOKENS[2]);
    state_dir.good("start", &PORTS);
    state_dir.assert_token(TOKENS[0]);
    state_dir.write("message-hub.toml", &format!("publish_token = \"{}\"", TOKENS[1]));
    assert_eq!(state_dir.good("reload", &[]), "publish_token: [redacted] -> [redacted]\n");
    state_dir.assert_token(TOKENS[1]);
    fs::remove_file(state_dir.path("message-hub.toml")).unwrap();
    for command in ["reload", "restart"] {
        let said = state_dir.bad(command, &[]);
        assert!(said.contains("message-hub.toml: the settings file cannot be read"), "{said}");
        state_dir.assert_token(TOKENS[1]);
    }
    state_dir.write("message-hub.toml", "publish_token_file = \"token\"");
    assert_eq!(state_dir.good("reload", &[]), "publish_token: [redacted] -> [redacted]\n");
    state_dir.assert_token(TOKENS[2]);
    state_dir.good("settings", &[]);
}

#[test]
fn the_path_of_a_token_means_the_same_after_a_restart() {
    let state_dir = StateDir::new();
    for (folder, token) in [("here", TOKENS[0]), ("there", TOKENS[1])] {
        fs::create_dir(state_dir.path(folder)).unwrap();
        state_dir.write(&format!("{folder}/token"), token);
    }
    fs::create_dir(state_dir.path("elsewhere")).unwrap();
    let run_in = |folder, command, environment: &[(&str, &str)]| {
        let output = state_dir.run_in(folder, command, environment);
        assert!(output.status.success(), "{output:?}");
    };
    let token_file = ("SERVICE_PUBLISH_TOKEN_FILE", "token");
    run_in("here", "start", &[&PORTS[..], &[token_file]].concat());
    state_dir.assert_token(TOKENS[0]);
    for folder in ["there", "elsewhere"] {
        run_in(folder, "restart", &[]);
        state_dir.assert_token(TOKENS[0]);
    }
    run_in("there", "restart", &[token_file]);
    state_dir.assert_token(TOKENS[1]);
    run_in("here", "reload", &[]);
    state_dir.assert_token(TOKENS[1]);
}

#[test]
fn a_token_and_its_file_replace_each_other_at_a_restart() {
    let state_dir = StateDir::new();
    state_dir.write("token", TOKENS[1]);
    let token_file = ("SERVICE_PUBLISH_TOKEN_FILE", "token");
    state_dir.good("start", &[&PORTS[..], &[("SERVICE_PUBLISH_TOKEN", TOKENS[0])]].concat());
    for (given, token) in [
        (token_file, TOKENS[1]),
        (("SERVICE_PUBLISH_TOKEN", TOKENS[2]), TOKENS[2]),
        (token_file, TOKENS[1]),
    ] {
        state_dir.good("restart", &[given]);
        state_dir.assert_token(token);
        state_dir.good("restart", &[]);
        state_dir.assert_token(token);
    }
}

#[test]
fn a_token_that_systemd_keeps_holds_after_a_restart_by_hand() {
    let state_dir = StateDir::new();
    fs::create_dir(state_dir.path("credentials")).unwrap();
    state_dir.write("credentials/publish_token", TOKENS[0]);
    state_dir.write("credentials/another", "of another service's");
    let credentials = state_dir.path("credentials");
    let credentials = ("CREDENTIALS_DIRECTORY", credentials.to_str().unwrap());
    state_dir.good("start", &[&PORTS[..], &[credentials]].concat());
    state_dir.assert_token(TOKENS[0]);
    state_dir.good("restart", &[]);
    state_dir.assert_token(TOKENS[0]);
    // From a shell of another service, which has no such secret.
    fs::create_dir(state_dir.path("others")).unwrap();
    let others = state_dir.path("others");
    state_dir.good("restart", &[("CREDENTIALS_DIRECTORY", others.to_str().unwrap())]);
    state_dir.assert_token(TOKENS[0]);
    fs::remove_dir_all(state_dir.path("credentials")).unwrap();
    for command in ["reload", "restart"] {
        let said = state_dir.bad(command, &[]);
        assert!(said.contains("credentials/publish_token: publish_token: No such file"), "{said}");
        state_dir.assert_token(TOKENS[0]);
    }
    state_dir.good("restart", &[("SERVICE_PUBLISH_TOKEN", TOKENS[1])]);
    state_dir.assert_token(TOKENS[1]);
}

#[test]
fn a_token_on_the_command_line_is_refused() {
    let state_dir = StateDir::new();
    for command in ["run", "start", "settings"] {
        let output = Command::new(env!("CARGO_BIN_EXE_message-hub"))
            .args([command, "--set", "publish_token=first-token", "--state-dir"])
            .arg(state_dir.0.path())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("SERVICE_PUBLISH_TOKEN") && said.contains("publish_token_file"),
            "{said}"
        );
        assert_shows_no_token(&said);
    }
}
