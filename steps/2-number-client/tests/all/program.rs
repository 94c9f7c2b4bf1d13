//! Looks at the program as one meets it in a terminal: numbers on standard output and nothing else,
//! from a server of its own or from another, and an end with a sentence when it cannot go on.

use crate::support::{MANY, Peer, Poured, seeded, serve, within};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    path::Path,
    process::{Output, Stdio},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

/// The program, in a folder and an environment in which there are no settings.
fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_number-client"));
    command.args(arguments).env_clear().current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// These settings as arguments.
fn set<const N: usize>(settings: [&str; N]) -> Vec<&str> {
    settings.into_iter().flat_map(|setting| ["--set", setting]).collect()
}

fn lines_of(child: &mut Child) -> Lines<BufReader<ChildStdout>> {
    BufReader::new(child.stdout.take().expect("standard output is a pipe")).lines()
}

async fn take(lines: &mut Lines<BufReader<ChildStdout>>, count: usize) -> Vec<u8> {
    let mut numbers = Vec::new();
    while numbers.len() < count {
        let line = within("the program to print a number", lines.next_line())
            .await
            .expect("a pipe can be read");
        let line = line.unwrap_or_else(|| panic!("the program ended after {numbers:?}"));
        numbers
            .push(line.parse().unwrap_or_else(|_| panic!("printed {line:?}, which is no number")));
    }
    numbers
}

/// Waits until the program has ended; returns whether it says that all was well, and what it
/// logged.
async fn ended(child: Child) -> (bool, String) {
    let Output { status, stderr, .. } = within("the program to end", child.wait_with_output())
        .await
        .expect("a child can be waited for");
    (status.success(), String::from_utf8_lossy(&stderr).into_owned())
}

/// Ends the program as Ctrl-C does; it must say that all was well.
async fn terminate(child: Child) -> String {
    let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed())).expect("the program runs");
    kill_process(pid, Signal::TERM).expect("the program is ours to end");
    let (success, log) = ended(child).await;
    assert!(success, "the program ended badly: {log}");
    log
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is room for a folder")
}

#[tokio::test]
async fn it_prints_what_the_seed_of_its_embedded_server_says() {
    let folder = folder();
    let settings = set(["numbers_bind=127.0.0.1:0", "rate_per_minute=6000", "seed=7"]);
    let mut child = program(folder.path(), &settings).spawn().expect("the program has been built");
    let mut lines = lines_of(&mut child);
    assert_eq!(take(&mut lines, 20).await, seeded(7, 1, 20).1);
    let log = terminate(child).await;
    assert!(log.contains("numbers/number-client/number-server: listening on 127.0.0.1:"), "{log}");
}

#[tokio::test]
async fn it_prints_the_numbers_of_another_server() {
    let folder = folder();
    let (_server, address) = serve([("seed", "7"), ("rate_per_minute", "6000")]).await;
    // The seed is for an embedded server, and there is none.
    let other = format!("number_server={address}");
    let mut child = program(folder.path(), &set([&other, "seed=8"]))
        .spawn()
        .expect("the program has been built");
    let mut lines = lines_of(&mut child);
    assert_eq!(take(&mut lines, 20).await, seeded(7, 1, 20).1);
    let log = terminate(child).await;
    assert!(!log.contains("number-server"), "{log}");
    assert!(log.contains(&format!("numbers/number-client: connected to {address}")), "{log}");
}

#[tokio::test]
async fn one_settings_file_does_for_both_kinds_of_server() {
    let folder = folder();
    let (_server, address) = serve([("seed", "7"), ("rate_per_minute", "6000")]).await;
    let text = format!("rate_per_minute = 90\nnumber_server = \"localhost:{}\"\n", address.port());
    std::fs::write(folder.path().join("number-client.toml"), text)
        .expect("there is room for a file");
    let mut child = program(folder.path(), &[]).spawn().expect("the program has been built");
    let mut lines = lines_of(&mut child);
    assert_eq!(take(&mut lines, 5).await, seeded(7, 1, 5).1);
    let log = terminate(child).await;
    assert!(!log.contains("WARN") && !log.contains("ERROR"), "{log}");
}

#[tokio::test]
async fn an_address_may_be_a_number_or_a_name() {
    let folder = folder();
    for value in
        ["embedded", "127.0.0.1:7776", "[::1]:7776", "localhost:7776", "numbers.example:65535"]
    {
        let setting = format!("number_server={value}");
        let run = program(folder.path(), &["settings", "--set", &setting]).output();
        let Output { stdout, stderr, .. } =
            within("the program to end", run).await.expect("the program has been built");
        let settings = String::from_utf8_lossy(&stdout);
        assert!(
            settings.contains(&format!("\nnumber_server = {value:?}  # from --set\n")),
            "{value}: {settings}"
        );
        assert_eq!(String::from_utf8_lossy(&stderr), "", "{value}");
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_with_one_sentence() {
    let folder = folder();
    let bad = [
        "nowhere",
        "foo:bar:1",
        "::1:7776",
        "127.0.0.1",
        "7776",
        ":7776",
        "localhost:",
        "localhost:99999",
        "127.0.0.1:0",
        "a b:7776",
        "",
    ];
    let bad =
        bad.into_iter().chain(["http://127.0.0.1:7776", "http://127.0.0.1:7776/", "Embedded"]);
    for value in bad {
        let setting = format!("number_server={value}");
        let child =
            program(folder.path(), &set([&setting])).spawn().expect("the program has been built");
        let (success, log) = ended(child).await;
        let expected = "expected \"embedded\" or an address such as \"127.0.0.1:7776\"";
        assert_eq!(
            log,
            format!("number-client: --set: number_server: {expected}, found {value:?}\n")
        );
        assert!(!success, "{value:?}: the exit code says that all is well");
    }
}

#[tokio::test]
async fn it_ends_when_nobody_can_read_what_it_prints() {
    let folder = folder();
    let settings = set(["numbers_bind=127.0.0.1:0", "rate_per_minute=6000"]);
    let mut child = program(folder.path(), &settings).spawn().expect("the program has been built");
    let mut lines = lines_of(&mut child);
    take(&mut lines, 1).await;
    drop(lines);
    let (success, log) = ended(child).await;
    assert!(!success, "the exit code says that all is well");
    assert!(log.ends_with("\nnumbers: cannot print: Broken pipe (os error 32)\n"), "{log}");
}

#[tokio::test]
async fn a_blocked_reader_stops_the_server_but_not_a_stop() {
    let folder = folder();
    let peer = Peer::listen();
    let setting = format!("number_server={}", peer.address());
    // With one worker, a print that blocked it would block all.
    let mut command = program(folder.path(), &set([&setting]));
    let mut child =
        command.env("TOKIO_WORKER_THREADS", "1").spawn().expect("the program has been built");
    let (text, expected) = seeded(7, 1, MANY);
    let mut connection = peer.accept().await;
    let (taken, poured) = connection.pour(&text).await;
    assert!(
        matches!(poured, Poured::Blocked),
        "{poured:?} after {taken} bytes, though nobody reads"
    );

    let mut lines = lines_of(&mut child);
    assert_eq!(take(&mut lines, 1000).await, expected[..1000]);
    let (_, poured) = connection.pour(&text[taken..]).await;
    assert!(matches!(poured, Poured::Blocked), "{poured:?}, though nobody reads");
    terminate(child).await;
    drop(lines);
}
