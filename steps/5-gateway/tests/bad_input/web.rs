//! What only the web port has: paths that are no channels, and a page.

use std::{net::SocketAddr, path::Path, sync::LazyLock};
use test_support::bad_input::{
    Case,
    case::survives,
    client::{Client, Response, post},
    sockets::{Socket, handshake},
};
use test_support::cases;

/// The cases of this file.
pub(crate) const CASES: &[Case] = cases![
    a_fixed_path_can_only_be_asked_for,
    who_asks_for_the_head_of_a_fixed_path_gets_no_body,
    a_handshake_on_a_fixed_path_opens_no_websocket,
    a_strange_path_is_what_it_says_or_refused,
    no_channel_hides_behind_a_fixed_path,
    a_page_of_a_foreign_origin_gets_nothing,
    a_foreign_host_is_refused_all_but_our_health,
    no_answer_may_be_taken_for_what_it_is_not,
];

/// What is at fixed paths, and their media types, beside the files of the page.
const FIXED: [(&str, &str); 6] = [
    ("/", "text/html; charset=utf-8"),
    ("/favicon.ico", "image/svg+xml"),
    ("/healthz", "text/plain; charset=utf-8"),
    ("/readyz", "text/plain; charset=utf-8"),
    ("/metrics", "text/plain; version=0.0.4"),
    ("/channels", "application/json"),
];

/// All fixed paths: none of the page's files is forgotten.
fn fixed() -> impl Iterator<Item = (&'static str, &'static str)> {
    let files = FILES.iter().map(|(path, media_type)| (&**path, *media_type));
    files.chain(FIXED)
}

static FILES: LazyLock<Vec<(String, &str)>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
    let files = folder.read_dir().unwrap().map(|file| file.unwrap().file_name());
    let files = files.map(|file| file.into_string().unwrap()).filter(|file| file != "index.html");
    let files = files.map(|file| {
        let media_type = match file.rsplit('.').next() {
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => panic!("{file} is of no kind that a page is made of"),
        };
        (format!("/static/{file}"), media_type)
    });
    files.collect()
});

/// Those of them that are asked for by address, and not by a name that is ours.
const ASKED_BY_ADDRESS: [&str; 2] = ["/healthz", "/readyz"];

const KEY: Option<&str> = Some("dGhlIHNhbXBsZSBub25jZQ==");

/// Those that may be asked for only by the right name, from the right page.
fn guarded() -> impl Iterator<Item = &'static str> {
    fixed().map(|(path, _)| path).filter(|path| !ASKED_BY_ADDRESS.contains(path))
}

fn ask(address: SocketAddr, method: &str, path: &str) -> Response {
    ask_as(address, method, path, "Host: x\r\n")
}

fn ask_as(address: SocketAddr, method: &str, path: &str, headers: &str) -> Response {
    let mut client = Client::connect(address);
    client.send(format!("{method} {path} HTTP/1.1\r\n{headers}\r\n"));
    client.answer_to(method).unwrap_or_else(|| panic!("{method} {path} is answered"))
}

fn open_as(address: SocketAddr, path: &str, headers: &str) -> Response {
    let mut client = Client::connect(address);
    client.send(handshake("GET", path, "13", KEY, "").replace("Host: x\r\n", headers));
    client.answer().unwrap_or_else(|| panic!("a handshake at {path} is answered"))
}

fn is_sentence(body: &str) -> bool {
    let sentence = body.strip_suffix('\n').unwrap_or_default();
    sentence.contains(' ') && !sentence.contains(['\n', '\r'])
}

fn a_fixed_path_can_only_be_asked_for() {
    survives(&[], |hub| {
        for (path, media_type) in fixed() {
            let answer = ask(hub.http, "GET", path);
            let told = (answer.status, answer.header("content-type"));
            assert_eq!(told, (200, Some(media_type)), "{path}");
            for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
                let answer = ask(hub.http, method, path);
                let told = (answer.status, answer.header("allow"));
                assert_eq!(told, (405, Some("GET, HEAD")), "{method} {path}");
                assert!(is_sentence(&answer.body), "{answer:?}");
            }
            let mut client = Client::connect(hub.http);
            client.send(post(path, "a message"));
            assert_eq!(client.answer().unwrap().status, 405, "{path} is published to");
        }
    });
}

