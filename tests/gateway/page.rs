//! The page in a real browser, as these tests use it.

use book_tests::{
    browser::Browser,
    program::{Program, free_port},
};
use number_server::Numbers;

/// A gateway on free ports, with numbers from a server inside it.
pub(crate) fn gateway(settings: &[&str]) -> Program {
    let web = format!("web_bind=127.0.0.1:{}", free_port());
    let ports = [
        &*web,
        "http_bind=127.0.0.1:0",
        "tail_bind=127.0.0.1:0",
        "websocket_bind=127.0.0.1:0",
        "numbers_bind=127.0.0.1:0",
    ];
    Program::start("gateway", &[&ports, settings].concat())
}

/// Where the gateway's page is.
pub(crate) fn web(gateway: &Program) -> &str {
    gateway.address("gateway/web")
}

/// The first numbers of a gateway's own server with the seed 7, which has one client.
pub(crate) fn seeded(count: usize) -> Vec<String> {
    let mut numbers = Numbers::seeded(7, 1);
    let mut next = || String::from_utf8_lossy(numbers.next_line()).trim().to_owned();
    (0..count).map(|_| next()).collect()
}

/// A gateway's page.
pub(crate) struct Page(pub(crate) Browser);

/// What is shown of a page that is not as it should be.
const EVERYTHING: &str = "document.body.innerText";

impl Page {
    /// Opens the page at an address, and waits until it shows a number.
    pub(crate) fn open(address: &str) -> Self {
        let mut page = Page::blank();
        page.show(address);
        page
    }

    /// A browser that shows nothing yet: to start one takes a while.
    pub(crate) fn blank() -> Self {
        let mut page = Page(Browser::start());
        page.0.look(1200, 900, "light");
        page
    }

    /// Shows the page at an address, and waits until there is a number on it.
    pub(crate) fn show(&mut self, address: &str) {
        self.0.open(&format!("http://{address}/"));
        self.until("document.getElementById('count').textContent != '0'");
    }

    /// The numbers that the page shows as text, and how many it has had: from one moment.
    pub(crate) fn numbers(&mut self) -> (Vec<String>, usize) {
        let shown = self.0.evaluate(
            "[document.getElementById('newest').textContent, document.getElementById('count').textContent]",
        );
        let text = |index: usize| shown[index].as_str().expect("a text").to_owned();
        (text(0).split(' ').map(str::to_owned).collect(), text(1).parse().expect("a count"))
    }

    /// The page has had all of the numbers of a gateway's own server with the seed 7, and each once.
    pub(crate) fn assert_numbers(&mut self) {
        let (newest, count) = self.numbers();
        assert_eq!(newest, seeded(count)[count.saturating_sub(12)..]);
    }

    /// Waits until this is so.
    pub(crate) fn until(&mut self, expression: &str) {
        self.0.wait_until(expression, EVERYTHING);
    }

    /// The text of an element.
    pub(crate) fn text(&mut self, id: &str) -> String {
        let text = self.0.evaluate(&format!("document.getElementById('{id}').textContent"));
        text.as_str().expect("the element is there").to_owned()
    }

    /// Waits until an element's text holds this.
    pub(crate) fn until_text(&mut self, id: &str, text: &str) {
        self.until(&format!("document.getElementById('{id}').textContent.includes({text:?})"));
    }

    /// Subscribes to a channel by the form, and waits until it is connected.
    pub(crate) fn subscribe(&mut self, channel: &str) {
        self.0.evaluate(&format!(
            "document.getElementById('channel').value = {channel:?};
             document.getElementById('subscribe-button').click()"
        ));
        self.until_text("chat-feed", &format!("{channel}: by "));
    }

    /// The messages, and the notices, of the channel that is subscribed to.
    pub(crate) fn lines(&mut self) -> Vec<String> {
        let lines = self.0.evaluate(
            "[...document.querySelectorAll('#messages li')].map(line => line.textContent)",
        );
        serde_json::from_value(lines).expect("texts")
    }

    /// Waits until there are so many lines, and returns them.
    pub(crate) fn until_lines(&mut self, count: usize) -> Vec<String> {
        self.until(&format!("document.querySelectorAll('#messages li').length >= {count}"));
        self.lines()
    }
}
