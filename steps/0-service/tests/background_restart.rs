//! Looks at what a restart keeps: options, environment and settings file, so that no setting is gone
//! without a word because another shell has restarted the program.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod programs;

use programs::{StateDir, run, wait_for_end};
use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt};

#[test]
fn a_restart_keeps_the_earlier_options_of_which_new_ones_win() {
    let state_dir = StateDir::new();
    state_dir.write("other.toml", "says = 'from a file'");
    state_dir.run(&["start", "--set", "every=0.01", "--set", "says=one thing"]).good();
    wait_for_line(&state_dir, "one thing");
    for (options, says) in [
        (&[][..], "one thing"),
        (&[], "one thing"),
        (&["--set", "says=another"], "another"),
        (&["--config", "other.toml"], "another"),
        (&[], "another"),
    ] {
        let before = state_dir.pid().unwrap();
        std::fs::write(state_dir.path("service.log"), "").unwrap();
        let said = state_dir.run(&[&["restart"], options].concat()).good();
        let after = state_dir.pid().unwrap();
        assert_eq!(said, format!("service is stopped\nservice is ready (pid {after})\n"));
        assert_ne!(before, after);
        wait_for_end(before);
        wait_for_line(&state_dir, says);
    }
}

#[test]
fn a_restart_with_faulty_settings_fails_and_what_runs_runs_on() {
    let state_dir = StateDir::new();
    state_dir.write("other.toml", "every = 0.01");
    state_dir.run(&["start", "--config", "other.toml"]).good();
    let pid = state_dir.pid();
    state_dir.write("other.toml", "evry = 0.01");
    let why = "other.toml:1: evry: no such setting; did you mean every?";
    assert_eq!(
        state_dir.run(&["restart"]).bad(1),
        format!("service: {why}\n"),
        "the earlier options are checked"
    );
    state_dir.write("other.toml", "every = 0.01");
    let why = "--set: every: expected a number of seconds, found \"x\"";
    assert_eq!(state_dir.run(&["restart", "--set", "every=x"]).bad(1), format!("service: {why}\n"));
    assert_eq!((state_dir.run(&["status"]).code, state_dir.pid()), (Some(0), pid));
}

#[test]
fn a_restart_keeps_the_earlier_environment_of_which_the_new_one_wins() {
    let state_dir = StateDir::new();
    let environment = [("SERVICE_SAYS", "one thing"), ("SERVICE_EVERY", "0.01")];
    run(state_dir.command(&["start"]).envs(environment)).good();
    wait_for_line(&state_dir, "one thing");
    for (environment, options, says) in [
        (None, &[][..], "one thing"),
        (None, &[], "one thing"),
        (Some(("SERVICE_SAYS", "another")), &[], "another"),
        (None, &[], "another"),
        (Some(("SERVICE_SAYS", "a third")), &["--set", "says=by hand"], "by hand"),
        (None, &[], "by hand"),
    ] {
        fs::write(state_dir.path("service.log"), "").unwrap();
        run(state_dir.command(&[&["restart"], options].concat()).envs(environment)).good();
        wait_for_line(&state_dir, says);
    }
}

#[test]
fn what_is_given_at_a_restart_wins_whichever_way_it_is_given() {
    let state_dir = StateDir::new();
    state_dir.run(&["start", "--set", "every=0.01", "--set", "says=one thing"]).good();
    for (environment, options, says) in [
        (Some(("SERVICE_SAYS", "another")), &[][..], "another"),
        (None, &[], "another"),
        (None, &["--set", "says=a third"], "a third"),
        (Some(("SERVICE_SAYS", "a fourth")), &[], "a fourth"),
        (None, &[], "a fourth"),
    ] {
        fs::write(state_dir.path("service.log"), "").unwrap();
        run(state_dir.command(&[&["restart"], options].concat()).envs(environment)).good();
        wait_for_line(&state_dir, says);
    }
}

#[test]
fn an_unchanged_environment_is_not_given_anew_at_a_restart() {
    let state_dir = StateDir::new();
    let start = ["start", "--set", "every=0.01", "--set", "says=by hand"];
    let environment = [("SERVICE_SAYS", "exported")];
    run(state_dir.command(&start).envs(environment)).good();
    for _ in 0..2 {
        fs::write(state_dir.path("service.log"), "").unwrap();
        run(state_dir.command(&["restart"]).envs(environment)).good();
        wait_for_line(&state_dir, "by hand");
    }
}

#[test]
fn a_settings_file_that_is_gone_is_missed() {
    let state_dir = StateDir::new();
    state_dir.write("service.toml", "every = 0.01\nsays = 'as the file says'");
    state_dir.run(&["start"]).good();
    fs::remove_file(state_dir.path("service.toml")).unwrap();
    for command in ["reload", "restart"] {
        let said = state_dir.run(&[command]).bad(1);
        assert!(said.contains("service.toml: the settings file cannot be read: No such"), "{said}");
    }
    fs::write(state_dir.path("service.log"), "").unwrap();
    wait_for_line(&state_dir, "as the file says");
    state_dir.write("service.toml", "every = 0.01\nsays = 'it is back'");
    state_dir.run(&["restart"]).good();
    wait_for_line(&state_dir, "it is back");
}

#[test]
fn a_variable_that_is_no_text_is_a_fault() {
    let state_dir = StateDir::new();
    let not_text = OsStr::from_bytes(b"\xff");
    let variable = OsStr::from_bytes(b"SERVICE_\xff");
    for command in ["run", "start", "restart", "settings"] {
        let said = run(state_dir.command(&[command]).env("SERVICE_SAYS", not_text)).bad(1);
        assert_eq!(said, "service: environment variable SERVICE_SAYS: not UTF-8 text\n");
        let said = run(state_dir.command(&[command]).env(variable, "x")).bad(1);
        assert_eq!(said, "service: environment variable SERVICE_\u{fffd}: not UTF-8 text\n");
    }
    assert_eq!(state_dir.run(&["status"]).code, Some(3), "nothing was started");
}

#[test]
fn a_restart_in_a_folder_that_is_no_text_finds_its_settings() {
    let state_dir = StateDir::new();
    let folder = state_dir.path("").join(OsStr::from_bytes(b"\xff"));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("service.toml"), "every = 0.01\nsays = 'one thing'").unwrap();
    run(state_dir.command(&["start"]).current_dir(&folder)).good();
    wait_for_line(&state_dir, "one thing");
    fs::write(state_dir.path("service.log"), "").unwrap();
    state_dir.run(&["restart"]).good();
    wait_for_line(&state_dir, "one thing");
}

#[test]
fn a_restart_of_what_was_killed_says_what_it_forgot() {
    let state_dir = StateDir::new();
    run(state_dir.command(&["start"]).env("SERVICE_SAYS", "one thing")).good();
    let killed = state_dir.kill();
    let said = state_dir.run(&["restart"]).good();
    let told = format!(
        "service was not running: pid {killed} was killed, and what it was started with is not known; starting with what is given now\n"
    );
    assert!(said.starts_with(&told), "{said}");
}

/// Waits until the program has printed `text`, which goes to its log.
fn wait_for_line(state_dir: &StateDir, text: &str) {
    let log = programs::Foreground::spawn(&mut state_dir.command(&["log", "-f"]));
    log.prints(text);
}
