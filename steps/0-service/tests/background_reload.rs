//! Looks at `reload` and `log`, by which one sees and changes what runs in the background.

mod programs;

use programs::{Foreground, StateDir};

#[test]
fn a_reload_tells_what_has_changed_and_it_counts_at_once() {
    let state_dir = StateDir::new();
    state_dir.write("service.toml", "every = 0.01");
    state_dir.run(&["start"]).good();
    let log = Foreground::spawn(&mut state_dir.command(&["log", "-f", "-n", "1000"]));
    log.prints("tick");
    assert_eq!(state_dir.run(&["reload"]).good(), "nothing has changed\n");
    state_dir.write("service.toml", "every = 0.02\nsays = 'tock'");
    assert_eq!(
        state_dir.run(&["reload"]).good(),
        "says: \"tick\" -> \"tock\"\nevery: 0.01 -> 0.02\n"
    );
    log.prints("INFO  house: reloaded: says: \"tick\" -> \"tock\", every: 0.01 -> 0.02");
    log.prints("tock");
}

#[test]
fn a_reload_with_a_faulty_file_fails_and_changes_nothing() {
    let state_dir = StateDir::new();
    state_dir.write("service.toml", "every = 0.01");
    state_dir.run(&["start"]).good();
    let pid = state_dir.pid();
    for (text, why) in [
        ("says = 'tock'\nevry = 1", "service.toml:2: evry: no such setting; did you mean every?"),
        (
            "says = 'tock'\nevery = -1",
            "service.toml:2: every: expected a number of seconds, found -1",
        ),
        ("says = 'tock", "service.toml:1: not TOML: "),
    ] {
        state_dir.write("service.toml", text);
        let said = state_dir.run(&["reload"]).bad(1);
        assert!(said.starts_with(&format!("service: {why}")), "{said}");
    }
    let log = Foreground::spawn(&mut state_dir.command(&["log", "-f", "-n", "0"]));
    for _ in 0..10 {
        assert_eq!(log.prints(""), "tick", "it says what it said");
    }
    assert_eq!((state_dir.run(&["status"]).code, state_dir.pid()), (Some(0), pid));
}

#[test]
fn a_faulty_reload_tells_all_faults_a_line_each() {
    let state_dir = StateDir::new();
    state_dir.run(&["start"]).good();
    state_dir.write("service.toml", "evry = 1\nlog_level = 'loud'\n");
    let levels = "\"error\", \"warn\", \"info\", \"debug\" or \"trace\"";
    assert_eq!(
        state_dir.run(&["reload"]).bad(1),
        format!(
            "service: service.toml:2: log_level: expected {levels}, found \"loud\"\n\
             service: service.toml:1: evry: no such setting; did you mean every?\n"
        )
    );
}

#[test]
fn a_reload_changes_the_level_of_the_log() {
    let state_dir = StateDir::new();
    state_dir.run(&["start"]).good();
    assert!(!state_dir.log().contains(" DEBUG "));
    state_dir.write("service.toml", "log_level = 'debug'");
    state_dir.run(&["reload"]).good();
    state_dir.run(&["stop"]).good();
    assert!(state_dir.log().contains(" DEBUG house: stopping\n"), "{}", state_dir.log());
}

#[test]
fn log_prints_the_end_of_the_log_and_with_f_goes_on() {
    let state_dir = StateDir::new();
    assert_eq!(state_dir.run(&["log"]).good(), "", "there is nothing yet");
    let before: String = (1..=200).map(|n| format!("line {n}\n")).collect();
    state_dir.write("service.log", &before);
    let lines =
        |from: usize| before.lines().skip(from).map(|line| format!("{line}\n")).collect::<String>();
    assert_eq!(state_dir.run(&["log"]).good(), lines(100));
    assert_eq!(state_dir.run(&["log", "-n", "2"]).good(), "line 199\nline 200\n");
    assert_eq!(state_dir.run(&["log", "-n", "1000"]).good(), before);

    let log = Foreground::spawn(&mut state_dir.command(&["log", "-f", "-n", "1"]));
    assert_eq!(log.prints(""), "line 200");
    state_dir.run(&["start"]).good();
    log.prints("INFO  house: ready");
    state_dir.run(&["stop"]).good();
    log.prints("INFO  house: stopped");
}
