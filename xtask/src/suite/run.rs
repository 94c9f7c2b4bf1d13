//! One test program: its tests as they end, and all that it says if one fails.

use super::programs::TestProgram;
use anyhow::Context;
use std::{
    io::{self, BufRead, BufReader},
    path::Path,
    process::{Command, ExitStatus},
    time::{Duration, Instant},
};

/// How a test program has ended.
pub(super) struct Run {
    pub(super) name: String,
    pub(super) time: Duration,
    pub(super) is_good: bool,
    pub(super) passed: usize,
    pub(super) ignored: Vec<String>,
    pub(super) failed: Vec<String>,
    /// All that it printed.
    pub(super) said: String,
}

impl TestProgram {
    /// Runs the tests that have `filter` in their names.
    pub(super) fn run(&self, filter: Option<&str>, references: &Path) -> Run {
        let mut command = Command::new(&self.executable);
        command
            .args(filter)
            .args(["--test-threads", &self.threads().to_string()])
            .current_dir(&self.folder)
            .env("CARGO_MANIFEST_DIR", &self.folder)
            .env("INSTA_UPDATE", "no")
            .env("INSTA_SNAPSHOT_REFERENCES_FILE", references);
        follow(&self.name, command).unwrap_or_else(|error| {
            let mut run = Run::new(&self.name);
            run.said = format!("{}: {error}\n", self.executable.display());
            run
        })
    }
}

/// Runs the examples in the documentation.
pub(super) fn doc_tests(root: &Path, filter: Option<&str>) -> anyhow::Result<Run> {
    let mut command = Command::new("cargo");
    command.args(["test", "--quiet", "--doc", "--workspace", "--no-fail-fast", "--"]);
    command.args(["--format", "pretty"]).args(filter).current_dir(root);
    follow("documentation", command).context("cargo test --doc")
}

impl Run {
    fn new(name: &str) -> Self {
        Run {
            name: name.into(),
            time: Duration::ZERO,
            is_good: false,
            passed: 0,
            ignored: Vec::new(),
            failed: Vec::new(),
            said: String::new(),
        }
    }

    /// Notes a line. Returns whether it tells how a test ended.
    fn note(&mut self, line: &str) -> bool {
        self.said += line;
        self.said.push('\n');
        let Some((test, result)) =
            line.strip_prefix("test ").and_then(|line| line.rsplit_once(" ... "))
        else {
            return false;
        };
        match result {
            "ok" => self.passed += 1,
            "FAILED" => self.failed.push(test.into()),
            _ => self.ignored.push(test.into()),
        }
        true
    }
}

/// Runs a test program, and tells of each test as it ends.
fn follow(name: &str, mut command: Command) -> io::Result<Run> {
    let started = Instant::now();
    let mut run = Run::new(name);
    let (from, to) = io::pipe()?;
    command.stdin(std::process::Stdio::null()).stdout(to.try_clone()?).stderr(to);
    let mut child = command.spawn()?;
    drop(command); // and with it, our end of the pipe
    for line in BufReader::new(from).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        if run.note(&line) {
            println!("{name}: {}", &line["test ".len()..]);
        }
    }
    let status: ExitStatus = child.wait()?;
    run.is_good = status.success();
    run.time = started.elapsed();
    Ok(run)
}
