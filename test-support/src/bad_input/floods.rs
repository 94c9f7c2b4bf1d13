//! Too many, too much, all at once.

use super::{
    Case,
    case::{survives, survives_within},
    cases,
    client::{self, Client},
    hub::{Hub, TEST_TIMEOUT},
    sockets::{self, CONTINUATION, FIN, PING, Socket, TEXT, frame},
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{
    thread,
    time::{Duration, Instant},
};

/// The cases of this file.
pub(super) const CASES: &[Case] = cases![
    a_thousand_connections_that_say_nothing_are_cut_off,
    a_thousand_connections_that_are_reset_leave_nothing_behind,
    a_thousand_readers_that_stop_reading_are_cut_off,
    who_pings_and_reads_no_pong_is_cut_off,
    a_stream_of_empty_fragments_keeps_nobody_from_his_turn,
    fragments_for_ever_are_closed_with_1009_when_too_long,
    strangers_who_ask_for_channels_without_end_take_no_message_from_others,
    ten_thousand_readers_that_come_back_at_once_are_all_served,
];

/// Lets this process, and the hubs that it starts, open as many files as it may. Returns how many.
fn raise_file_limit() -> usize {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
    limit.maximum.map_or(usize::MAX, |limit| limit as usize)
}

fn a_thousand_connections_that_say_nothing_are_cut_off() {
    raise_file_limit();
    survives(&["header_timeout=0.5"], |hub| {
        let ports = [hub.http, hub.tail, hub.websocket];
        let silent = (0..1000).map(|number| Client::connect(ports[number % ports.len()]));
        let silent: Vec<_> = silent.collect();
        silent.into_iter().for_each(|mut client| client.is_hung_up_on());
    });
}

fn a_thousand_connections_that_are_reset_leave_nothing_behind() {
    raise_file_limit();
    survives(&["websocket_publish=true"], |hub| {
        for number in 0..1000 {
            match number % 5 {
                0 => Client::connect(hub.http).reset(),
                1 => sent(hub, "POST /reset HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
                    .reset(),
                2 => sent(hub, "GET /reset HTTP/1.1\r\nHost: x\r\n\r\n").reset(),
                3 => Socket::ask(hub.websocket, "/reset").reset(),
                _ => {
                    let mut socket = Socket::open(hub.websocket, "/reset");
                    socket.send(sockets::announce(TEXT, 5000));
                    socket.reset();
                }
            }
        }
    });
}

fn sent(hub: &Hub, request: &str) -> Client {
    let mut client = Client::connect(hub.http);
    client.send(request);
    client
}

/// The clients stay: it is the hub that parts from them.
fn a_thousand_readers_that_stop_reading_are_cut_off() {
    raise_file_limit();
    let settings = [
        "write_timeout=0.5",
        "keepalive_interval=0.2",
        "idle_timeout=0.5",
        "send_buffer_bytes=4096",
    ];
    survives(&settings, |hub| {
        let before = hub.files();
        let readers: Vec<_> = (0..1000).map(|number| stuck(hub, number)).collect();
        let text = "x".repeat(60_000);
        let mut published = 0;
        super::hub::until(
            "readers that read nothing",
            || hub.files(),
            |files| {
                if published < 20 {
                    client::publish(hub.http, "/stuck", &text);
                    published += 1;
                }
                *files <= before
            },
        );
        drop(readers);
    });
}

/// A reader that reads no more than the answer's head.
fn stuck(hub: &Hub, number: usize) -> Client {
    let (port, path) = match number % 3 {
        0 => (hub.http, "/stuck?as=events"),
        1 => (hub.tail, "/stuck"),
        _ => {
            let mut socket = Socket::ask_on(Client::narrow(hub.websocket), "/stuck");
            socket.opened();
            return socket.0;
        }
    };
    let mut client = Client::narrow(port);
    client.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_eq!(client.answer().unwrap().status, 200);
    client
}

fn who_pings_and_reads_no_pong_is_cut_off() {
    let settings = ["keepalive_interval=0.2", "idle_timeout=0.6", "send_buffer_bytes=4096"];
    survives(&settings, |hub| {
        let pings = frame(PING, &[b'x'; 125]).repeat(500);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut socket = Socket::ask_on(Client::narrow(hub.websocket), "/pings");
                    socket.opened();
                    let began = Instant::now();
                    socket.send_for_ever(&pings, Duration::from_secs(20));
                    assert!(began.elapsed() < Duration::from_secs(15), "it was cut off");
                });
            }
        });
    });
}

