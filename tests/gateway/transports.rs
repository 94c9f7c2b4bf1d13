//! Each transport, with the others blocked; losses and restarts on each.

use crate::{
    page::{Page, gateway, seeded, web},
    proxy::{NO_STREAMS, NO_WEBSOCKETS, Proxy, WEBSOCKETS_SWALLOWED},
};
use book_tests::program::{Program, publish};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

/// How the page calls each transport, and what blocks those that it prefers.
const TRANSPORTS: [(&str, &[&str]); 3] = [
    ("WebSocket", &[]),
    ("server-sent events", &[NO_WEBSOCKETS]),
    ("long polls", &[NO_WEBSOCKETS, NO_STREAMS]),
];

const CHANNEL: &str = "/rooms/7";

/// A page that is opened within twelve seconds sees all of the numbers: it begins with the newest
/// sixty.
const SEEDED: [&str; 2] = ["seed=7", "rate_per_minute=300"];

/// What the page says when messages cannot be had any more.
const GONE: &str = "cannot be had";

fn publish_all(address: &str, range: std::ops::RangeInclusive<u32>) {
    range.for_each(|number| publish(address, CHANNEL, &number.to_string()));
}

fn texts(range: std::ops::RangeInclusive<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

/// Waits until both of the page's feeds are connected by this transport.
fn until_by(page: &mut Page, name: &str) {
    page.until(&format!(
        "document.getElementById('numbers-feed').textContent == 'by {name}' &&
         document.getElementById('chat-feed').textContent == '{CHANNEL}: by {name}'"
    ));
}

/// Waits until the page has noticed that the gateway cannot be reached. A proxy says so by itself, or
/// keeps it waiting.
fn until_away(page: &mut Page) {
    page.until("document.getElementById('health').textContent != 'The gateway answers.'");
}

/// A gateway, a proxy with these rules in front of it, and a page that has read five messages.
fn after_five(name: &str, rules: &[&str]) -> (Program, Proxy, Page) {
    let mut page = Page::blank();
    let gateway = gateway(&SEEDED);
    let proxy = Proxy::start(web(&gateway), rules);
    page.show(&proxy.address);
    page.subscribe(CHANNEL);
    publish_all(web(&gateway), 1..=5);
    assert_eq!(page.until_lines(5), texts(1..=5));
    until_by(&mut page, name);
    (gateway, proxy, page)
}

pub(crate) fn each_is_used() {
    for (name, rules) in TRANSPORTS {
        let mut page = Page::blank();
        let gateway = gateway(&SEEDED);
        let proxy = Proxy::start(web(&gateway), rules);
        page.show(&proxy.address);
        page.until("Number(document.getElementById('count').textContent) >= 20");
        page.assert_numbers();
        page.subscribe(CHANNEL);
        until_by(&mut page, name);
        publish(web(&gateway), CHANNEL, "größer & <b>");
        assert_eq!(page.until_lines(1), ["größer & <b>"]);
        page.until(
            "[...document.querySelectorAll('#channels tr')].some(row => row.children[0].textContent == '/numbers' && Number(row.children[2].textContent) > 1)",
        );
    }
}

pub(crate) fn a_loss_loses_nothing() {
    for (name, rules) in TRANSPORTS {
        let (gateway, mut proxy, mut page) = after_five(name, rules);
        proxy.kill();
        until_away(&mut page);
        publish_all(web(&gateway), 6..=10);
        proxy.restart();
        assert_eq!(page.until_lines(10), texts(1..=10), "{name}");
        publish_all(web(&gateway), 11..=12);
        assert_eq!(page.until_lines(12), texts(1..=12), "{name}");
        until_by(&mut page, name);
        page.assert_numbers();
        assert_eq!(page.text("numbers-notice"), "", "{name}");
    }
}

pub(crate) fn a_restart_loses_nothing() {
    restarts(Program::stop);
}

pub(crate) fn a_kill_is_survived() {
    restarts(drop);
}

/// What was published before the restart has been read, what is published after it is read, and the
/// page says that there may have been something in between.
fn restarts(end: fn(Program)) {
    for (name, rules) in TRANSPORTS {
        let (first, _proxy, mut page) = after_five(name, rules);
        let port =
            format!("web_bind=127.0.0.1:{}", web(&first).rsplit(':').next().expect("a port"));
        end(first);
        until_away(&mut page);
        let (_, before) = page.numbers();
        let second = gateway(&[&SEEDED[..], &[&port]].concat());
        publish_all(web(&second), 6..=8);
        let lines = page.until_lines(9);
        let (notices, messages): (Vec<_>, Vec<_>) =
            lines.into_iter().partition(|line| line.contains(GONE));
        assert_eq!((messages, notices.len()), (texts(1..=8), 1), "{name}");
        publish_all(web(&second), 9..=10);
        assert_eq!(page.until_lines(11)[9..], texts(9..=10), "{name}");

        page.until(&format!(
            "Number(document.getElementById('count').textContent) > {before} + 12"
        ));
        let (newest, count) = page.numbers();
        let after = count - before;
        assert_eq!(newest, seeded(after)[after - 12..], "{name}: all of the second's, once");
        assert!(page.text("numbers-notice").contains(GONE), "{name}");
        until_by(&mut page, name);
    }
}

pub(crate) fn what_is_swallowed_is_given_up() {
    let gateway = gateway(&SEEDED);
    let proxy = Proxy::start(web(&gateway), &[WEBSOCKETS_SWALLOWED]);
    let mut page = Page::open(&proxy.address);
    assert_eq!(page.text("numbers-feed"), "by server-sent events");
}

/// For a while, a proxy answers by itself: that there is nothing, or with a page of its own. A feed
/// that has read the channel knows better.
pub(crate) fn what_is_said_in_between_is_no_end() {
    for answer in ["status 404", "status 200 content-type text/plain string hello"] {
        for (name, rules) in [TRANSPORTS[0], TRANSPORTS[2]] {
            let (gateway, mut proxy, mut page) = after_five(name, rules);
            proxy.turn_to(web(&gateway), &[&format!("http-request return {answer}")]);
            until_away(&mut page);
            // It has tried, at least once from the beginning to the end.
            page.until_text("chat-feed", "connecting by");
            page.until_text("chat-feed", "coming back");
            publish_all(web(&gateway), 6..=7);
            proxy.turn_to(web(&gateway), rules);
            assert_eq!(page.until_lines(7), texts(1..=7), "{answer}, {name}");
            until_by(&mut page, name);
            page.assert_numbers();
        }
    }
}

/// Its connections are open all the while: only the page's own question tells.
pub(crate) fn silence_is_noticed() {
    let mut page = Page::blank();
    let gateway = gateway(&SEEDED);
    page.show(web(&gateway));
    page.subscribe(CHANNEL);
    publish_all(web(&gateway), 1..=2);
    page.until_lines(2);
    gateway.freeze();
    page.until("!document.getElementById('numbers-feed').textContent.startsWith('by ')");
    // Between two tries it says something else, but not for long enough to be seen for sure.
    page.until(&format!(
        "document.getElementById('chat-feed').textContent != '{CHANNEL}: by WebSocket'"
    ));
    gateway.thaw();
    until_by(&mut page, "WebSocket");
    publish_all(web(&gateway), 3..=4);
    assert_eq!(page.until_lines(4), texts(1..=4));
    page.assert_numbers();
}

/// The history is so short that what came while the page was away is not all there.
pub(crate) fn a_gap_is_told() {
    let gateway = gateway(&["history_messages=3"]);
    let mut page = Page::open(web(&gateway));
    page.subscribe(CHANNEL);
    publish_all(web(&gateway), 1..=2);
    page.until_lines(2);
    page.0.offline(true);
    until_away(&mut page);
    page.0.evaluate("dispatchEvent(new Event('online'))"); // or the WebSocket would still be open
    publish_all(web(&gateway), 3..=9);
    page.0.offline(false);
    let lines = page.until_lines(6);
    assert_eq!([&lines[..2], &lines[3..]].concat(), ["1", "2", "7", "8", "9"]);
    assert!(lines[2].contains(GONE), "{lines:?}");
}

/// A page behind a proxy that goes from one gateway to the other and back, which has two logs.
pub(crate) fn two_logs() {
    let (mut page, one, other) = (Page::blank(), gateway(&[]), gateway(&[]));
    let mut proxy = Proxy::start(web(&one), &[]);
    page.show(&proxy.address);
    page.subscribe(CHANNEL);
    publish_all(web(&one), 1..=3);
    page.until_lines(3);
    proxy.turn_to(web(&other), &[]);
    publish_all(web(&other), 4..=5);
    page.until_lines(6);
    publish_all(web(&one), 6..=7);
    proxy.turn_to(web(&one), &[]);
    let lines = page.until_lines(9);
    let (notices, messages): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| line.contains(GONE));
    assert_eq!((messages, notices.len()), (texts(1..=7), 2));
}

