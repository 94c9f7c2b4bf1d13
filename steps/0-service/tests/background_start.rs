//! Looks at how `start` makes the background process: with its options, in a session of its own,
//! and with the reason in the terminal when it cannot be made.

mod programs;

use programs::{StateDir, has_ended, run, stat};
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    os::unix::{ffi::OsStrExt, process::CommandExt},
    process::{Command, Stdio},
};

#[test]
fn a_start_with_faulty_settings_fails_with_the_reason_and_nothing_runs() {
    let state_dir = StateDir::new();
    state_dir.write("service.toml", "says = 'tick'\nevry = 1\nevery = 'often'\n");
    let why = "service: service.toml:3: every: expected a number of seconds, found \"often\"\n\
               service: service.toml:2: evry: no such setting; did you mean every?\n";
    for command in ["start", "run", "restart", "settings"] {
        assert_eq!(state_dir.run(&[command]).bad(1), why, "{command}");
        assert_eq!(state_dir.run(&["status"]).code, Some(3));
    }
}

#[test]
fn a_start_that_fails_in_the_background_tells_the_reason_here() {
    let state_dir = StateDir::new();
    let socket = state_dir.path("service.sock");
    std::fs::create_dir(&socket).unwrap();
    let why = state_dir.run(&["start"]).bad(1);
    assert!(why.starts_with(&format!("service: {}: ", socket.display())), "{why}");
    assert_eq!(state_dir.run(&["status"]).code, Some(3), "it was not killed, it failed");
    assert!(state_dir.log().contains("ERROR"), "the log tells, too: {}", state_dir.log());
    std::fs::remove_dir(&socket).unwrap();
    state_dir.run(&["start"]).good();
}

#[test]
fn the_background_process_has_a_session_and_no_terminal() {
    let state_dir = StateDir::new();
    state_dir.run(&["start"]).good();
    let pid = state_dir.pid().unwrap();
    // After the name: state, parent, process group, session, terminal.
    let fields = stat(pid).unwrap();
    assert_eq!(fields[2..5], [pid.to_string(), pid.to_string(), "0".into()]);
}

#[test]
fn the_background_process_survives_the_end_of_all_that_started_it() {
    let state_dir = StateDir::new();
    let script = format!("'{}' start && read line", programs::SERVICE);
    let mut shell = Command::new("sh");
    state_dir
        .prepare(shell.args(["-c", &script]))
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut shell = shell.spawn().unwrap();
    let mut said = String::new();
    BufReader::new(shell.stdout.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.starts_with("service is ready"), "{said}");

    for signal in [Signal::HUP, Signal::KILL] {
        let _ = kill_process_group(Pid::from_child(&shell), signal); // the first may be enough
    }
    shell.wait().unwrap();
    assert!(!has_ended(state_dir.pid().unwrap()));
    assert_eq!(state_dir.run(&["status"]).code, Some(0));
    assert_eq!(state_dir.run(&["stop"]).good(), "service is stopped\n");
}

#[test]
fn options_that_were_given_to_start_count_in_the_background() {
    let state_dir = StateDir::new();
    state_dir.write("other.toml", "says = 'from the file'\nevery = 0.01");
    for (options, says) in [
        (&["--config", "other.toml"][..], "from the file"),
        (&["--config", "other.toml", "--set", "says=by hand"], "by hand"),
    ] {
        state_dir.run(&[&["start"], options].concat()).good();
        wait_for_line(&state_dir, says);
        state_dir.run(&["stop"]).good();
    }
}

#[test]
fn an_option_that_is_no_text_does_no_harm() {
    let state_dir = StateDir::new();
    let file = state_dir.path("").join(OsStr::from_bytes(b"\xff.toml"));
    std::fs::write(&file, "every = 0.01").unwrap();
    run(state_dir.command(&["start", "--config"]).arg(&file)).good();
    for _ in 0..2 {
        assert_eq!(state_dir.run(&["status"]).code, Some(0), "the question has not ended it");
    }
}

/// Waits until the program has printed `text`, which goes to its log.
fn wait_for_line(state_dir: &StateDir, text: &str) {
    let log = programs::Foreground::spawn(&mut state_dir.command(&["log", "-f"]));
    log.prints(text);
}

#[test]
fn help_tells_all_commands_and_a_wrong_one_is_told() {
    let state_dir = StateDir::new();
    let help = state_dir.run(&["--help"]).good();
    for command in ["run", "start", "stop", "restart", "reload", "status", "log", "settings"] {
        assert!(
            help.lines().any(|line| line.trim_start().starts_with(&format!("{command} "))),
            "{command}: {help}"
        );
    }
    assert!(!help.contains("background  "), "what `start` runs is its own affair: {help}");
    let in_vain = "--set and --config are for run, start, restart and settings";
    for command in ["stop", "reload", "status", "log"] {
        for option in [["--set", "says=x"], ["--config", "x.toml"]] {
            let said = state_dir.run(&[&[command], &option[..]].concat()).bad(2);
            assert!(said.contains(in_vain), "{said}");
        }
    }
    for wrong in [&["strat"][..], &["start", "--set", "says"], &["--set", "=1", "status", "x"]] {
        run(&mut state_dir.command(wrong)).bad(2);
    }
}
