//! Looks at the background process as the person at the terminal sees it: what each command prints
//! and with which code it exits, from `start` to `stop`, after a kill, and when two commands are
//! given at once.

mod programs;

use programs::{StateDir, has_ended, run};
use rustix::process::{Signal, kill_process};
use std::{io::Write, os::unix::net::UnixStream, thread};

const REFUSED: &str = "`service stop` stops it, `service restart` starts it anew\n";

/// Starts the program, and returns its pid.
fn start(state_dir: &StateDir, options: &[&str]) -> rustix::process::Pid {
    let said = state_dir.run(&[&["start"], options].concat()).good();
    let pid = state_dir.pid().expect("the pidfile has the pid");
    assert_eq!(said, format!("service is ready (pid {pid})\n"));
    pid
}

#[test]
fn start_returns_when_ready_and_stop_when_ended() {
    let state_dir = StateDir::new();
    for _ in 0..3 {
        let pid = start(&state_dir, &[]);
        let status = state_dir.run(&["status"]).good();
        let (first, tree) = status.split_once('\n').unwrap();
        assert!(first.starts_with(&format!("service is ready (pid {pid}, for ")), "{first}");
        assert_eq!(
            tree,
            "  house: ready\n    hall: ready\n      clock: ready\n    kitchen: ready\n"
        );
        assert!(state_dir.path("service.sock").exists());

        assert_eq!(state_dir.run(&["stop"]).good(), "service is stopped\n");
        assert!(has_ended(pid), "stop has returned, and the process runs");
        assert!(!state_dir.path("service.sock").exists(), "the control socket is gone");
        assert_eq!(state_dir.pid(), None, "the pidfile tells of nobody");
    }
}

#[test]
fn a_second_start_is_refused_and_the_first_runs_on() {
    let state_dir = StateDir::new();
    let pid = start(&state_dir, &[]);
    for _ in 0..2 {
        let refused = state_dir.run(&["start"]).bad(1);
        assert_eq!(refused, format!("service: already running (pid {pid}); {REFUSED}"));
    }
    assert_eq!((state_dir.run(&["status"]).code, state_dir.pid()), (Some(0), Some(pid)));
}

#[test]
fn of_many_starts_at_once_one_succeeds() {
    let state_dir = StateDir::new();
    let said = thread::scope(|scope| {
        let starts: Vec<_> = (0..8).map(|_| scope.spawn(|| state_dir.run(&["start"]))).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect::<Vec<_>>()
    });
    let (won, lost): (Vec<_>, Vec<_>) = said.into_iter().partition(|said| said.code == Some(0));
    assert_eq!(won.len(), 1, "{won:?} {lost:?}");
    assert_eq!(won[0].out, format!("service is ready (pid {})\n", state_dir.pid().unwrap()));
    for said in lost {
        let why = said.bad(1);
        assert!(
            why.starts_with("service: already running (pid ") && why.ends_with(REFUSED),
            "{why}"
        );
    }
}

#[test]
fn who_asks_for_the_status_hinders_no_start() {
    let state_dir = StateDir::new();
    start(&state_dir, &[]);
    state_dir.kill(); // what is left is the case in which a look at the pidfile takes longest
    thread::scope(|scope| {
        let ask = || {
            (0..100)
                .for_each(|_| assert!(matches!(state_dir.run(&["status"]).code, Some(0 | 1 | 4))))
        };
        let who_ask: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        while !who_ask.iter().all(|asks| asks.is_finished()) {
            start(&state_dir, &[]);
            state_dir.kill();
        }
    });
}

#[test]
fn the_exit_code_of_status_tells_how_it_is() {
    let state_dir = StateDir::new();
    let status = || state_dir.run(&["status"]);
    assert_eq!((status().code, status().out.as_str()), (Some(3), "service is not running\n"));
    start(&state_dir, &[]);
    assert_eq!(status().code, Some(0));
    let killed = state_dir.kill();
    let why = format!(
        "service is not running: pid {killed} was killed; `service start` starts it again\n"
    );
    assert_eq!((status().code, status().out), (Some(1), why));
    start(&state_dir, &[]);
    assert_eq!(status().code, Some(0));
    state_dir.run(&["stop"]).good();
    assert_eq!(status().code, Some(3));
}

