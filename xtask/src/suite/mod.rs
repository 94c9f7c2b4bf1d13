//! Runs every test of the workspace: compiles once, then runs the test programs side by side. (cargo-nextest does
//! that, too, but each fresh machine would have to compile it first.)
//!
//! | file | what |
//! | --- | --- |
//! | `programs.rs` | what cargo has compiled |
//! | `run.rs` | one test program, and what it says |
//! | `report.rs` | what is told of them all |

mod programs;
mod report;
mod run;

use crate::{check, workspace};
use anyhow::{Context, ensure};
use programs::TestProgram;
use report::Report;
use std::{
    env,
    path::Path,
    process::Command,
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

/// Set to what is missing on this machine: the tests that need it are ignored.
const MISSING: &str = "BOOK_MISSING";

/// Runs the tests that have `filter` in their names; fails unless all of them pass.
pub fn run(root: &Path, filter: Option<&str>) -> anyhow::Result<()> {
    let started = Instant::now();
    build_programs(root)?;
    let programs = programs::compile(root)?;
    let mut report = Report { compiling: started.elapsed(), ..Report::default() };

    let references = tempfile::NamedTempFile::new()?;
    report.runs = run_all(programs, filter, references.path());
    report.runs.push(run::doc_tests(root, filter)?);
    print!("{report}");
    report.verdict(filter)?;

    let is_complete = env::var_os(MISSING).is_none_or(|missing| missing.is_empty());
    if filter.is_none() && is_complete {
        check::unreferenced(root, references.path())?;
    }
    Ok(())
}

/// Builds what sessions type `./just step N` and `./just example NAME` for, so that none of them waits for it.
fn build_programs(root: &Path) -> anyhow::Result<()> {
    for package in workspace::steps(root)?.iter().map(String::as_str).chain(["examples"]) {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--bins", "--package", package]);
        let status = cargo.current_dir(root).status().context("cargo build")?;
        ensure!(status.success(), "{package} does not compile");
    }
    Ok(())
}

/// Runs test programs side by side, one for each core, and those that take longest first.
fn run_all(
    mut programs: Vec<TestProgram>,
    filter: Option<&str>,
    references: &Path,
) -> Vec<run::Run> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    programs.sort_by_key(|program| program.length());
    let (programs, runs) = (Mutex::new(programs), Mutex::new(Vec::new()));
    let next = || programs.lock().expect("nothing panics while it holds this lock").pop();
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(program) = next() {
                    let run = program.run(filter, references);
                    runs.lock().expect("nothing panics while it holds this lock").push(run);
                }
            });
        }
    });
    runs.into_inner().expect("nothing panics while it holds this lock")
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
