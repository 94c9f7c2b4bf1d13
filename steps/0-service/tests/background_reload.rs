//! Looks at `reload` and `log`, by which one sees and changes what runs in the background.

mod programs;

use programs::{Foreground, Place};

#[test]
fn a_reload_tells_what_has_changed_and_it_counts_at_once() {
    let place = Place::new();
    place.write("service.toml", "every = 0.01");
    place.run(&["start"]).good();
    let log = Foreground::spawn(&mut place.command(&["log", "-f", "-n", "1000"]));
    log.prints("tick");
    assert_eq!(place.run(&["reload"]).good(), "nothing has changed\n");
    place.write("service.toml", "every = 0.02\nsays = 'tock'");
    assert_eq!(place.run(&["reload"]).good(), "says: \"tick\" -> \"tock\"\nevery: 0.01 -> 0.02\n");
    log.prints("INFO  house: reloaded: says: \"tick\" -> \"tock\", every: 0.01 -> 0.02");
    log.prints("tock");
}

#[test]
fn a_reload_with_a_faulty_file_fails_with_the_reason_and_it_runs_on() {
    let place = Place::new();
    place.write("service.toml", "every = 0.01");
    place.run(&["start"]).good();
    let pid = place.pid();
    for (text, why) in [
        ("says = 'tock'\nevry = 1", "service.toml:2: evry: no such setting; did you mean every?"),
        (
            "says = 'tock'\nevery = -1",
            "service.toml:2: every: expected a number of seconds, found -1",
        ),
        ("says = 'tock", "service.toml:1: not TOML: "),
    ] {
        place.write("service.toml", text);
        let said = place.run(&["reload"]).bad(1);
        assert!(said.starts_with(&format!("service: {why}")), "{said}");
    }
    let log = Foreground::spawn(&mut place.command(&["log", "-f", "-n", "0"]));
    for _ in 0..10 {
        assert_eq!(log.prints(""), "tick", "it says what it said");
    }
    assert_eq!((place.run(&["status"]).code, place.pid()), (Some(0), pid));
}

#[test]
fn a_faulty_reload_tells_all_faults_a_line_each() {
    let place = Place::new();
    place.run(&["start"]).good();
    place.write("service.toml", "evry = 1\nlog_level = 'loud'\n");
    let levels = "\"error\", \"warn\", \"info\", \"debug\" or \"trace\"";
    assert_eq!(
        place.run(&["reload"]).bad(1),
        format!(
            "service: service.toml:2: log_level: expected {levels}, found \"loud\"\n\
             service: service.toml:1: evry: no such setting; did you mean every?\n"
        )
    );
}

#[test]
fn a_reload_changes_the_level_of_the_log() {
    let place = Place::new();
    place.run(&["start"]).good();
    assert!(!place.log().contains(" DEBUG "));
    place.write("service.toml", "log_level = 'debug'");
    place.run(&["reload"]).good();
    place.run(&["stop"]).good();
    assert!(place.log().contains(" DEBUG house: stopping\n"), "{}", place.log());
}

#[test]
fn log_prints_the_end_of_the_log_and_with_f_goes_on() {
    let place = Place::new();
    assert_eq!(place.run(&["log"]).good(), "", "there is nothing yet");
    let before: String = (1..=200).map(|n| format!("line {n}\n")).collect();
    place.write("service.log", &before);
    let lines =
        |from: usize| before.lines().skip(from).map(|line| format!("{line}\n")).collect::<String>();
    assert_eq!(place.run(&["log"]).good(), lines(100));
    assert_eq!(place.run(&["log", "-n", "2"]).good(), "line 199\nline 200\n");
    assert_eq!(place.run(&["log", "-n", "1000"]).good(), before);

    let log = Foreground::spawn(&mut place.command(&["log", "-f", "-n", "1"]));
    assert_eq!(log.prints(""), "line 200");
    place.run(&["start"]).good();
    log.prints("INFO  house: ready");
    place.run(&["stop"]).good();
    log.prints("INFO  house: stopped");
}
