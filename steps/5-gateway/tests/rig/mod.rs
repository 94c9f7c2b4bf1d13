//! A gateway to talk to, and a number server that does what a test says.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(dead_code, unused_imports, reason = "each test file uses some of it")]

mod peer;

use gateway::Gateway;
pub(crate) use peer::Absent;
use service::{Lifecycle, Settings, Status};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use test_support::{
    http::{Response, ask},
    running::started,
    wait::{TEST_TIMEOUT, within},
    websocket::Socket,
};

/// A gateway that runs.
pub(crate) struct Rig {
    pub(crate) lifecycle: Lifecycle,
    pub(crate) web: SocketAddr,
    pub(crate) http: SocketAddr,
    pub(crate) tail: SocketAddr,
    pub(crate) websocket: SocketAddr,
}

const PORTS: [(&str, &str); 5] = [
    ("numbers_bind", "127.0.0.1:0"),
    ("http_bind", "127.0.0.1:0"),
    ("tail_bind", "127.0.0.1:0"),
    ("websocket_bind", "127.0.0.1:0"),
    ("web_bind", "127.0.0.1:0"),
];

/// A gateway on free ports, with these settings.
pub(crate) async fn rig(values: &[(&str, &str)]) -> Rig {
    let settings = Settings::with(PORTS.iter().chain(values).copied());
    let gateway = Arc::new(Gateway::new(&settings));
    settings.check().unwrap();
    Rig::of(started(gateway).await)
}

impl Rig {
    fn of(lifecycle: Lifecycle) -> Self {
        let mut reports = BTreeMap::new();
        collect(lifecycle.status(), &mut reports);
        let address = |port: &str| reports[port].parse().unwrap();
        let (web, http) = (address("web_bind"), address("http_bind"));
        let (tail, websocket) = (address("tail_bind"), address("websocket_bind"));
        Rig { lifecycle, web, http, tail, websocket }
    }

    pub(crate) async fn stop(&self) {
        within("stop", self.lifecycle.stop()).await.unwrap();
    }

    /// The same gateway, which has been stopped, started again.
    pub(crate) async fn start_again(self) -> Self {
        within("start again", self.lifecycle.start()).await.unwrap();
        Self::of(self.lifecycle)
    }

    /// What is at a path of the web port.
    pub(crate) async fn get(&self, path: &str) -> Response {
        ask(self.web, &format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")).await
    }

    /// Waits until what is at a path of the web port fits.
    pub(crate) async fn until(&self, path: &str, fits: impl Fn(&Response) -> bool) -> Response {
        let began = Instant::now();
        loop {
            let answer = self.get(path).await;
            if fits(&answer) {
                return answer;
            }
            assert!(began.elapsed() < TEST_TIMEOUT, "{path}: still {answer:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until the gateway says this of whether it is ready.
    pub(crate) async fn until_ready_is(&self, status: u16, body: &str) {
        self.until("/readyz", |answer| (answer.status, &*answer.body) == (status, body)).await;
        assert_eq!(self.get("/healthz").await.status, 200, "it is well in any case");
    }

    /// Opens a WebSocket at the web port.
    pub(crate) async fn socket(&self, path: &str) -> Socket {
        Socket::open(self.web, path, &[]).await.unwrap()
    }
}

/// What a service and those inside it have reported.
fn collect(status: Status, reports: &mut BTreeMap<String, String>) {
    reports.extend(status.reports);
    status.children.into_iter().for_each(|child| collect(child, reports));
}
