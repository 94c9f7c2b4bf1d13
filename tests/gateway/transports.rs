//! Each transport, with the others blocked; losses and restarts on each.

use crate::{
    page::{Page, gateway, web},
    proxy::{NO_STREAMS, NO_WEBSOCKETS, Proxy, WEBSOCKETS_SWALLOWED},
};
use book_tests::program::{Program, publish};
use number_server::Numbers;

/// How the page calls each transport, and what blocks those that it prefers.
const TRANSPORTS: [(&str, &[&str]); 3] = [
    ("WebSocket", &[]),
    ("server-sent events", &[NO_WEBSOCKETS]),
    ("long polls", &[NO_WEBSOCKETS, NO_STREAMS]),
];

const CHANNEL: &str = "/rooms/7";

const SEEDED: [&str; 2] = ["seed=7", "rate_per_minute=600"];

/// What the page says when messages cannot be had any more.
const GONE: &str = "cannot be had";

/// The first numbers of the gateway's own server, which has one client.
fn numbers(count: usize) -> Vec<String> {
    let mut numbers = Numbers::seeded(7, 1);
    let mut next = || String::from_utf8_lossy(numbers.next_line()).trim().to_owned();
    (0..count).map(|_| next()).collect()
}

fn publish_all(address: &str, range: std::ops::RangeInclusive<u32>) {
    range.for_each(|number| publish(address, CHANNEL, &number.to_string()));
}

fn texts(range: std::ops::RangeInclusive<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

/// The numbers that the page shows as text, and how many it has had: of one mind, so from one
/// moment.
fn shown(page: &mut Page) -> (Vec<String>, usize) {
    let shown = page.0.evaluate(
        "[document.getElementById('newest').textContent, document.getElementById('count').textContent]",
    );
    let text = |index: usize| shown[index].as_str().expect("a text").to_owned();
    (text(0).split(' ').map(str::to_owned).collect(), text(1).parse().expect("a count"))
}

/// Waits until both of the page's feeds are connected by this transport.
fn until_by(page: &mut Page, name: &str) {
    page.until(&format!(
        "document.getElementById('numbers-feed').textContent == 'by {name}' &&
         document.getElementById('talk-feed').textContent == '{CHANNEL}: by {name}'"
    ));
}

/// A page behind a proxy, which has read five messages.
fn after_five(gateway: &Program, proxy: &Proxy, name: &str) -> Page {
    let mut page = Page::open(&proxy.address);
    page.subscribe(CHANNEL);
    publish_all(web(gateway), 1..=5);
    assert_eq!(page.until_lines(5), texts(1..=5));
    until_by(&mut page, name);
    page
}

pub(crate) fn each_is_used() {
    for (name, rules) in TRANSPORTS {
        let gateway = gateway(&SEEDED);
        let proxy = Proxy::start(web(&gateway), rules);
        let mut page = Page::open(&proxy.address);
        page.until("Number(document.getElementById('count').textContent) >= 20");
        let (newest, count) = shown(&mut page);
        assert_eq!(newest, numbers(count)[count - 12..], "{name}: all, from the first on");
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
        let gateway = gateway(&SEEDED);
        let mut proxy = Proxy::start(web(&gateway), rules);
        let mut page = after_five(&gateway, &proxy, name);
        proxy.kill();
        page.until_text("health", "does not answer");
        publish_all(web(&gateway), 6..=10);
        proxy.restart();
        assert_eq!(page.until_lines(10), texts(1..=10), "{name}");
        publish_all(web(&gateway), 11..=12);
        assert_eq!(page.until_lines(12), texts(1..=12), "{name}");
        until_by(&mut page, name);
        let (newest, count) = shown(&mut page);
        assert_eq!(newest, numbers(count)[count - 12..], "{name}");
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
        let first = gateway(&SEEDED);
        let port = format!("web_port={}", web(&first).rsplit(':').next().expect("a port"));
        let proxy = Proxy::start(web(&first), rules);
        let mut page = after_five(&first, &proxy, name);
        end(first);
        page.until_text("health", "does not answer");
        let (_, before) = shown(&mut page);
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
        let (newest, count) = shown(&mut page);
        let after = count - before;
        assert_eq!(newest, numbers(after)[after - 12..], "{name}: all of the second's, once");
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

/// Its connections are open all the while: only the page's own question tells.
pub(crate) fn silence_is_noticed() {
    let gateway = gateway(&SEEDED);
    let mut page = Page::open(web(&gateway));
    page.subscribe(CHANNEL);
    publish_all(web(&gateway), 1..=2);
    page.until_lines(2);
    gateway.freeze();
    page.until("!document.getElementById('numbers-feed').textContent.startsWith('by ')");
    page.until("!document.getElementById('talk-feed').textContent.includes('by WebSocket')");
    gateway.thaw();
    until_by(&mut page, "WebSocket");
    publish_all(web(&gateway), 3..=4);
    assert_eq!(page.until_lines(4), texts(1..=4));
    let (newest, count) = shown(&mut page);
    assert_eq!(newest, numbers(count)[count - 12..]);
}

/// The history is so short that what came while the page was away is not all there.
pub(crate) fn a_gap_is_told() {
    let gateway = gateway(&["history=3"]);
    let mut page = Page::open(web(&gateway));
    page.subscribe(CHANNEL);
    publish_all(web(&gateway), 1..=2);
    page.until_lines(2);
    page.0.offline(true);
    page.until_text("health", "does not answer");
    page.0.evaluate("dispatchEvent(new Event('online'))"); // gives up what may still be open
    publish_all(web(&gateway), 3..=9);
    page.0.offline(false);
    let lines = page.until_lines(6);
    assert_eq!([&lines[..2], &lines[3..]].concat(), ["1", "2", "7", "8", "9"]);
    assert!(lines[2].contains(GONE), "{lines:?}");
}

pub(crate) fn a_refusal_is_shown() {
    let gateway = gateway(&[]);
    let mut page = Page::open(web(&gateway));
    page.0.evaluate(
        "document.getElementById('channel').value = '/rooms/\\u0001';
         document.getElementById('subscribe-button').click()",
    );
    page.until_text("talk-feed", "refused: a channel's name is UTF-8 text");
    page.0.evaluate(
        "document.getElementById('channel').value = '/rooms/8';
         document.getElementById('message').value = 'x'.repeat(3000000);
         document.getElementById('publish-button').click()",
    );
    page.until_text("published", "Not published: the message is longer than 65536 bytes");
}
