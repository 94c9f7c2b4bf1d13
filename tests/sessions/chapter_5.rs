//! Chapter 5: the gateway.

use crate::chapter_3::session;
use book_tests::Session;

pub(crate) fn numbers_come_out_of_one_port_in_every_form() {
    let session = session("gateway");
    let server = session.terminal("server");
    server.start("./just step 5 --set seed=7", "gateway: ready");
    let lines = session.terminal("lines");
    lines.run("curl -sN 'localhost:8080/numbers?last=9' | head -n 3");
    let events = session.terminal("events");
    events.run("curl -sN 'localhost:8080/numbers?last=9&as=events' | head -n 11");
    let json = session.terminal("json");
    json.run("curl -sN 'localhost:8080/numbers?last=9&as=json' | head -n 3");
    server.press_ctrl_c();
    session.end();
}

pub(crate) fn a_gateway_is_ready_when_it_has_numbers() {
    let session = Session::new("readiness");
    let gateway = session.terminal("gateway");
    gateway.start("./just step 5 --set number_server=127.0.0.1:7776", "gateway: ready");
    let monitor = session.terminal("monitor");
    monitor.run("curl -i localhost:8080/readyz");
    monitor.run("curl localhost:8080/healthz");
    let numbers = session.terminal("numbers");
    numbers.run("./just step 1 start --set seed=7 --set rate_per_minute=0.1");
    gateway.wait_for("connected to");
    monitor.run("curl -s -m 1 localhost:8080/numbers?last=1");
    monitor.run("curl localhost:8080/readyz");
    let metrics = session.terminal("metrics");
    metrics.run("curl -s localhost:8080/metrics | grep -v bytes");
    gateway.press_ctrl_c();
    numbers.run("./just step 1 stop");
    session.end();
}

pub(crate) fn a_gateway_drains_before_it_stops() {
    let session = session("draining");
    let gateway = session.terminal("gateway");
    gateway.run("./just step 5 start --set drain_time=10");
    let reader = session.terminal("reader");
    reader.start("curl -sN 'localhost:8080/news?as=json'", "since");
    let log = session.terminal("log");
    log.start("./just step 5 log -f -n 1", "gateway: ready");
    let monitor = session.terminal("monitor");
    monitor.run("curl localhost:8080/readyz");
    gateway.type_line("./just step 5 stop");
    log.wait_for("draining");
    monitor.run("curl localhost:8080/readyz");
    monitor.run("curl -d 'still here' localhost:8080/news");
    reader.wait_for_prompt();
    gateway.wait_for_prompt();
    log.wait_for("gateway: stopped");
    log.press_ctrl_c();
    session.end();
}

pub(crate) fn a_reader_behind_a_proxy_carries_on_or_is_told() {
    let session = session("proxy").with("steps");
    let gateways = session.terminal("gateways");
    for name in ["one", "two"] {
        gateways.run(&format!(
            "./just step 5 start --state-dir {name} --config steps/5-gateway/{name}.toml"
        ));
    }
    let proxy = session.terminal("proxy");
    proxy.type_line("haproxy -f steps/5-gateway/haproxy.cfg");
    let publisher = session.terminal("publisher");
    publisher.run("curl -s --retry 9 --retry-connrefused localhost:8000/readyz");

    let reader = session.terminal("reader");
    reader.start("curl -sN 'localhost:8000/news?as=json' | tee -i seen", "since");
    publisher.run("curl -d one localhost:8000/news");
    reader.wait_for("one\"}\n");
    reader.press_ctrl_c();
    publisher.run("curl -d two localhost:8000/news");
    reader.run("since=$(grep -o '[0-9a-f]*-[0-9]*' seen | tail -n 1)");
    reader.start("curl -sN \"localhost:8000/news?as=json&since=$since\" | tee -i seen", "two\"}\n");
    gateways.run("./just step 5 stop --state-dir two");
    reader.wait_for("closed");
    reader.wait_for_prompt();
    reader.run("since=$(grep -o '[0-9a-f]*-[0-9]*' seen | tail -n 1)");
    reader.start("curl -sN \"localhost:8000/news?as=json&since=$since\"", "recovered");
    publisher.run("curl -d three localhost:8000/news");
    reader.wait_for("three\"}\n");
    reader.press_ctrl_c();
    proxy.press_ctrl_c();
    gateways.run("./just step 5 stop --state-dir one");
    gateways.run("rm -r one two seen");
    session.end();
}
