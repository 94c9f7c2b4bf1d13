//! Looks at every page of the book in a real browser, as it is served.

use book_tests::{
    browser::Browser,
    trials::{self, Test},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

const TESTS: &[Test] = &[
    (
        "every_page_loads_without_a_complaint_wide_and_narrow_dark_and_light",
        "chromium",
        every_page_loads,
    ),
    (
        "terminals_stand_side_by_side_where_there_is_room_and_below_each_other_where_not",
        "chromium",
        terminals_arrange,
    ),
    ("a_terminal_copies_its_commands_and_nothing_that_was_printed", "chromium", copy_commands),
    ("pages_can_be_read_without_scripts", "chromium", no_scripts),
    ("a_page_that_lacks_something_is_noticed", "chromium", complaints_are_heard),
];

fn main() -> ExitCode {
    trials::run(TESTS)
}

/// The book, built and served for one test.
struct Book {
    folder: tempfile::TempDir,
    address: String,
    _runtime: tokio::runtime::Runtime,
}

impl Book {
    fn serve() -> Self {
        let root = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .expect("the project's folder");
        let folder = tempfile::tempdir().expect("a folder for the book");
        xtask::book::build(&root, folder.path()).expect("the book builds");
        let runtime = tokio::runtime::Runtime::new().expect("tokio's runtime");
        let pages = xtask::serve::pages(folder.path().to_owned(), tokio::sync::watch::channel(0).1);
        let listener =
            runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("a bound port"));
        runtime.spawn(xtask::serve::run(listener, pages));
        Book { folder, address, _runtime: runtime }
    }

    fn url(&self, page: &str) -> String {
        format!("{}/{page}", self.address)
    }

    fn pages(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path())
            .expect("the built book")
            .flatten()
            .map(|entry| PathBuf::from(entry.file_name()));
        let mut pages: Vec<_> = files
            .filter(|file| file.extension().is_some_and(|extension| extension == "html"))
            .map(|file| file.display().to_string())
            // A part of other pages, for browsers without scripts.
            .filter(|page| page != "toc.html")
            .collect();
        pages.sort();
        pages
    }
}

fn every_page_loads() {
    let book = Book::serve();
    let mut browser = Browser::start();
    let pages = book.pages();
    assert!(pages.len() >= 5, "only {pages:?}");
    for (width, scheme) in [(1400, "light"), (1400, "dark"), (390, "light"), (390, "dark")] {
        browser.look(width, 900, scheme);
        for page in &pages {
            let complaints = browser.open(&book.url(page));
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
    let book = Book::serve();
    let mut browser = Browser::start();
    let tops = "JSON.stringify([...document.querySelectorAll('.session')[0].querySelectorAll('.terminal')].map(t => Math.round(t.getBoundingClientRect().top)))";
    for (width, side_by_side) in [(1600, true), (390, false)] {
        browser.look(width, 900, "light");
        browser.open(&book.url("1-number-server.html"));
        let tops: Vec<i64> = serde_json::from_str(browser.evaluate(tops).as_str().expect("text"))
            .expect("two numbers");
        assert_eq!(tops.len(), 2);
        assert_eq!(tops[0] == tops[1], side_by_side, "at {width} the terminals are at {tops:?}");
    }
}

fn copy_commands() {
    let book = Book::serve();
    let mut browser = Browser::start();
    browser.look(1400, 900, "light");
    browser.open(&book.url("1-number-server.html"));
    let copied = browser.evaluate(
        "(async () => {
            let copied;
            navigator.clipboard.writeText = async (text) => { copied = text; };
            document.querySelector('.terminal .copy').click();
            return copied;
        })()",
    );
    assert_eq!(copied, "./just step 1 --set seed=7\n");
    browser.open(&book.url("5-gateway.html"));
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
    let book = Book::serve();
    let mut browser = Browser::start();
    browser.scripts(false);
    browser.look(1400, 900, "light");
    for page in book.pages() {
        browser.open(&book.url(&page));
        let text = browser.evaluate("document.querySelector('main').innerText");
        assert!(text.as_str().is_some_and(|text| text.len() > 100), "{page} shows {text}");
    }
    browser.open(&book.url("1-number-server.html"));
    let screen = browser.evaluate("document.querySelector('.terminal .screen').innerText");
    assert!(
        screen.as_str().is_some_and(|screen| screen.contains("listening on 127.0.0.1:7776")),
        "{screen}"
    );
}

fn complaints_are_heard() {
    let book = Book::serve();
    let page = r#"<!doctype html><link rel="stylesheet" href="missing.css"><script>console.error("oh"); nothing();</script>"#;
    fs::write(book.folder.path().join("broken.html"), page).expect("a page");
    let complaints = Browser::start().open(&book.url("broken.html")).join("\n");
    for expected in ["missing.css", "oh", "nothing is not defined"] {
        assert!(
            complaints.contains(expected),
            "{expected} is not among the complaints:\n{complaints}"
        );
    }
}
