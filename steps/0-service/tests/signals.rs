//! Looks at what signals do to a program in the foreground: SIGHUP reloads, SIGTERM and SIGINT stop
//! the tree in order, and a second SIGINT ends a program that will not stop.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod programs;

use programs::{Foreground, StateDir, run};
use rustix::process::Signal;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A program that will not stop, of the examples. Cargo sees to it that it is built.
fn stubborn() -> PathBuf {
    let folder = Path::new(programs::SERVICE).parent().unwrap();
    let profile = folder.file_name().filter(|name| *name != "debug").unwrap_or("dev".as_ref());
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "examples", "--bin", "stubborn", "--profile"]);
    cargo.arg(profile).arg("--target-dir").arg(folder.parent().unwrap());
    assert_eq!(cargo.status().unwrap().code(), Some(0), "{cargo:?}");
    folder.join("stubborn")
}

#[test]
fn a_hang_up_reloads_and_a_changed_setting_counts_at_once() {
    let state_dir = StateDir::new();
    state_dir.write("service.toml", "says = 'tick'\nevery = 0.01");
    let program = Foreground::spawn(&mut state_dir.command(&["run"]));
    program.prints("tick");
    state_dir.write("service.toml", "says = 'tock'\nevery = 0.01");
    program.signal(Signal::HUP);
    program.logs("INFO  house: reloaded: says: \"tick\" -> \"tock\"");
    program.prints("tock");
}

#[test]
fn a_hang_up_with_a_faulty_file_changes_nothing_and_says_why() {
    let state_dir = StateDir::new();
    state_dir.write("service.toml", "says = 'tick'\nevery = 0.01");
    let mut program = Foreground::spawn(&mut state_dir.command(&["run"]));
    program.prints("tick");
    state_dir.write("service.toml", "says = 'tock'\nevry = 0.01");
    program.signal(Signal::HUP);
    let why = "not reloaded, nothing has changed: service.toml:2: evry: no such setting; did you mean every?";
    program.logs(&format!("ERROR house: {why}"));
    for _ in 0..10 {
        assert_eq!(program.prints(""), "tick");
    }
    program.signal(Signal::TERM);
    assert_eq!(program.ends().code(), Some(0), "it runs on, and stops as it should");
}

#[test]
fn a_signal_to_stop_stops_the_tree_in_order() {
    for signal in [Signal::TERM, Signal::INT] {
        let state_dir = StateDir::new();
        let mut program = Foreground::spawn(&mut state_dir.command(&[]));
        program.logs("INFO  house: ready");
        program.signal(signal);
        assert_eq!(program.ends().code(), Some(0), "{signal:?}");
        let services: Vec<_> =
            program.rest_of_log().into_iter().filter(|line| line.contains(" INFO ")).collect();
        let stopped: Vec<_> =
            services.iter().map(|line| line.split_once("INFO  ").unwrap().1).collect();
        let order = ["house/kitchen", "house/hall/clock", "house/hall", "house"];
        assert_eq!(stopped, order.map(|path| format!("{path}: stopped")), "{signal:?}");
    }
}

#[test]
fn a_second_interrupt_ends_a_program_that_will_not_stop() {
    let state_dir = StateDir::new();
    let mut program = Foreground::spawn(state_dir.prepare(&mut Command::new(stubborn())));
    program.logs("stubborn: ready");
    program.signal(Signal::INT);
    program.prints("asked to stop");
    program.signal(Signal::INT);
    assert_eq!(program.ends().code(), Some(130));
    program.logs("WARN  stubborn: told to stop twice: ending at once");
}

#[test]
fn work_that_will_not_end_is_named_and_left() {
    let state_dir = StateDir::new();
    let mut command = Command::new(stubborn());
    let mut program =
        Foreground::spawn(state_dir.prepare(command.args(["--set", "patience=0.05"])));
    program.logs("stubborn: ready");
    program.signal(Signal::TERM);
    assert_eq!(program.ends().code(), Some(1));
    let last = program.rest_of_log().pop();
    let named = "still running after the stop timeout: stubborn: thread \"mule\"";
    assert!(last.as_ref().is_some_and(|line| line.ends_with(named)), "{last:?}");
}

#[test]
fn a_program_that_cannot_start_says_why() {
    let state_dir = StateDir::new();
    let said = run(&mut state_dir.command(&["run", "--set", "evry=1"]));
    assert_eq!(said.bad(1), "service: --set: evry: no such setting; did you mean every?\n");
}