fn who_asks_for_the_head_of_a_fixed_path_gets_no_body() {
    survives(&[], |hub| {
        for (path, media_type) in fixed() {
            let mut client = Client::connect(hub.http);
            client.send(format!("HEAD {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
            let answer = client.answer_to("HEAD").unwrap();
            let told = (answer.status, answer.header("content-type"));
            assert_eq!(told, (200, Some(media_type)), "{path}");
            client.is_hung_up_on();
        }
    });
}

fn a_handshake_on_a_fixed_path_opens_no_websocket() {
    survives(&["websocket_publish=true"], |hub| {
        for (path, media_type) in fixed() {
            let answer = Socket::ask(hub.http, path).answer().unwrap();
            let told = (answer.status, answer.header("content-type"));
            assert_eq!(told, (200, Some(media_type)), "{path}");
            assert_eq!(answer.header("sec-websocket-accept"), None, "{path}");
        }
        assert_eq!(Socket::ask(hub.http, "/static/missing.js").answer().unwrap().status, 404);
    });
}

/// What a path is taken for.
#[derive(Clone, Copy)]
enum Meant {
    Health,
    Channel,
    Refused(u16),
}

/// Encoded, a path means what it means without. There is no file but those that are meant, and
/// nothing beside them under `/static/`.
fn a_strange_path_is_what_it_says_or_refused() {
    use Meant::{Channel, Health, Refused};
    let cases = [
        ("/healthz?", Health),
        ("/healthz?as=events&last=9", Health),
        ("http://x/healthz", Health),
        ("/%68ealthz", Health),
        ("/%68%65%61%6c%74%68%7A", Health),
        ("/healthz/", Refused(400)),
        ("//healthz", Refused(400)),
        ("/./healthz", Refused(400)),
        ("/%2e/healthz", Refused(400)),
        ("/%2fhealthz", Refused(400)),
        ("/healthz%00", Refused(400)),
        ("/healthz%2f", Refused(400)),
        ("/healthz%", Channel),
        ("/HEALTHZ", Channel),
        ("/healthz%20", Channel),
        ("/%2568ealthz", Channel),
        ("/healthz/more", Channel),
        ("/static", Channel),
        ("/STATIC/page.js", Channel),
        ("/static/", Refused(404)),
        ("/static/missing.js", Refused(404)),
        ("/static/missing.js?as=events", Refused(404)),
        ("/%73tatic/missing.js", Refused(404)),
        ("/static/page.JS", Refused(404)),
        ("/static/page.js/", Refused(404)),
        ("/static//page.js", Refused(404)),
        ("/static/index.html", Refused(404)),
        ("/static/more/page.js", Refused(404)),
        ("/static/../healthz", Refused(404)),
        ("/static/../src/main.rs", Refused(404)),
        ("/static/%2e%2e/x", Refused(404)),
        ("/static/..%2f..%2fetc%2fpasswd", Refused(404)),
        ("/static/%00", Refused(404)),
        ("/static/%ff", Refused(404)),
        ("/%73tatic/%2e%2e/x", Refused(400)),
    ];
    survives(&[], |hub| {
        for (path, meant) in cases {
            let answer = ask(hub.http, "GET", path);
            let streams = answer.header("transfer-encoding").is_some();
            match meant {
                Health => assert_eq!((answer.status, &*answer.body), (200, "well\n"), "{path}"),
                Channel => assert_eq!((answer.status, streams), (200, true), "{path}: {answer:?}"),
                Refused(status) => {
                    assert_eq!((answer.status, streams), (status, false), "{path}: {answer:?}");
                    assert!(is_sentence(&answer.body), "{path}: {answer:?}");
                }
            }
        }
    });
}

fn no_channel_hides_behind_a_fixed_path() {
    survives(&["websocket_publish=true"], |hub| {
        for (path, _) in fixed().filter(|(path, _)| *path != "/") {
            let hex = |byte: u8| format!("%{byte:02x}");
            let encoded = format!("/{}{}", hex(path.as_bytes()[1]), &path[2..]);
            let plain = ask(hub.http, "GET", path);
            let same = ask(hub.http, "GET", &encoded);
            let told = |answer: &Response| answer.header("content-type").map(str::to_owned);
            assert_eq!((same.status, told(&same)), (plain.status, told(&plain)), "{encoded}");
            let mut client = Client::connect(hub.http);
            client.send(post(&encoded, "hidden"));
            assert_eq!(client.answer().unwrap().status, 405, "{encoded}");
            assert_eq!(Socket::ask(hub.http, &encoded).answer().unwrap().status, 200, "{encoded}");
        }
        let channels = ask(hub.http, "GET", "/channels").body;
        assert!(!channels.contains("healthz"), "{channels}");
    });
}

fn a_page_of_a_foreign_origin_gets_nothing() {
    survives(&["allowed_origins=https://good.example", "websocket_publish=true"], |hub| {
        for origin in ["https://evil.example", "null", "http://x.evil.example", "https://x:1", ""] {
            let headers = format!("Host: x\r\nOrigin: {origin}\r\n");
            let secrets =
                ["/metrics", "/channels", "/a", "/a?as=json", "/a?as=events", "/a?as=poll"];
            for path in guarded().chain(secrets) {
                let answer = ask_as(hub.http, "GET", path, &headers);
                // Everybody may see the page's files. A foreign page cannot even read those.
                let expected = if secrets.contains(&path) { 403 } else { 200 };
                assert_eq!(answer.status, expected, "{path} from {origin:?}");
                assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
            }
            assert_eq!(open_as(hub.http, "/a", &headers).status, 403, "{origin:?}");
            let mut client = Client::connect(hub.http);
            client.send(post("/a", "x").replace("Host: x\r\n", &headers));
            assert_eq!(client.answer().unwrap().status, 403, "{origin:?} publishes");
        }
        let good = "Host: x\r\nOrigin: https://good.example\r\n";
        for path in ["/metrics", "/channels"] {
            let answer = ask_as(hub.http, "GET", path, good);
            let readable = answer.header("access-control-allow-origin");
            assert_eq!((answer.status, readable), (200, Some("https://good.example")), "{path}");
        }
        assert_eq!(open_as(hub.http, "/a", good).status, 101);
        assert_eq!(open_as(hub.http, "/a", "Host: x\r\nOrigin: http://x\r\n").status, 101);
    });
}

/// `x` is the host that the innocent ask for.
fn a_foreign_host_is_refused_all_but_our_health() {
    survives(&["allowed_hosts=x"], |hub| {
        for headers in ["Host: evil.example\r\n", "Host: x.evil.example\r\n"] {
            let streams = ["/a", "/a?as=json", "/a?as=events", "/a?as=poll", "/static/missing.js"];
            for path in guarded().chain(streams) {
                let status = ask_as(hub.http, "GET", path, headers).status;
                assert_eq!(status, 421, "{path} of {headers:?}");
            }
            assert_eq!(open_as(hub.http, "/a", headers).status, 421, "{headers:?}");
            let mut client = Client::connect(hub.http);
            client.send(post("/a", "x").replace("Host: x\r\n", headers));
            assert_eq!(client.answer().unwrap().status, 421, "{headers:?} publishes");
            for path in ASKED_BY_ADDRESS {
                let status = ask_as(hub.http, "GET", path, headers).status;
                assert_eq!(status, 200, "{path} of {headers:?}");
            }
        }
        assert_eq!(ask(hub.http, "GET", "http://evil.example/metrics").status, 421);
    });
}

fn no_answer_may_be_taken_for_what_it_is_not() {
    survives(&[], |hub| {
        let channels =
            ["/a", "/a?as=json", "/a?as=events", "/a?as=poll&last=1", "/a//b", "/static/x"];
        let asked = fixed().map(|(path, _)| path).chain(channels);
        for (path, method) in asked.flat_map(|path| ["GET", "HEAD", "PUT"].map(|m| (path, m))) {
            let answer = ask(hub.http, method, path);
            let told = answer.header("x-content-type-options");
            assert_eq!(told, Some("nosniff"), "{method} {path}: {answer:?}");
        }
        let mut client = Client::connect(hub.http);
        client.send(post("/a", "x"));
        assert_eq!(client.answer().unwrap().header("x-content-type-options"), Some("nosniff"));
    });
}