#[test]
fn after_a_kill_it_starts_again_and_the_log_tells() {
    let state_dir = StateDir::new();
    start(&state_dir, &[]);
    let killed = state_dir.kill();
    assert!(state_dir.path("service.sock").exists(), "the control socket is left over");
    let pid = start(&state_dir, &[]);
    assert_ne!(pid, killed);
    let told =
        format!("the process before this one (pid {killed}) was killed; its pidfile was stale");
    assert!(state_dir.log().contains(&told), "{}", state_dir.log());
    assert_eq!(state_dir.run(&["stop"]).good(), "service is stopped\n");
}

#[test]
fn a_stale_pidfile_is_recognised_whoever_has_its_pid_now() {
    let state_dir = StateDir::new();
    let ours = std::process::id();
    state_dir.write("service.pid", &format!("{ours}\n"));
    assert_eq!(state_dir.run(&["status"]).code, Some(1));
    assert_eq!(
        state_dir.run(&["stop"]).good(),
        format!("service is not running: pid {ours} was killed\n")
    );
    start(&state_dir, &[]);
    state_dir.run(&["stop"]).good();

    state_dir.write("service.pid", "no number\n");
    assert_eq!(state_dir.run(&["status"]).code, Some(3));
    start(&state_dir, &[]);
}

#[test]
fn what_does_not_run_can_be_stopped_and_restarted_but_not_reloaded() {
    let state_dir = StateDir::new();
    assert_eq!(state_dir.run(&["stop"]).good(), "service is not running\n");
    assert_eq!(
        state_dir.run(&["reload"]).bad(1),
        "service: not running; `service start` starts it\n"
    );
    let said = state_dir.run(&["restart"]).good();
    assert_eq!(said, format!("service is ready (pid {})\n", state_dir.pid().unwrap()));
}

#[test]
fn many_may_stop_it_at_once() {
    let state_dir = StateDir::new();
    start(&state_dir, &[]);
    thread::scope(|scope| {
        for stop in (0..8).map(|_| scope.spawn(|| state_dir.run(&["stop"]))).collect::<Vec<_>>() {
            let said = stop.join().unwrap().good();
            assert!(
                ["service is stopped\n", "service is not running\n"].contains(&said.as_str()),
                "{said}"
            );
        }
    });
    assert_eq!(state_dir.run(&["status"]).code, Some(3));
}

#[test]
fn a_signal_stops_it_as_the_command_does() {
    let state_dir = StateDir::new();
    let pid = start(&state_dir, &[]);
    kill_process(pid, Signal::TERM).unwrap();
    programs::wait_for_end(pid);
    assert_eq!(state_dir.run(&["status"]).code, Some(3), "it was stopped, not killed");
    assert!(!state_dir.path("service.sock").exists());
    assert!(state_dir.log().ends_with("house: stopped\n"), "{}", state_dir.log());
}

#[test]
fn whatever_is_said_to_the_control_socket_it_runs_on() {
    let state_dir = StateDir::new();
    let pid = start(&state_dir, &[]);
    let silent = UnixStream::connect(state_dir.path("service.sock")).unwrap();
    for said in [
        &b"\n"[..],
        b"stop\n",
        b"\"fly\"\n",
        b"\xff\xfe\n",
        &[b'x'; 10_000],
        b"\"status\"",
        b"\"status\"\n",
    ] {
        let mut stream = UnixStream::connect(state_dir.path("service.sock")).unwrap();
        let _ = stream.write_all(said); // it may have heard enough
    }
    assert_eq!((state_dir.run(&["status"]).code, state_dir.pid()), (Some(0), Some(pid)));
    assert_eq!(state_dir.run(&["stop"]).good(), "service is stopped\n");
    drop(silent);
}

#[test]
fn the_state_folder_may_be_named_but_not_too_long() {
    let state_dir = StateDir::new();
    let folder = state_dir.path("deep/down");
    let option = ["--state-dir", folder.to_str().unwrap()];
    state_dir.run(&[&["start"], &option[..]].concat()).good();
    assert!(folder.join("service.pid").exists() && folder.join("service.log").exists());
    assert_eq!(state_dir.run(&["status"]).code, Some(3), "there is nothing in the usual place");
    state_dir.run(&[&["stop"], &option[..]].concat()).good();

    let long = state_dir.path(&"long".repeat(30));
    let said = run(state_dir.command(&["start", "--state-dir"]).arg(&long)).bad(1);
    assert_eq!(
        said,
        format!(
            "service: {}: too long for a socket's path; name a shorter folder with --state-dir\n",
            long.display()
        )
    );
}
