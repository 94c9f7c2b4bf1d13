//! Looks at every page of the book in a real browser, as it is served.

use book_tests::{
    browser::Browser,
    program::{ask, root},
    trials::{self, Test},
};
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, ExitCode, Stdio},
    sync::{Mutex, PoisonError},
};

const TESTS: &[Test] = &[
    (
        "every_page_loads_without_a_complaint_wide_and_narrow_dark_and_light",
        "chromium",
        every_page_loads,
    ),
    ("terminals_stand_side_by_side_where_there_is_room", "chromium", terminals_arrange),
    ("a_terminal_copies_its_commands_and_nothing_that_was_printed", "chromium", copy_commands),
    ("pages_can_be_read_without_scripts", "chromium", no_scripts),
    ("a_page_that_lacks_something_is_noticed", "chromium", complaints_are_heard),
];

fn main() -> ExitCode {
    let code = trials::run(TESTS);
    Book::close();
    code
}

/// The book, as `./just book` serves it, for all tests.
struct Book {
    server: Child,
    address: String,
}

static BOOK: Mutex<Option<Book>> = Mutex::new(None);

impl Book {
    /// Where the book is, which is built and served for the first that asks.
    fn address() -> String {
        let mut book = BOOK.lock().unwrap_or_else(PoisonError::into_inner);
        book.get_or_insert_with(Book::serve).address.clone()
    }

    fn serve() -> Self {
        let mut command = Command::new(root().join("xtask/run"));
        command.args(["xtask", "serve", "--port", "0", "--root"]).arg(root());
        let mut server = command.stdout(Stdio::piped()).spawn().expect("the book is served");
        let mut line = String::new();
        let said =
            BufReader::new(server.stdout.as_mut().expect("it is a pipe")).read_line(&mut line);
        said.expect("it says where");
        let address = line.trim().strip_prefix("the book is at http://");
        Book { address: address.unwrap_or_else(|| panic!("{line}")).into(), server }
    }

    fn close() {
        if let Some(mut book) = BOOK.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = book.server.kill();
            let _ = book.server.wait();
        }
    }
}

fn url(page: &str) -> String {
    format!("http://{}/{page}", Book::address())
}

/// The chapters, as the table of contents has them, and what is in no table.
fn pages() -> Vec<String> {
    let contents = ask(&Book::address(), "GET /toc.html", "");
    let links = contents.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let chapters = links.filter(|link| link.ends_with(".html")).map(str::to_owned);
    chapters.chain(["index.html".into(), "404.html".into()]).collect()
}

fn every_page_loads() {
    let mut browser = Browser::start();
    let pages = pages();
    assert!(pages.len() >= 5, "only {pages:?}");
    for (width, scheme) in [(1400, "light"), (1400, "dark"), (390, "light"), (390, "dark")] {
        browser.look(width, 900, scheme);
        for page in &pages {
            let complaints = browser.open(&url(page));
            assert!(complaints.is_empty(), "{page}, {width} wide, {scheme}: {complaints:#?}");
            let overflow = browser.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth",
            );
            assert!(
                overflow.as_i64() <= Some(0),
                "{page} is {overflow} pixels too wide for a window of {width}"
            );
        }
    }
}

fn terminals_arrange() {
    let mut browser = Browser::start();
    let tops = "JSON.stringify([...document.querySelectorAll('.session')[0].querySelectorAll('.terminal')].map(t => Math.round(t.getBoundingClientRect().top)))";
    for (width, side_by_side) in [(1600, true), (390, false)] {
        browser.look(width, 900, "light");
        browser.open(&url("1-number-server.html"));
        let tops: Vec<i64> = serde_json::from_str(browser.evaluate(tops).as_str().expect("text"))
            .expect("two numbers");
        assert_eq!(tops.len(), 2);
        assert_eq!(tops[0] == tops[1], side_by_side, "at {width} the terminals are at {tops:?}");
    }
}

fn copy_commands() {
    let mut browser = Browser::start();
    browser.look(1400, 900, "light");
    browser.open(&url("1-number-server.html"));
    let copied = browser.evaluate(
        "(async () => {
            let copied;
            navigator.clipboard.writeText = async (text) => { copied = text; };
            document.querySelector('.terminal .copy').click();
            return copied;
        })()",
    );
    assert_eq!(copied, "./just step 1 --set seed=7\n");
    browser.open(&url("5-gateway.html"));
    let copied = browser.evaluate(
        "(async () => {
            const copied = [];
            navigator.clipboard.writeText = async (text) => { copied.push(text); };
            const stop = [...document.querySelectorAll('kbd')].find(command => command.textContent == './just step 5 stop');
            stop.click();
            stop.focus();
            stop.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
            const button = stop.closest('.terminal').querySelector('.copy');
            return [...copied, button];
        })()",
    );
    let stop = "./just step 5 stop\n";
    assert_eq!(copied, serde_json::json!([stop, stop, null]), "one by one, and no button for all");
}

fn no_scripts() {
    let mut browser = Browser::start();
    browser.scripts(false);
    browser.look(1400, 900, "light");
    for page in pages() {
        browser.open(&url(&page));
        let text = browser.evaluate("document.querySelector('main').innerText");
        assert!(text.as_str().is_some_and(|text| text.len() > 100), "{page} shows {text}");
    }
    browser.open(&url("1-number-server.html"));
    let screen = browser.evaluate("document.querySelector('.terminal .screen').innerText");
    assert!(
        screen.as_str().is_some_and(|screen| screen.contains("listening on 127.0.0.1:7776")),
        "{screen}"
    );
}

fn complaints_are_heard() {
    let missing = url("missing.css");
    let page = format!(
        "data:text/html,<!doctype html><link rel=stylesheet href='{missing}'><script>console.error('oh'); nothing();</script>"
    );
    let complaints = Browser::start().open(&page).join("\n");
    for expected in ["missing.css", "oh", "nothing is not defined"] {
        assert!(
            complaints.contains(expected),
            "{expected} is not among the complaints:\n{complaints}"
        );
    }
}
