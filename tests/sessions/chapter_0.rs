//! Chapter 0: services.

use book_tests::Session;

pub(crate) fn a_house_starts_from_the_inside_and_stops_from_the_outside() {
    let session = Session::new("house");
    let house = session.terminal("house");
    house.start("./just step 0", "tick\n");
    house.press_ctrl_c();
    session.end();
}

pub(crate) fn a_house_in_the_background_is_reloaded_without_a_restart() {
    let session = Session::new("background");
    let you = session.terminal("you");
    you.run("./just step 0 settings > service.toml");
    you.run("cat service.toml");
    you.run("./just step 0 start");
    you.run("./just step 0 start");
    you.run("sed -i 's/tick/tock/' service.toml");
    you.run("./just step 0 reload");
    you.run("./just step 0 status");
    you.run("./just step 0 log | grep house:");
    you.run("./just step 0 stop");
    session.end();
}

pub(crate) fn a_reload_with_a_bad_file_changes_nothing() {
    let session = Session::new("bad-reload");
    let you = session.terminal("you");
    you.run("echo 'says = \"tick\"' > service.toml");
    you.run("./just step 0 start");
    you.run("echo 'evry = 5' >> service.toml");
    you.run("./just step 0 reload");
    you.run("./just step 0 status");
    you.run("./just step 0 stop");
    session.end();
}

pub(crate) fn a_killed_house_is_recognised_and_started_again() {
    let session = Session::new("killed");
    let you = session.terminal("you");
    you.run("./just step 0 start");
    you.run("kill -9 $(cat ~/.local/state/service/service.pid)");
    you.run("./just step 0 status; echo \"exit code $?\"");
    you.run("./just step 0 start");
    you.run("./just step 0 status; echo \"exit code $?\"");
    you.run("./just step 0 stop");
    session.end();
}
