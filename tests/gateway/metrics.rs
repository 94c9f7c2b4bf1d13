//! The figures, by the parser of Prometheus' own Python client.

use crate::page::{gateway, web};
use book_tests::program::{ask, client_packages, publish, root};
use std::process::Command;

pub(crate) fn parsed() {
    let gateway = gateway(&["rate_per_minute=0.1"]);
    let epoch = ask(web(&gateway), "HEAD /numbers", "");
    let (_, place) = epoch.split_once("channel-position: ").expect("it is told");
    let beginning = format!("{}-0", &place[..8]);
    // The first number comes by itself, and is waited for; the next is ten minutes away.
    let number = ask(web(&gateway), &format!("GET /numbers?as=poll&since={beginning}"), "");
    assert!(number.contains("data"), "{number}");
    publish(web(&gateway), "/rooms/7", "a message");
    let parsed = Command::new("python3")
        .arg(root().join("tests/gateway/metrics.py"))
        .arg(format!("http://{}/metrics", web(&gateway)))
        .env("PYTHONPATH", client_packages().join("python"))
        .output()
        .expect("python3 is there");
    assert!(parsed.status.success(), "{}", String::from_utf8_lossy(&parsed.stderr));
    let expected = "\
        gateway_numbers counter 1\n\
        gateway_connected gauge 1\n\
        hub_channels gauge 2\n\
        hub_channels_bytes gauge some\n\
        hub_readers gauge 0\n\
        hub_messages counter 2\n\
        hub_missed counter 0\n";
    assert_eq!(String::from_utf8_lossy(&parsed.stdout), expected, "after {number}");
}
