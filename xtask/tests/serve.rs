//! Whether `just book` serves the book and follows a change: a reader who edits a chapter must see
//! it, and never a broken page.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

/// Only ever waited out by a test that fails.
const TEST_TIMEOUT: Duration = Duration::from_secs(60);

/// A copy of the project, served.
struct Served {
    copy: tempfile::TempDir,
    child: Child,
    address: String,
    said: Lines,
    complained: Lines,
}

/// The lines that a process prints, as they come.
struct Lines(Receiver<String>);

impl Lines {
    fn of(from: impl Read + Send + 'static) -> Self {
        let (sender, lines) = channel();
        thread::spawn(move || {
            let lines = BufReader::new(from).lines().map_while(Result::ok);
            lines.for_each(|line| drop(sender.send(line)));
        });
        Lines(lines)
    }

    fn next(&self) -> String {
        self.0.recv_timeout(TEST_TIMEOUT).expect("another line in time")
    }
}

impl Served {
    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let copy = tempfile::tempdir().unwrap();
        for name in [
            "book.toml",
            "Cargo.toml",
            "justfile",
            "book",
            "steps",
            "examples",
            "test-support",
            "tests",
            "bench",
            "xtask",
        ] {
            copy_all(&root.join(name), &copy.path().join(name));
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["serve", "--port", "0", "--root"])
            .arg(copy.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Lines::of(child.stdout.take().unwrap());
        let complained = Lines::of(child.stderr.take().unwrap());
        let address = loop {
            let line = said.next();
            if let Some((_, address)) = line.split_once("http://") {
                break address.to_owned();
            }
        };
        Served { copy, child, address, said, complained }
    }

    fn chapter(&self) -> PathBuf {
        self.copy.path().join("book/src/introduction.md")
    }

    /// The answer to a request, head and body.
    fn get(&self, path: &str) -> String {
        read_all(self.ask(path))
    }

    fn ask(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(TEST_TIMEOUT)).unwrap();
        let host = &self.address;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        stream
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    if !from.is_dir() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        copy_all(&from.join(&name), &to.join(&name));
    }
}

fn read_all(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer in time");
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_page_is_shown_again_when_its_chapter_changes() {
    let served = Served::start();
    let page = served.get("/introduction.html");
    assert!(page.contains("<h1 id=\"introduction\">"), "{page}");
    assert!(page.contains("reload.js"), "the page does not ask whether it has changed");

    let change = served.ask("/changed");
    let text = fs::read_to_string(served.chapter()).unwrap();
    fs::write(served.chapter(), text.replace("# Introduction", "# A new beginning")).unwrap();
    assert!(read_all(change).starts_with("HTTP/1.1 200"));
    assert_eq!(served.said.next(), "built again");
    assert!(served.get("/introduction.html").contains("A new beginning"));
}

#[test]
fn a_fault_is_told_with_its_place_and_the_old_page_stays() {
    let served = Served::start();
    let text = fs::read_to_string(served.chapter()).unwrap();
    fs::write(served.chapter(), format!("{{{{#session nobody}}}}\n\n{text}")).unwrap();
    let told = served.complained.next();
    assert_eq!(told, "book/src/introduction.md:1: there is no session nobody in tests/snapshots");
    assert!(served.get("/introduction.html").contains("<h1 id=\"introduction\">"));
    assert!(served.get("/nowhere.html").starts_with("HTTP/1.1 404"));
}
