//! Requests to open a WebSocket that are not as they should be.

use super::{
    Case,
    case::survives,
    cases,
    client::{Client, Response},
    hub::Hub,
    program::program,
    sockets::{Socket, handshake},
};

/// The cases of this file.
pub(super) const CASES: &[Case] = cases![
    what_opens_no_websocket_is_told_which_would,
    a_handshake_is_refused_as_any_request_is,
    a_proper_handshake_is_taken_whatever_else_it_offers,
];

const KEY: Option<&str> = Some("dGhlIHNhbXBsZSBub25jZQ==");

fn ask(hub: &Hub, request: &str) -> Response {
    let mut client = Client::connect(hub.websocket);
    client.send(request);
    client.answer().unwrap_or_else(|| panic!("{request:?} is answered"))
}

fn what_opens_no_websocket_is_told_which_would() {
    survives(&[], |hub| {
        let proper = handshake("GET", "/a", "13", KEY, "");
        let not = [
            handshake("GET", "/a", "12", KEY, ""),
            handshake("GET", "/a", "0", KEY, ""),
            handshake("GET", "/a", "13, 12", KEY, ""),
            handshake("GET", "/a", "", KEY, ""),
            handshake("GET", "/a", "13", None, ""),
            proper.replace("Connection: Upgrade\r\n", ""),
            proper.replace("Connection: Upgrade", "Connection: keep-alive"),
            proper.replace("HTTP/1.1", "HTTP/1.0"),
        ];
        for request in not {
            tells_which_would(&ask(hub, &request), &request);
        }
        let other = [
            proper.replace("Upgrade: websocket\r\n", ""),
            proper.replace("Upgrade: websocket", "Upgrade: h2c"),
            "GET /a HTTP/1.1\r\nHost: x\r\n\r\n".to_string(),
        ];
        for request in other {
            let answer = ask(hub, &request);
            if program().only_websockets {
                tells_which_would(&answer, &request);
            } else {
                assert_eq!((answer.status, answer.header("upgrade")), (200, None), "{request:?}");
            }
        }
    });
}

fn tells_which_would(answer: &Response, request: &str) {
    let told = (answer.header("upgrade"), answer.header("sec-websocket-version"));
    assert_eq!((answer.status, told), (426, (Some("websocket"), Some("13"))), "{request:?}");
    assert!(answer.body.contains("WebSocket"), "{answer:?}");
}

fn a_handshake_is_refused_as_any_request_is() {
    survives(&["publish_token=right", "websocket_publish=true"], |hub| {
        let with = |more: &str| handshake("GET", "/a", "13", KEY, more);
        let refused = [
            (405, handshake("POST", "/a", "13", KEY, "")),
            (405, handshake("PUT", "/a", "13", KEY, "Content-Length: 4\r\n")),
            (400, handshake("GET", "/a//b", "13", KEY, "")),
            (400, handshake("GET", "/a?as=events", "13", KEY, "")),
            (400, handshake("GET", "/a?as=poll", "13", KEY, "")),
            (400, handshake("GET", "/a?since=1", "13", KEY, "")),
            (403, with("Origin: https://evil.example\r\n")),
            (403, with("Origin: null\r\n")),
            (403, with("Origin: http://x.evil.example\r\n")),
            (403, with("Origin: \r\n")),
            (401, with("Authorization: Bearer wrong\r\n")),
            (401, with("Authorization: Bearer\r\n")),
            (401, with("Authorization: Basic right\r\n")),
            (401, with("Authorization: Bearer righ\r\n")),
            (401, with("Authorization: Bearer rightt\r\n")),
        ];
        let nowhere =
            program().nowhere.iter().map(|path| (404, handshake("GET", path, "13", KEY, "")));
        for (status, request) in nowhere.chain(refused) {
            let answer = ask(hub, &request);
            assert_eq!(answer.status, status, "{request:?}: {answer:?}");
            assert!(answer.body.ends_with('\n') && answer.body.contains(' '), "{answer:?}");
        }
    });
}

fn a_proper_handshake_is_taken_whatever_else_it_offers() {
    survives(&["publish_token=right"], |hub| {
        for more in [
            "Origin: http://x\r\n",
            "Sec-WebSocket-Protocol: chat, superchat\r\n",
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n",
            "Authorization: Bearer right\r\n",
        ] {
            let answer = ask(hub, &handshake("GET", "/a", "13", KEY, more));
            assert_eq!(answer.status, 101, "{more:?}");
            assert_eq!(answer.header("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
            assert_eq!(answer.header("sec-websocket-protocol"), None);
            assert_eq!(answer.header("sec-websocket-extensions"), None);
        }
        Socket::open(hub.websocket, "/a");
    });
}
