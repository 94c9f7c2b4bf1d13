//! A hub to talk to, and a WebSocket client.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(dead_code, reason = "each test file uses some of it")]

#[path = "../../../3-pubsub/tests/parts/mod.rs"]
pub(crate) mod parts;

use message_hub::MessageHub;
use parts::{settings, started, until, within};
use pubsub::ChannelName;
use service::{Lifecycle, Service, Settings, settings::Sources};
use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc};
use tungstenite::{
    Message, WebSocket, client::IntoClientRequest, handshake::client::Response, http::HeaderValue,
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
    rig_of(&settings(&PORTS, values)).await
}

/// A hub on free ports, whose other settings are in a file.
pub(crate) async fn rig_with_file(file: &Path) -> (Rig, Settings) {
    let ports = Sources::set(PORTS.map(|port| (port, "0")));
    let settings = Settings::new(ports.file(file, true));
    (rig_of(&settings).await, settings)
}

const PORTS: [&str; 3] = ["pubsub_port", "tail_port", "websocket_port"];

async fn rig_of(settings: &Settings) -> Rig {
    let hub = Arc::new(MessageHub::new(settings));
    settings.check().unwrap();
    let lifecycle = started(hub.clone()).await;
    let reports: BTreeMap<_, _> =
        lifecycle.status().children.into_iter().flat_map(|child| child.reports).collect();
    let address = |port: &str| reports[port].parse().unwrap();
    let (http, tail) = (address("pubsub_port"), address("tail_port"));
    Rig { hub, lifecycle, http, tail, websocket: address("websocket_port") }
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
        parts::publish(self.http, channel, message).await;
    }

    pub(crate) async fn stop(&self) {
        within("stop", self.lifecycle.stop()).await.unwrap();
    }

    /// Opens a WebSocket.
    pub(crate) async fn socket(&self, path: &str) -> Socket {
        self.socket_with(path, &[]).await.unwrap()
    }

    /// Opens a WebSocket with these headers; the status and the sentence of a refusal.
    pub(crate) async fn socket_with(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Socket, (u16, String)> {
        let mut request = format!("ws://{}{path}", self.websocket).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
        }
        let address = self.websocket;
        blocking("open", move || {
            let stream = std::net::TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(parts::PATIENCE)).unwrap();
            match tungstenite::client(request, stream) {
                Ok((socket, response)) => Ok(Socket { socket: Some(socket), response }),
                Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(response))) => {
                    let body = response.body().clone().unwrap_or_default();
                    Err((response.status().as_u16(), String::from_utf8(body).unwrap()))
                }
                Err(error) => panic!("{error}"),
            }
        })
        .await
    }
}

/// Does what blocks where it may.
async fn blocking<T: Send + 'static>(what: &str, act: impl FnOnce() -> T + Send + 'static) -> T {
    within(what, tokio::task::spawn_blocking(act)).await.unwrap()
}

/// A client's end of a WebSocket.
pub(crate) struct Socket {
    socket: Option<WebSocket<std::net::TcpStream>>,
    pub(crate) response: Response,
}

impl Socket {
    async fn with<T: Send + 'static>(
        &mut self,
        what: &'static str,
        act: impl FnOnce(&mut WebSocket<std::net::TcpStream>) -> T + Send + 'static,
    ) -> T {
        let mut socket = self.socket.take().unwrap();
        let (socket, result) = blocking(what, move || {
            let result = act(&mut socket);
            (socket, result)
        })
        .await;
        self.socket = Some(socket);
        result
    }

    /// What comes next.
    pub(crate) async fn any(&mut self) -> Message {
        self.with("a message", |socket| socket.read().unwrap()).await
    }

    /// What comes next, pings and pongs aside.
    pub(crate) async fn next(&mut self) -> Message {
        self.with("a message", |socket| {
            loop {
                match socket.read().unwrap() {
                    Message::Ping(_) | Message::Pong(_) => {}
                    message => return message,
                }
            }
        })
        .await
    }

    /// The next text.
    pub(crate) async fn text(&mut self) -> String {
        match self.next().await {
            Message::Text(text) => text.as_str().to_owned(),
            other => panic!("no text: {other:?}"),
        }
    }

    /// The code and reason of the close that comes next.
    pub(crate) async fn close(&mut self) -> (u16, String) {
        match self.next().await {
            Message::Close(Some(frame)) => (frame.code.into(), frame.reason.as_str().to_owned()),
            other => panic!("no close: {other:?}"),
        }
    }

    /// Sends the same so many times, without a look at what comes back.
    pub(crate) async fn write_all(&mut self, count: usize, message: Message) {
        self.with("write", move |socket| {
            (0..count).try_for_each(|_| socket.write(message.clone()))?;
            socket.flush()
        })
        .await
        .unwrap();
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.with("send", |socket| socket.send(message)).await.unwrap();
    }
}