/// As fast as they can, from more connections than the hub has threads.
fn a_stream_of_empty_fragments_keeps_nobody_from_his_turn() {
    let settings = ["keepalive_interval=0.2", "idle_timeout=1", "websocket_publish=true"];
    let threads = thread::available_parallelism().unwrap().get() * 2;
    survives(&settings, |hub| {
        let fragments = frame(CONTINUATION - FIN, b"").repeat(10_000);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let mut socket = Socket::open(hub.websocket, "/fragments");
                    socket.send(frame(TEXT - FIN, b""));
                    socket.send_for_ever(&fragments, TEST_TIMEOUT);
                });
            }
        });
    });
}

fn fragments_for_ever_are_closed_with_1009_when_too_long() {
    survives(&["websocket_publish=true", "keepalive_interval=0.2"], |hub| {
        let mut socket = Socket::open(hub.websocket, "/fragments");
        socket.send(frame(TEXT - FIN, b"x"));
        let fragment = frame(CONTINUATION - FIN, b"x");
        for _ in 0..65_535 / 255 {
            socket.send(fragment.repeat(255));
        }
        assert!(socket.says_nothing_for(Duration::from_millis(50)), "65536 bytes are not too long");
        socket.send(fragment);
        assert_eq!(socket.close_code(), Some(1009));
        socket.is_hung_up_on();
    });
}

/// Who may not publish can still make channels, by asking for them, and so make memory short.
// ANCHOR: strangers
fn strangers_who_ask_for_channels_without_end_take_no_message_from_others() {
    let settings = ["max_hub_bytes=2097152", "publish_token=right"];
    survives(&settings, |hub| {
        let reader = reader(hub, "/read");
        publish_all(hub, "/unread", 1000);
        publish_all(hub, "/read", 1000);
        thread::scope(|scope| {
            let strangers =
                [1, 2].map(|stranger| scope.spawn(move || name_channels(hub, stranger)));
            while strangers.iter().any(|stranger| !stranger.is_finished()) {
                client::publish(hub.http, "/read", "one more");
                for path in ["/read", "/unread"] {
                    let kept = client::published(hub.http, path).matches("\"data\"").count();
                    assert_eq!(kept, 1000, "{path}: messages kept, of the newest 1000");
                }
            }
        });
        drop(reader);
    });
}
// ANCHOR_END: strangers

/// Somebody who asks for five thousand channels that nobody else uses.
fn name_channels(hub: &Hub, stranger: usize) {
    let mut client = Client::connect(hub.http);
    for hundred in 0..50 {
        let request =
            |n: usize| format!("HEAD /{stranger}-{hundred}-{n} HTTP/1.1\r\nHost: x\r\n\r\n");
        client.send((0..100).map(request).collect::<String>());
        for _ in 0..100 {
            let status = client.answer_to("HEAD").unwrap().status;
            assert!(matches!(status, 200 | 503), "{status}: made, or refused for want of memory");
        }
    }
}

/// Publishes so many messages, as who has the token.
fn publish_all(hub: &Hub, path: &str, count: usize) {
    let request = client::post(path, "x").replace("Host:", "Authorization: Bearer right\r\nHost:");
    let mut client = Client::connect(hub.http);
    for _ in 0..count {
        client.send(&request);
        assert_eq!(client.answer().unwrap().status, 200);
    }
}

/// A reader of this channel that reads nothing more than the head of the answer.
fn reader(hub: &Hub, path: &str) -> Client {
    let mut client = sent(hub, &format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_eq!(client.answer().unwrap().status, 200);
    client
}

/// As when the hub was away for a moment.
fn ten_thousand_readers_that_come_back_at_once_are_all_served() {
    let count = (raise_file_limit() / 2 - 500).min(10_000);
    let slack = 4 * 1024 * count; // a tenth of what a reader takes
    survives_within(slack, &[], |hub| {
        let before = hub.files();
        client::publish(hub.http, "/again", "read before");
        let place = place(hub);
        client::publish(hub.http, "/again", "missed");
        let path = format!("/again?since={place}");
        let mut readers: Vec<_> = (0..count).map(|_| Socket::ask(hub.websocket, &path)).collect();
        client::publish(hub.http, "/again", "new");
        for reader in &mut readers {
            reader.opened();
            assert_eq!(reader.frame().unwrap().payload, b"missed");
        }
        readers.into_iter().for_each(Socket::reset);
        // Until then, those who come at the next attack could find it full.
        super::hub::until("readers that have left", || hub.files(), |files| *files <= before);
    });
}

/// The id of the newest message of `/again`.
fn place(hub: &Hub) -> String {
    let mut client = Client::connect(hub.http);
    client.send("HEAD /again HTTP/1.1\r\nHost: x\r\n\r\n");
    client.answer_to("HEAD").unwrap().header("channel-position").unwrap().to_string()
}
