//! A hub to talk to, and a WebSocket client.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(dead_code, reason = "each test file uses some of it")]

use message_hub::MessageHub;
use pubsub::ChannelName;
use service::{Lifecycle, Service, Settings, settings::Sources};
use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc};
use test_support::{
    http,
    running::{settings, started},
    wait::{until, within},
    websocket::Socket,
};

/// A hub that runs.
pub(crate) struct Rig {
    pub(crate) hub: Arc<MessageHub>,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) http: SocketAddr,
    pub(crate) tail: SocketAddr,
    pub(crate) websocket: SocketAddr,
}

/// A hub on free ports, with these settings.
pub(crate) async fn rig(values: &[(&str, &str)]) -> Rig {
    rig_of(&settings(&BINDS, values)).await
}

/// A hub on free ports, whose other settings are in a file.
pub(crate) async fn rig_with_file(file: &Path) -> (Rig, Settings) {
    let ports = Sources::set(BINDS.map(|bind| (bind, "127.0.0.1:0")));
    let settings = Settings::new(ports.file(file, true));
    (rig_of(&settings).await, settings)
}

const BINDS: [&str; 3] = ["http_bind", "tail_bind", "websocket_bind"];

async fn rig_of(settings: &Settings) -> Rig {
    let hub = Arc::new(MessageHub::new(settings));
    settings.check().unwrap();
    let lifecycle = started(hub.clone()).await;
    let reports: BTreeMap<_, _> =
        lifecycle.status().children.into_iter().flat_map(|child| child.reports).collect();
    let address = |port: &str| reports[port].parse().unwrap();
    let (http, tail) = (address("http_bind"), address("tail_bind"));
    Rig { hub, lifecycle, http, tail, websocket: address("websocket_bind") }
}

impl Rig {
    pub(crate) fn name(&self) -> String {
        self.hub.name().into()
    }

    pub(crate) fn readers(&self, channel: &str) -> usize {
        self.hub.hub().readers(&ChannelName::from_path(channel).unwrap())
    }

    pub(crate) async fn until_readers(&self, channel: &str, count: usize) {
        until("readers", || self.readers(channel) == count).await;
    }

    pub(crate) async fn publish(&self, channel: &str, message: &str) {
        http::publish(self.http, channel, message).await;
    }

    pub(crate) async fn stop(&self) {
        within("stop", self.lifecycle.stop()).await.unwrap();
    }

    /// Opens a WebSocket.
    pub(crate) async fn socket(&self, path: &str) -> Socket {
        self.socket_with(path, &[]).await.unwrap()
    }

    /// Opens a WebSocket with these headers; the status and the sentence of a rejection.
    pub(crate) async fn socket_with(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Socket, (u16, String)> {
        Socket::open(self.websocket, path, headers).await
    }
}
