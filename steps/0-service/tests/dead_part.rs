//! Looks at a program of which a part has died: it must end, and say so, and not stand there ready
//! with nothing running in it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod programs;

use programs::StateDir;
use std::{
    io::{BufRead, BufReader, Read},
    process::Stdio,
};

#[test]
fn a_program_ends_when_a_part_of_it_has_stopped_for_good() {
    let state_dir = StateDir::new();
    let mut command = state_dir.command(&["run", "--set", "every=0.01"]);
    let mut program = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut printed = BufReader::new(program.stdout.take().unwrap());
    let mut line = String::new();
    printed.read_line(&mut line).unwrap();
    assert_eq!(line, "tick\n");
    // The clock cannot print any more, and panics. It is two levels below the root.
    drop(printed);
    let mut logged = String::new();
    program.stderr.take().unwrap().read_to_string(&mut logged).unwrap();
    assert_eq!(program.wait().unwrap().code(), Some(1), "{logged}");
    let last = logged.lines().last().unwrap();
    assert!(last.starts_with("house/hall/clock: task \"tick\" panicked: "), "{logged}");
    assert!(logged.contains("INFO  house: stopped"), "{logged}");
}
