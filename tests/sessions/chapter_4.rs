//! Chapter 4: the message hub.

use crate::chapter_3::{reader, session, stopped_reader};

pub(crate) fn one_message_on_every_transport() {
    let session = session("transports");
    let server = session.terminal("server");
    server.start("./just step 4", "hub: ready");
    let publisher = session.terminal("publisher");
    publisher.run("curl -d 'good morning' localhost:8088/news");
    let lines = session.terminal("lines");
    lines.start("curl -sN 'localhost:8088/news?last=1'", "morning\n");
    let events = session.terminal("events");
    events.start(
        "curl -sN -H 'Accept: text/event-stream' 'localhost:8088/news?last=1'",
        "morning\n\n",
    );
    let json = session.terminal("json");
    json.start("curl -sN 'localhost:8088/news?last=1&as=json'", "}\n");
    let tail = session.terminal("tail");
    tail.start("curl -sN localhost:8089/news", "morning\n--next-message\n");
    let websocket = session.terminal("websocket");
    websocket.start("./just example read_websocket 'ws://localhost:7070/news?last=1'", "morning\n");
    publisher.run("curl -d 'rain later' localhost:8088/news");
    for (reader, end) in [
        (&lines, "later\n"),
        (&events, "later\n\n"),
        (&json, "}\n"),
        (&tail, "later\n--next-message\n"),
        (&websocket, "later\n"),
    ] {
        reader.wait_for(end);
        reader.press_ctrl_c();
    }
    server.press_ctrl_c();
    session.end();
}

pub(crate) fn a_reader_comes_back_to_where_it_was() {
    let session = session("comes-back-by-id");
    let publisher = session.terminal("publisher");
    publisher.run("./just step 4 start");
    publisher.run("curl -d one localhost:8088/news");
    let reader = session.terminal("reader");
    reader.run("curl -s 'localhost:8088/news?as=poll&last=1'");
    reader.run("since=$(curl -s 'localhost:8088/news?as=poll' | grep -o '[0-9a-f]*-[0-9]*')");
    publisher.run("curl -d two localhost:8088/news");
    publisher.run("curl -d three localhost:8088/news");
    reader.run("curl -s \"localhost:8088/news?as=poll&since=$since\"");
    reader.start("curl -sN \"localhost:8088/news?since=$since\"", "three\n");
    publisher.run("curl -d four localhost:8088/news");
    reader.wait_for("four\n");
    reader.press_ctrl_c();
    publisher.run("./just step 4 stop");
    session.end();
}

pub(crate) fn a_reader_whose_place_is_gone_is_told() {
    let session = session("position-lost");
    let server = session.terminal("server");
    server.run("./just step 4 start");
    server.run("curl -d one localhost:8088/news");
    let reader = session.terminal("reader");
    reader.run("since=$(curl -s 'localhost:8088/news?as=poll' | grep -o '[0-9a-f]*-[0-9]*')");
    server.run("./just step 4 restart");
    server.run("curl -d two localhost:8088/news");
    reader.start("curl -sN \"localhost:8088/news?since=$since\"", "two\n");
    reader.press_ctrl_c();
    server.run("./just step 4 stop");
    session.end();
}

pub(crate) fn a_stopped_reader_stops_nobody() {
    let session = session("missed");
    let server = session.terminal("server");
    server.start(
        "./just step 4 --set history_messages=100 --set history_bytes=20000000",
        "hub: ready",
    );
    let stopped = stopped_reader(&session);
    let reads = reader(&session, "reads");
    let publisher = session.terminal("publisher");
    // A history holds each flood, so the reader that reads misses nothing on the busiest machine.
    publisher.run("./just example flood 100");
    reads.wait_for("100\n");
    publisher.run("./just example flood 100 101");
    publisher.run("curl -d hello localhost:8088/news");
    reads.wait_for("hello\n");
    stopped.start("fg", "hello\n");
    session.in_order(&[(&reads, "hello\n"), (&stopped, "fg\n"), (&stopped, "missed")]);
    stopped.press_ctrl_c();
    reads.press_ctrl_c();
    server.press_ctrl_c();
    session.end();
}

pub(crate) fn a_hub_says_goodbye() {
    let session = session("goodbye");
    let server = session.terminal("server");
    server.run("./just step 4 start");
    server.run("curl -d 'good morning' localhost:8088/news");
    let lines = session.terminal("lines");
    lines.start("curl -sN 'localhost:8088/news?last=1'", "morning\n");
    let events = session.terminal("events");
    events.start("curl -sN 'localhost:8088/news?last=1&as=events'", "morning\n\n");
    let websocket = session.terminal("websocket");
    websocket.start("./just example read_websocket 'ws://localhost:7070/news?last=1'", "morning\n");
    server.run("./just step 4 stop");
    for reader in [&lines, &events, &websocket] {
        reader.wait_for_prompt();
    }
    session.end();
}
