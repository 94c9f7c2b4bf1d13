//! Keyboard, screen readers, narrow windows, themes.

use crate::page::{Page, gateway, web};
use book_tests::program::{Program, ask, client_packages, publish, root};
use regex::Regex;
use std::{
    fs, thread,
    time::{Duration, Instant},
};

/// The window's widths.
const WIDTHS: [u32; 3] = [1200, 600, 320];

pub(crate) fn keyboard() {
    let gateway = gateway(&[]);
    let mut page = Page::open(web(&gateway));
    page.until("document.querySelector('#channels button')");
    let mut visited = Vec::new();
    for _ in 0..9 {
        page.0.press("Tab");
        let focused = page.0.evaluate(
            "(() => {
                const it = document.activeElement
                const ring = getComputedStyle(it).outlineStyle
                return `${it.id || it.textContent} ${ring}`
            })()",
        );
        visited.push(focused.as_str().expect("a text").to_owned());
    }
    let expected = [
        "pause",
        "/numbers",
        "channel",
        "subscribe-button",
        "message",
        "publish-button",
        "Publishing needs a token?",
        "log",
    ];
    let expected: Vec<_> = expected.iter().map(|id| format!("{id} solid")).collect();
    assert_eq!(visited[..8], expected, "in the order of the page, each with a ring around it");

    page.0.evaluate("document.getElementById('channel').select()");
    page.0.type_text("/rooms/keys");
    page.0.press("Enter");
    page.until_text("chat-feed", "/rooms/keys: by ");
    page.0.press("Tab");
    page.0.press("Tab");
    page.0.type_text("by hand");
    page.0.press("Enter");
    assert_eq!(page.until_lines(1), ["by hand"]);
    page.until("document.getElementById('message').value == ''");
}

/// What axe knows of rules, in every theme and width.
pub(crate) fn rules() {
    let gateway = gateway(&["rate_per_minute=600"]);
    let mut page = Page::open(web(&gateway));
    page.subscribe("/rooms/7");
    publish(web(&gateway), "/rooms/7", "a message");
    page.until_lines(1);
    let axe = client_packages().join("node_modules/axe-core/axe.min.js");
    let axe = fs::read_to_string(axe).expect("`just setup` installs it");
    page.0.evaluate(&format!("{axe}; 0"));
    for width in WIDTHS {
        for scheme in ["light", "dark"] {
            page.0.look(width, 900, scheme);
            let found = page.0.evaluate(
                "axe.run().then(({ violations, passes }) => ({
                    passed: passes.length,
                    broken: violations.map(({ id, nodes }) => [id, ...nodes.map(node => node.failureSummary + node.html)]),
                    beyond: document.documentElement.scrollWidth - document.documentElement.clientWidth,
                }))",
            );
            assert!(found["passed"].as_u64() > Some(20), "{found:#}");
            let expected = serde_json::json!([[], 0]);
            let broken = serde_json::json!([found["broken"], found["beyond"]]);
            assert_eq!(broken, expected, "{width} wide, {scheme}: {found:#}");
        }
    }
    assert_eq!(page.0.complaints(), Vec::<String>::new());
}

pub(crate) fn pause() {
    let mut page = Page::blank();
    let gateway = gateway(&["rate_per_minute=300", "seed=7"]);
    page.show(web(&gateway));
    page.0.evaluate("document.getElementById('pause').click()");
    let (newest, paused_at) = page.numbers();
    until_passed_on(&gateway, paused_at + 10);
    assert_eq!(page.numbers(), (newest, paused_at));
    page.0.evaluate("document.getElementById('pause').click()");
    page.until(&format!(
        "Number(document.getElementById('count').textContent) >= {paused_at} + 10"
    ));
    page.assert_numbers();
}

/// Waits until the gateway has passed on so many numbers.
fn until_passed_on(gateway: &Program, count: usize) {
    let pattern = Regex::new(r"(?m)^gateway_numbers_total (\d+)$").expect("a pattern");
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let answer = ask(web(gateway), "GET /metrics", "");
        let passed_on = pattern.captures(&answer).expect("it is counted")[1].parse::<usize>();
        if passed_on.expect("a count") >= count {
            return;
        }
        assert!(Instant::now() < deadline, "{count} numbers do not come: {answer}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// What a screen reader makes of the page, kept as a snapshot: names, roles, and what is told when
/// it changes.
pub(crate) fn outline() {
    let gateway = gateway(&["seed=7"]);
    let mut page = Page::open(web(&gateway));
    page.subscribe("/rooms/7");
    publish(web(&gateway), "/rooms/7", "a message");
    page.until_lines(1);
    page.until("document.querySelectorAll('#channels tr').length == 2");
    let outline = page.0.outline();
    // Numbers come by the second, and how many, is known after two looks.
    let numbers = Regex::new(r"\b\d+(\.\d)?\b|–").expect("a pattern");
    let outline = numbers.replace_all(&outline, "N");
    let several = Regex::new(r"N( N)+").expect("a pattern");
    let outline = several.replace_all(&outline, "N …");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("tests/gateway"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("outline", &*outline));
}
