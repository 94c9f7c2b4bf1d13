//! Looks at what the list of channels costs, whatever those who ask for it do.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod rig;

use gateway::{
    WebHandler,
    web::{HealthCheck, Metric},
};
use message_hub::Hub;
use pubsub::{ChannelName, Message};
use std::{fs, net::SocketAddr, sync::Arc, time::Duration};
use test_support::{
    http::Client,
    running::{settings, started},
};

struct Well;

impl HealthCheck for Well {
    fn ready(&self) -> Result<(), &'static str> {
        Ok(())
    }

    fn metrics(&self) -> Vec<Metric> {
        Vec::new()
    }
}

/// A web server of a hub with so many channels that a list of them takes a while.
async fn web_server() -> (SocketAddr, service::Lifecycle) {
    let settings = settings(&["web_bind"], &[]);
    let hub = Arc::new(Hub::new(&settings));
    for n in 0..50_000 {
        let name = ChannelName::from_path(&format!("/{n}")).unwrap();
        hub.publish(&name, Message::parse(b"x").unwrap()).unwrap();
    }
    let web = Arc::new(WebHandler::server(&settings, hub, Arc::new(Well)));
    let lifecycle = started(web.clone()).await;
    (web.address().unwrap(), lifecycle)
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_hangs_up_has_no_list_of_channels_made() {
    const ASK: &[u8] = b"GET /channels HTTP/1.1\r\nHost: x\r\n\r\n";
    let (address, lifecycle) = web_server().await;
    let before = threads();
    for _ in 0..100 {
        let mut hasty = Client::connect(address).await;
        hasty.send(ASK).await;
        tokio::time::sleep(Duration::from_millis(2)).await; // it is hasty
    }
    let mut patient = Client::connect(address).await;
    patient.send(ASK).await;
    assert!(patient.answer().await.body.contains("\"total\":50000"));
    // Each list that is made at the same time as others takes a thread of its own.
    assert!(threads() <= before + 2, "{} threads, and {before} before", threads());
    lifecycle.stop().await.unwrap();
}
