//! The page, and what a browser may do with it.

use super::response::{WebResponse, with_content_type};
use http::{HeaderMap, HeaderValue, header};

/// A file of the page.
pub(super) struct File {
    media_type: &'static str,
    text: &'static str,
}

/// The page may load and ask for what is on this very port, and nothing else. No script or style
/// stands in the page itself, so none that somebody smuggles in is run.
// ANCHOR: policy
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
// ANCHOR_END: policy

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

/// Every file of the page: its path, its media type, what is in it.
const FILES: [(&str, &str, &str); 12] = [
    ("/", HTML, include_str!("../../static/index.html")),
    ("/static/page.css", CSS, include_str!("../../static/page.css")),
    ("/static/page.js", SCRIPT, include_str!("../../static/page.js")),
    ("/static/channels.js", SCRIPT, include_str!("../../static/channels.js")),
    ("/static/chart.js", SCRIPT, include_str!("../../static/chart.js")),
    ("/static/feed.js", SCRIPT, include_str!("../../static/feed.js")),
    ("/static/numbers.js", SCRIPT, include_str!("../../static/numbers.js")),
    ("/static/dom.js", SCRIPT, include_str!("../../static/dom.js")),
    ("/static/chat.js", SCRIPT, include_str!("../../static/chat.js")),
    ("/static/transports.js", SCRIPT, include_str!("../../static/transports.js")),
    ("/static/icon.svg", PICTURE, include_str!("../../static/icon.svg")),
    ("/favicon.ico", PICTURE, include_str!("../../static/icon.svg")),
];

/// The file at this path, if there is one.
pub(super) fn file(path: &str) -> Option<File> {
    let found = FILES.iter().find(|(name, ..)| *name == path);
    found.map(|(_, media_type, text)| File { media_type, text })
}

impl File {
    /// The file as an answer.
    pub(super) fn answer(&self) -> WebResponse {
        let fixed = HeaderValue::from_static;
        let mut answer = with_content_type(self.media_type, self.text);
        answer.headers_mut().extend(HeaderMap::from_iter([
            // A gateway that has been renewed has another page, too.
            (header::CACHE_CONTROL, fixed("no-cache")),
            (header::CONTENT_SECURITY_POLICY, fixed(POLICY)),
            (header::REFERRER_POLICY, fixed("no-referrer")),
        ]));
        answer
    }
}
