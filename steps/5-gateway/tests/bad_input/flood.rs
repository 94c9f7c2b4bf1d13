//! Those who ask after metrics again and again.

use std::thread;
use test_support::bad_input::{Case, case::survives, client::Client, hub::Hub};
use test_support::cases;

/// The cases of this file.
pub(crate) const CASES: &[Case] =
    cases![thousands_who_ask_for_metrics_and_channels_leave_nothing_behind,];

const CONNECTIONS: usize = 8;
const REQUESTS: usize = 500;

fn thousands_who_ask_for_metrics_and_channels_leave_nothing_behind() {
    survives(&[], |hub| {
        for number in 0..200 {
            test_support::bad_input::client::publish(hub.http, &format!("/flood/{number}"), "x");
        }
        thread::scope(|scope| {
            for number in 0..CONNECTIONS {
                scope.spawn(move || ask(hub, ["/metrics", "/channels"][number % 2]));
            }
        });
    });
}

/// Asks some times before it reads the first answer.
fn ask(hub: &Hub, path: &str) {
    let mut client = Client::connect(hub.http);
    for _ in 0..REQUESTS / 10 {
        client.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").repeat(10));
        for _ in 0..10 {
            let answer = client.answer().unwrap();
            assert_eq!(answer.status, 200, "{path}");
            assert!(answer.body.ends_with('\n') && answer.body.len() > 100, "{answer:?}");
        }
    }
}
