//! What a stranger smuggles into the page is not run: the page has no script or style but its
//! files, and says so.

use std::net::SocketAddr;
use test_support::bad_input::{Case, client::Client, hub::Hub};
use test_support::cases;

/// The cases of this file.
pub(crate) const CASES: &[Case] = cases![
    the_page_allows_only_its_own_scripts_and_styles,
    the_page_has_only_files_for_scripts_and_styles,
    a_script_style_or_handler_in_a_page_would_be_found,
];

fn get(address: SocketAddr, path: &str) -> test_support::bad_input::client::Response {
    let mut client = Client::connect(address);
    client.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
    client.answer().unwrap()
}

fn the_page_allows_only_its_own_scripts_and_styles() {
    let hub = Hub::start(&[]);
    let answer = get(hub.http, "/");
    let policy = answer.header("content-security-policy").unwrap();
    for rule in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'"] {
        assert!(policy.split("; ").any(|said| said == rule), "no {rule} in {policy}");
    }
    for unsafe_rule in ["unsafe-inline", "unsafe-eval", "*", "data:", "http"] {
        assert!(!policy.contains(unsafe_rule), "{unsafe_rule} in {policy}");
    }
    hub.stop();
}

fn the_page_has_only_files_for_scripts_and_styles() {
    let hub = Hub::start(&[]);
    let page = get(hub.http, "/").body;
    assert_eq!(inline(&page), Vec::<String>::new());
    for file in files(&page) {
        assert_eq!(get(hub.http, &file).status, 200, "{file}");
    }
    hub.stop();
}

/// The scripts, styles and handlers that stand in a page.
fn inline(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (tag, text) in tags(page) {
        let is_inline = |name: &str| name == "style" || name.starts_with("on");
        let has_inline = attributes(&tag).any(|(name, _)| is_inline(&name));
        let has_source = attributes(&tag).any(|(name, _)| name == "src");
        let is_script = tag.starts_with("script");
        if has_inline
            || tag.starts_with("style")
            || is_script && !(has_source && text.is_empty())
            || attributes(&tag).any(|(_, value)| value.starts_with("javascript:"))
            || has_unquoted(&tag)
        {
            found.push(tag);
        }
    }
    found
}

/// The files of this port that a page names.
fn files(page: &str) -> Vec<String> {
    let named = tags(page).into_iter().flat_map(|(tag, _)| {
        let named = attributes(&tag).filter(|(name, _)| name == "src" || name == "href");
        named.map(|(_, value)| value).collect::<Vec<_>>()
    });
    named.filter(|value| value.starts_with("/static/")).collect()
}

/// Each tag without its brackets, and the text behind it; all in small letters.
fn tags(page: &str) -> Vec<(String, String)> {
    let page = page.to_ascii_lowercase();
    let tags = page.split('<').skip(1).filter(|tag| !tag.starts_with('!')); // a comment
    let tags = tags.filter_map(|tag| tag.split_once('>'));
    tags.map(|(tag, text)| (tag.to_owned(), text.trim().to_owned())).collect()
}

/// Whether an attribute has a value that [`attributes`] would not see.
fn has_unquoted(tag: &str) -> bool {
    let outside = tag.split('"').step_by(2);
    outside.map(|text| text.trim_end().trim_end_matches('=')).any(|text| text.contains('='))
}

/// The attributes of a tag that have a value, which is taken to stand in quotes.
fn attributes(tag: &str) -> impl Iterator<Item = (String, String)> {
    let mut quoted = tag.split('"');
    std::iter::from_fn(move || {
        let name = quoted.next()?.trim_end().strip_suffix('=')?.trim_end();
        let name = name.rsplit(char::is_whitespace).next()?;
        Some((name.to_owned(), quoted.next()?.to_owned()))
    })
}

fn a_script_style_or_handler_in_a_page_would_be_found() {
    let proper = r#"<!DOCTYPE html><html lang="en"><head><link rel="stylesheet" href="/static/a.css">
        <script type="module" src="/static/a.js"></script></head><body><!-- a=b --><p class="on">on=1</body>"#;
    assert_eq!(inline(proper), Vec::<String>::new());
    assert_eq!(files(proper), ["/static/a.css", "/static/a.js"]);
    for bad in [
        "<script>go()</script>",
        "<SCRIPT type=\"module\">go()</SCRIPT>",
        "<script src=\"/static/a.js\">go()</script>",
        "<style>p { color: red }</style>",
        "<p style=\"color: red\">",
        "<p class=\"a\" STYLE = \"color: red\">",
        "<body\nonload=\"go()\">",
        "<a href=\"javascript:go()\">",
        "<p onclick=go()>",
        "<p onclick='go()' class=\"a\">",
    ] {
        assert_eq!(inline(bad).len(), 1, "{bad}");
    }
}
