//! Chapter 3: publish and subscribe.

use book_tests::{Session, Terminal};

/// A session without signs of life on its streams, which come when nothing else does for a while: a
/// busy machine would show some that a quiet one does not.
pub(crate) fn session(name: &str) -> Session {
    Session::new(name).env("SERVICE_KEEPALIVE_INTERVAL", "3600")
}

pub(crate) fn what_one_publishes_two_read() {
    let session = session("pubsub");
    let server = session.terminal("server");
    server.start("./just step 3", "pubsub: ready");
    let (one, two) = (session.terminal("reader-1"), session.terminal("reader-2"));
    for reader in [&one, &two] {
        // The headers say that it has subscribed.
        reader.start("curl -sNi localhost:8088/news", "\n\n");
    }
    let publisher = session.terminal("publisher");
    for message in ["good morning", "rain later"] {
        publisher.run(&format!("curl -d '{message}' localhost:8088/news"));
        for reader in [&one, &two] {
            reader.wait_for(&format!("{message}\n"));
        }
    }
    one.press_ctrl_c();
    two.press_ctrl_c();
    server.press_ctrl_c();
    session.end();
}

/// A reader of numbered messages that says what it sees of them.
const READ: &str = "curl -sN -D /dev/tty localhost:8088/news | ./just example gaps";

/// Such a reader, which has subscribed.
pub(crate) fn reader(session: &Session, name: &str) -> Terminal {
    let terminal = session.terminal(name);
    terminal.start(READ, "\n\n");
    terminal
}

/// Such a reader, which has subscribed and is then stopped.
pub(crate) fn stopped_reader(session: &Session) -> Terminal {
    let terminal = reader(session, "stops");
    session.until_running("gaps");
    terminal.press_ctrl_z();
    terminal
}

pub(crate) fn a_stopped_reader_stops_everybody() {
    let session = session("blocked");
    let server = session.terminal("server");
    server.start("./just step 3", "pubsub: ready");
    let stopped = stopped_reader(&session);
    let reads = reader(&session, "reads");
    let publisher = session.terminal("publisher");
    publisher.run("./just example flood 200");
    reads.wait_for("60\n");
    publisher.type_line("curl -d hello localhost:8088/news");
    stopped.type_line("fg");
    publisher.wait_for("OK\n");
    reads.wait_for("hello\n");
    stopped.wait_for("hello\n");
    session.in_order(&[
        (&publisher, "\nstuck"),
        (&stopped, "fg\n"),
        (&publisher, "hello localhost:8088/news\nOK\n"),
    ]);
    session.in_order(&[(&stopped, "fg\n"), (&reads, "hello\n")]);
    stopped.press_ctrl_c();
    reads.press_ctrl_c();
    publisher.wait_for_prompt();
    server.press_ctrl_c();
    session.end();
}

pub(crate) fn a_full_queue_drops_in_silence() {
    let session = session("dropped");
    let server = session.terminal("server");
    server.start("./just step 3 --set full_queue_policy=drop", "pubsub: ready");
    let stopped = stopped_reader(&session);
    let publisher = session.terminal("publisher");
    publisher.run("./just example flood 100");
    stopped.start("fg", "60\n");
    publisher.run("curl -d '101 and no more' localhost:8088/news");
    stopped.wait_for("messages\n");
    stopped.press_ctrl_c();
    server.press_ctrl_c();
    session.end();
}

pub(crate) fn what_is_refused_is_refused_with_a_sentence() {
    let session = session("refused");
    let terminal = session.terminal("client");
    terminal.run("./just step 3 start");
    terminal.run("curl -X DELETE localhost:8088/news");
    terminal.run("curl -d hello localhost:8088/");
    terminal.run("curl -d hello localhost:8088/rooms//7");
    terminal.run("printf 'one\\ntwo' | curl --data-binary @- localhost:8088/news");
    terminal.run("printf '%070000d' 7 | curl --data-binary @- localhost:8088/news");
    terminal.run("./just step 3 stop");
    session.end();
}