/// The header of an answer comes at once, and the rest is held back until it is complete, which a
/// stream never is.
pub(crate) fn what_is_held_back_is_given_up() {
    let mut page = Page::blank();
    let gateway = gateway(&SEEDED);
    let holding = hold_back(web(&gateway).to_owned());
    page.show(&holding);
    assert_eq!(page.text("numbers-feed"), "by long polls");
    page.assert_numbers();
}

pub(crate) fn a_refusal_is_shown() {
    let gateway = gateway(&[]);
    let mut page = Page::open(web(&gateway));
    for (channel, sentence) in [
        ("/metrics", "this is no channel on this port"),
        ("/channels", "this is no channel on this port"),
        ("/..", "this is no channel on this port"),
    ] {
        page.0.evaluate(&format!(
            "document.getElementById('channel').value = '{channel}';
             document.getElementById('subscribe-button').click()"
        ));
        page.until_text("chat-feed", &format!("{channel}: refused: {sentence}"));
    }
    page.0.evaluate(
        "document.getElementById('channel').value = '/rooms/\\u0001';
         document.getElementById('subscribe-button').click()",
    );
    page.until_text("chat-feed", "refused: a channel's name is UTF-8 text");
    page.0.evaluate(
        "document.getElementById('channel').value = '/rooms/8';
         document.getElementById('message').value = 'x'.repeat(3000000);
         document.getElementById('publish-button').click()",
    );
    page.until_text("published", "Not published: the message is longer than 65536 bytes");
}

