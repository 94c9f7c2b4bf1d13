//! Channels as WebSockets: the path names the channel, a text message is a message.

mod connection;
mod nonblocking_socket;

use crate::{
    Encoding, Hub, Subscription,
    guard::{Guard, Token},
    over_http::POSITION,
    subscribe_query::{Format, SubscribeQuery},
};
use bytes::Bytes;
use connection::{Connection, ConnectionConfig};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, upgrade::Upgraded};
use hyper_util::rt::TokioIo;
use pubsub::{
    ChannelName,
    http::{self as server, BindAddress, Handler, Limits, Linger, Rejection},
};
use service::{ConnectionPermit, Scope, Setting, Settings};
use std::{io, sync::Arc, time::Duration};
use tracing::debug;

/// A service on `websocket_bind`.
pub type WebSocketStreamer = server::Service<WebSocketUpgrader>;

/// What opens WebSockets to a hub, on whatever port the requests come in.
pub struct WebSocketUpgrader {
    hub: Arc<Hub>,
    publish: Setting<bool>,
    max_message_bytes: Setting<usize>,
    keepalive: Setting<Duration>,
    idle_timeout: Setting<Duration>,
}

impl Handler for WebSocketUpgrader {
    type Body = Full<Bytes>;

    async fn answer(
        &self,
        request: Request<Incoming>,
        permit: &Arc<ConnectionPermit>,
        scope: &Scope,
    ) -> Response<Full<Bytes>> {
        self.upgrade(request, permit, scope)
    }
}

impl WebSocketUpgrader {
    /// A service that opens WebSockets to `hub`, and does nothing else.
    pub fn streamer(settings: &Settings, hub: Arc<Hub>) -> WebSocketStreamer {
        let help = "Where channels are WebSockets. Port 0 takes a free one.";
        let bind = BindAddress::new(settings, "websocket_bind", 7070, help);
        WebSocketStreamer::on(bind, "websocket", settings, Self::new(settings, hub))
    }

    /// Opens WebSockets to `hub`, with these settings.
    pub fn new(settings: &Settings, hub: Arc<Hub>) -> Self {
        WebSocketUpgrader {
            hub,
            publish: settings
                .define("websocket_publish", false)
                .help("Whether what comes in by WebSocket is published.")
                .live(),
            max_message_bytes: Limits::new(settings).max_message_bytes,
            keepalive: pubsub::keepalive_interval(settings),
            idle_timeout: settings
                .define("idle_timeout", Duration::from_secs(30))
                .help("Seconds until a WebSocket that says nothing, not even in answer to a ping, is cut off.")
                .seconds(0.01..=86_400.0)
                .live(),
        }
    }

    /// Answers a request to open a WebSocket: opens it, or refuses.
    pub fn upgrade<B: From<Bytes>>(
        &self,
        request: Request<Incoming>,
        permit: &Arc<ConnectionPermit>,
        scope: &Scope,
    ) -> Response<B> {
        let opened = self.open(request, permit, scope);
        let opened = opened.map(|response| response.map(|()| B::from(Bytes::new())));
        opened.unwrap_or_else(Rejection::into_response)
    }

    /// Answers a proper handshake, and serves the WebSocket on a task of `scope`.
    ///
    /// The subscription begins here, before the answer: what is published after that is read.
    fn open(
        &self,
        mut request: Request<Incoming>,
        permit: &Arc<ConnectionPermit>,
        scope: &Scope,
    ) -> Result<Response<()>, Rejection> {
        let upgrade = hyper::upgrade::on(&mut request);
        let (request, _) = request.into_parts();
        self.hub.guard.reader(&request)?;
        let channel = ChannelName::from_path(request.uri.path())?;
        let mut response = handshake(&request)?;
        let query = SubscribeQuery::of(&request)?;
        let subscription = self.hub.subscribe(
            &channel,
            frames(query.format.unwrap_or(Format::Plain))?,
            query.start,
        )?;
        let position = HeaderValue::try_from(subscription.start_id().to_string());
        response.headers_mut().extend(position.ok().map(|position| (POSITION, position)));
        let config = self.config(channel, authorization(&self.hub.guard, &request)?);
        let (connections, permit, scope) = (scope.contained(), permit.clone(), scope.clone());
        connections.spawn_graceful_task("websocket", async move {
            let served = match upgrade.await {
                Ok(upgraded) => {
                    let mut connection = connection(upgraded, subscription, config, permit);
                    connection.run(&scope).await
                }
                Err(error) => Err(io::Error::other(error)),
            };
            if let Err(error) = served {
                debug!(service = %scope, "a WebSocket ended: {error}");
            }
        });
        Ok(response)
    }

    fn config(&self, channel: ChannelName, authorization: Option<HeaderValue>) -> ConnectionConfig {
        ConnectionConfig {
            hub: self.hub.clone(),
            channel,
            publish: self.publish.clone(),
            authorization,
            max_message_bytes: self.max_message_bytes.get(),
            keepalive: self.keepalive.get(),
            idle_timeout: self.idle_timeout.get(),
        }
    }
}

/// The connection that hyper has handed over, in a box: the task that serves it has been there since
/// before, and is small.
fn connection(
    upgraded: Upgraded,
    subscription: Subscription,
    config: ConnectionConfig,
    permit: Arc<ConnectionPermit>,
) -> Box<Connection> {
    let parts = upgraded.downcast::<TokioIo<Linger>>().expect("the port serves it so");
    let stream = parts.io.into_inner().into_stream();
    Box::new(Connection::new(stream, &parts.read_buf, subscription, config, permit))
}

/// The answer to a proper handshake. Subprotocols and extensions that are offered are passed over,
/// as RFC 6455 has it: a client that insists on one sees that it is not there, and leaves.
fn handshake(request: &http::request::Parts) -> Result<Response<()>, Rejection> {
    if request.method != Method::GET {
        let sentence = "a WebSocket is opened with GET";
        let allow = HeaderValue::from_static("GET");
        return Err(
            Rejection::new(StatusCode::METHOD_NOT_ALLOWED, sentence).with(header::ALLOW, allow)
        );
    }
    let mut plain = Request::new(());
    *plain.headers_mut() = request.headers.clone();
    *plain.version_mut() = request.version;
    tungstenite::handshake::server::create_response(&plain).map_err(|error| {
        let sentence = format!("channels are WebSockets here, and this opens none: {error}");
        Rejection::new(StatusCode::UPGRADE_REQUIRED, sentence)
            .with(header::UPGRADE, HeaderValue::from_static("websocket"))
            .with(header::CONNECTION, HeaderValue::from_static("upgrade"))
            .with(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))
    })
}

/// What the request shows for the right to publish. Without anything, it may read.
fn authorization(
    guard: &Guard,
    request: &http::request::Parts,
) -> Result<Option<HeaderValue>, Rejection> {
    let given = request.headers.get(header::AUTHORIZATION);
    if guard.token(given) == Token::Wrong {
        guard.publisher(request)?;
    }
    Ok(given.cloned())
}

fn frames(format: Format) -> Result<Encoding, Rejection> {
    match format {
        Format::Plain => Ok(Encoding::Frames),
        Format::Json => Ok(Encoding::JsonFrames),
        Format::Events | Format::Poll => {
            let sentence =
                "a WebSocket carries ?as=plain or ?as=json; events and poll are for HTTP";
            Err(Rejection::new(StatusCode::BAD_REQUEST, sentence))
        }
    }
}
