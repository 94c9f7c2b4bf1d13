//! Chapter 2: the number client.

use book_tests::Session;

pub(crate) fn a_client_prints_the_numbers_of_the_server_inside_it() {
    let session = Session::new("embedded");
    let client = session.terminal("numbers");
    client.start("./just step 2 --set seed=7 --set log_level=warn", "5\n0\n5\n");
    client.press_ctrl_c();
    session.end();
}

pub(crate) fn a_client_comes_back_when_its_server_does() {
    let session = Session::new("comes-back");
    let server = session.terminal("server");
    server.run("./just step 1 start --set seed=7 --set rate_per_minute=6");
    let client = session.terminal("client");
    client.start("./just step 2 --set number_server=127.0.0.1:7776 --set log_level=warn", "5\n");
    server.run("./just step 1 stop");
    client.wait_for("Connection refused");
    server.run("./just step 1 start --set seed=8 --set rate_per_minute=6");
    client.wait_for("3\n");
    client.press_ctrl_c();
    server.run("./just step 1 stop");
    session.in_order(&[
        (&client, "5\n"),
        (&server, "stopped"),
        (&client, "refused"),
        (&client, "\n3\n"),
    ]);
    session.end();
}

pub(crate) fn lines_that_are_no_numbers_are_skipped() {
    let session = Session::new("no-numbers");
    let server = session.terminal("server");
    server.type_line("nc -l 127.0.0.1 7776");
    let client = session.terminal("client");
    client.type_line("./just step 2 --set number_server=127.0.0.1:7776 --set log_level=warn");
    for (line, seen) in
        [("3", "3\n"), ("seven", "skipped: \"seven\"\n"), ("11", "skipped: \"11\"\n"), ("4", "4\n")]
    {
        server.type_line(line);
        client.wait_for(seen);
    }
    client.press_ctrl_c();
    server.wait_for_prompt();
    session.end();
}

pub(crate) fn the_client_is_a_few_lines_in_a_program_of_its_own() {
    let session = Session::new("stand-alone");
    let server = session.terminal("server");
    server.start("./just step 1 --set seed=7 --set rate_per_minute=600", "ready");
    let client = session.terminal("client");
    client.run("./just example print_numbers");
    server.press_ctrl_c();
    session.end();
}
