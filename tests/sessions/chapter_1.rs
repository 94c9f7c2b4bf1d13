//! Chapter 1: the number server.

use book_tests::{Session, Terminal};
use std::time::Duration;

/// The runtimes that a session must look the same on.
const RUNTIMES: [&str; 3] = ["tokio", "may", "threads"];

pub(crate) fn a_server_says_numbers_to_whoever_connects() {
    let session = Session::new("first-numbers");
    let server = session.terminal("server");
    server.start("./just step 1 --set seed=7", "ready");
    let client = session.terminal("client");
    client.run("nc -d 127.0.0.1 7776 | head -n 3");
    server.press_ctrl_c();
    session.in_order(&[(&server, "listening"), (&client, "5\n"), (&server, "stopped")]);
    session.end();
}

pub(crate) fn the_three_runtimes_print_the_same() {
    for runtime in RUNTIMES {
        let session = Session::new("three-runtimes").env("RUNTIME", runtime);
        let server = session.terminal("server");
        server.start(
            "./just step 1 --set seed=7 --set rate_per_minute=600 --set runtime=${RUNTIME:-may}",
            "ready",
        );
        let (one, two) = (session.terminal("client-1"), session.terminal("client-2"));
        one.run("nc -d 127.0.0.1 7776 | head -n 5");
        two.run("nc -d 127.0.0.1 7776 | head -n 5");
        server.press_ctrl_c();
        session.end();
    }
}

pub(crate) fn a_reload_changes_the_pace_of_an_open_connection() {
    for runtime in RUNTIMES {
        let session = Session::new("reload").env("SERVICE_RUNTIME", runtime);
        let server = session.terminal("server");
        server.run("./just step 1 settings > number-server.toml");
        server.run("./just step 1 start --set seed=7");
        let client = session.terminal("client");
        client.start("nc -d 127.0.0.1 7776 | head -n 12", "5\n0\n");
        server.run("sed -i 's/^rate_per_minute = 60/rate_per_minute = 600/' number-server.toml");
        server.run("./just step 1 reload");
        client.wait_for("$ ");
        server.run("./just step 1 status");
        server.run("./just step 1 log");
        server.run("./just step 1 stop");
        the_pace_changed(&client);
        session.end();
    }
}

/// The first two numbers came a second apart; the last ones a tenth.
fn the_pace_changed(client: &Terminal) {
    let times = client.number_times();
    assert_eq!(times.len(), 12);
    let (slow, fast) = (times[1] - times[0], (times[11] - times[6]) / 5);
    assert!(slow > Duration::from_millis(800), "the first two numbers came within {slow:?}");
    assert!(fast < Duration::from_millis(300), "after the reload a number took {fast:?}");
}

pub(crate) fn a_second_server_on_the_same_port_is_refused() {
    let session = Session::new("port-taken");
    let first = session.terminal("server");
    first.start("./just step 1", "ready");
    let second = session.terminal("server-2");
    second.run("./just step 1");
    second.run("./just step 1 --set runtime=may");
    first.press_ctrl_c();
    session.end();
}

pub(crate) fn a_full_server_refuses_with_a_sentence() {
    for runtime in RUNTIMES {
        let session = Session::new("full").env("SERVICE_RUNTIME", runtime);
        let server = session.terminal("server");
        server.start(
            "./just step 1 --set seed=7 --set rate_per_minute=6 --set max_connections=1",
            "ready",
        );
        let first = session.terminal("client-1");
        first.start("nc 127.0.0.1 7776", "5\n");
        let second = session.terminal("client-2");
        second.run("nc -d 127.0.0.1 7776");
        server.wait_for("full");
        first.press_ctrl_c();
        server.press_ctrl_c();
        session.end();
    }
}
