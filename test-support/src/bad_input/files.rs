//! A hub that may open no more files.

use super::{
    Case, cases,
    client::{self, Client, post},
    hub::{Hub, until},
    readers::Reader,
};

/// The cases of this file.
pub(super) const CASES: &[Case] = cases![out_of_files_readers_go_on_and_others_come_later,];

fn out_of_files_readers_go_on_and_others_come_later() {
    let mut hub = Hub::start_with_files(100, &["header_timeout=3600"]);
    let readers =
        [Reader::over_http(hub.http, "/room"), Reader::over_websocket(hub.websocket, "/room")];
    let mut publisher = Client::connect(hub.http);
    publisher.send(post("/room", "before"));
    assert_eq!(publisher.answer().unwrap().status, 200);
    let files = hub.files();

    let ports = [hub.http, hub.tail, hub.websocket];
    let crowd: Vec<_> = (0..150).map(|number| Client::connect(ports[number % 3])).collect();
    hub.logs("cannot accept a connection: Too many open files");
    for number in 0..100 {
        publisher.send(post("/room", &number.to_string()));
        assert_eq!(publisher.answer().unwrap().status, 200);
    }
    drop(crowd);
    for port in ports {
        let mut late = Client::connect(port);
        late.send("OPTIONS /room HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert!(late.answer().is_some(), "there is room again");
    }
    client::publish(hub.http, "/room", "after");
    until("open files", || hub.files(), |now| *now == files);
    for reader in &readers {
        assert_eq!(reader.next(), "before");
        for number in 0..100 {
            assert_eq!(reader.next(), number.to_string());
        }
        assert_eq!(reader.next(), "after");
    }
    hub.assert_lives();
    drop((readers, publisher));
    hub.stop();
}