/// A proxy that knows nothing of WebSockets, and holds back all of an answer but its header; returns
/// where it is.
fn hold_back(server: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("a bound port").to_string();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = server.clone();
            thread::spawn(move || pass_on(client, &server));
        }
    });
    address
}

/// Passes one request on, then the header of its answer, and the rest when that is complete.
fn pass_on(mut client: TcpStream, server: &str) -> Option<()> {
    let request = head(&mut BufReader::new(client.try_clone().ok()?))?;
    let request = request.replace("Connection: keep-alive", "Connection: close");
    let request = request.replace("Connection: Upgrade", "Connection: close");
    let mut server = TcpStream::connect(server).ok()?;
    server.write_all(request.replace("Upgrade: websocket\r\n", "").as_bytes()).ok()?;
    let mut answer = BufReader::new(server);
    client.write_all(head(&mut answer)?.as_bytes()).ok()?;
    let mut rest = Vec::new();
    answer.read_to_end(&mut rest).ok()?;
    client.write_all(&rest).ok()
}

/// As a gateway does that is full for a moment.
const BUSY: &str = "http-request return status 503 content-type text/plain string \"come back later\" if { req.hdr(upgrade) -i websocket } or METH_OPTIONS";

/// What will be answered another way in a moment is nothing that the gateway has against the page.
pub(crate) fn a_busy_moment_is_no_refusal() {
    let mut page = Page::blank();
    let gateway = gateway(&SEEDED);
    let proxy = Proxy::start(web(&gateway), &[BUSY]);
    page.show(&proxy.address);
    page.subscribe(CHANNEL);
    until_by(&mut page, "server-sent events");
}

/// The lines up to and with the first that is empty.
fn head(from: &mut impl BufRead) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if from.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

/// As nginx does by itself, with a bare `proxy_pass`: to the gateway, its own page is then foreign.
const HOST_NOT_PASSED_ON: &str = "http-request set-header Host gateway.internal";

pub(crate) fn host_is_not_passed_on() {
    let mut page = Page::blank();
    let first = gateway(&SEEDED);
    let mut proxy = Proxy::start(web(&first), &[HOST_NOT_PASSED_ON]);
    page.show(&proxy.address);
    page.subscribe(CHANNEL);
    publish(web(&first), CHANNEL, "read");
    assert_eq!(page.until_lines(1), ["read"]);
    page.assert_numbers();
    let origin = format!("http://{}", proxy.address);
    let rejection = format!(
        "pages of the origin {origin} may not ask for what is at the host gateway.internal; if they are meant to, name their origin in allowed_origins, or have the proxy that they come through pass the header Host on"
    );
    let told = format!("by server-sent events; others – refused: {rejection}");
    page.until_text("numbers-feed", &told);
    page.until_text("chat-feed", &told);
    page.0.look(320, 900, "light");
    let beyond = page
        .0
        .evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assert_eq!(beyond, 0, "the sentence fits into a narrow window");
    page.0.evaluate("document.getElementById('message').value = 'x'; document.getElementById('publish-button').click()");
    page.until_text("published", &format!("Not published: {rejection}"));

    proxy.turn_to(web(&first), &[]);
    until_by(&mut page, "server-sent events"); // it stays with that, and nothing is refused any more

    let allowed = format!("allowed_origins={origin}");
    let second = gateway(&[&SEEDED[..], &[&*allowed]].concat());
    proxy.turn_to(web(&second), &[HOST_NOT_PASSED_ON]);
    page.show(&proxy.address);
    page.subscribe(CHANNEL);
    until_by(&mut page, "WebSocket");
    page.0.evaluate("document.getElementById('message').value = 'published'; document.getElementById('publish-button').click()");
    assert_eq!(page.until_lines(1), ["published"]);
}
