//! Whether the harness itself can be trusted: it must notice what is wrong, tell all of it, and
//! leave nothing behind, above all when a test fails.

use book_tests::Session;
use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// What a failing test says.
fn failure(of: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(of)).expect_err("this should have failed");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn a_failure_tells_what_was_waited_for_and_what_every_terminal_said() {
    let said = failure(|| {
        let session = Session::new("not-recorded");
        let (one, other) = (session.terminal("one"), session.terminal("other"));
        other.run("echo something else");
        one.start("exit", "something");
    });
    for expected in ["\"something\"", "── one ──", "$ exit", "── other ──", "something else\n"]
    {
        assert!(said.contains(expected), "{expected:?} is not in:\n{said}");
    }
}

#[test]
fn an_order_that_the_run_denies_is_a_failure() {
    let said = failure(|| {
        let session = Session::new("not-recorded");
        let (one, other) = (session.terminal("one"), session.terminal("other"));
        one.run("echo first");
        other.run("echo second");
        session.in_order(&[(&one, "first\n"), (&other, "second\n")]);
        session.in_order(&[(&other, "second\n"), (&one, "first\n")]);
    });
    assert!(
        said.starts_with("\"second\\n\" in the terminal \"other\" should come before"),
        "{said}"
    );
}

#[test]
fn what_was_never_printed_has_no_place_in_an_order() {
    let said = failure(|| {
        let session = Session::new("not-recorded");
        let one = session.terminal("one");
        session.in_order(&[(&one, "nothing of the kind"), (&one, "$ ")]);
    });
    assert!(said.starts_with("\"nothing of the kind\" was never printed"), "{said}");
}

#[test]
fn no_process_outlives_a_session_however_it_ends() {
    let pid = |text: &str| text.trim().parse::<u32>().expect("a pid");
    let mut pids = Vec::new();
    failure(|| {
        let session = Session::new("not-recorded");
        let terminal = session.terminal("one");
        // One in a session of its own, as `start` makes; one that ignores what a closing terminal
        // sends.
        terminal
            .run("setsid sh -c 'echo $$ > own; exec sleep 1000' & until [ -s own ]; do :; done");
        terminal.run("(trap '' HUP TERM; sh -c 'echo $PPID > deaf'; sleep 1000) & until [ -s deaf ]; do :; done");
        for file in ["own", "deaf"] {
            pids.push(pid(
                &fs::read_to_string(session.folder().join(file)).expect("a pid in a file")
            ));
        }
        assert!(pids.iter().all(|pid| is_alive(*pid)), "they should run by now");
        panic!("{}", "as a failing test does");
    });
    assert_eq!(pids.len(), 2);
    let left: Vec<_> = pids.into_iter().filter(|pid| is_alive(*pid)).collect();
    assert!(left.is_empty(), "still alive: {left:?}");
}

/// A process that was killed may stay as a zombie until its parent looks.
fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

#[test]
fn a_session_leaves_neither_folder_nor_network_behind() {
    let session = Session::new("not-recorded");
    session.terminal("one").run("readlink /proc/self/ns/net > here");
    let folder = session.folder().to_owned();
    let network = fs::read_to_string(folder.join("here")).expect("written by the terminal");
    let is_own = network.trim() != network_of("self").unwrap_or_default();
    assert!(!is_own || is_in_use(network.trim()));
    drop(session);
    assert!(!folder.exists());
    assert!(!is_own || !is_in_use(network.trim()), "{network} is left");
}

/// Whether a process is in this network namespace.
fn is_in_use(network: &str) -> bool {
    let processes = fs::read_dir("/proc").expect("it is Linux").flatten();
    let pids = processes.map(|entry| entry.file_name().to_string_lossy().into_owned());
    pids.filter_map(|pid| network_of(&pid)).any(|other| other == network)
}

fn network_of(pid: &str) -> Option<String> {
    let link = fs::read_link(format!("/proc/{pid}/ns/net")).ok()?;
    Some(link.to_string_lossy().into_owned())
}
