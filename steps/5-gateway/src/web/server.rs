//! The web server: one port, on which a path is a channel or something else.

use super::{HealthCheck, answer::Answer, routes::Routes};
use http::{HeaderValue, Request, header};
use hyper::body::Incoming;
use message_hub::{HttpSubscription, Hub, WebSocketUpgrader};
use pubsub::{
    StreamHandler,
    http::{self as server, BindAddress, Body, Handler, Limits},
};
use service::{BoxError, ConnectionPermit, Scope, Service, Settings};
use std::{net::SocketAddr, sync::Arc};

/// A service on `web_bind`: the page, the channels of a hub in every form but the tail viewer's,
/// health and metrics.
pub struct WebServer {
    bind: BindAddress,
    limits: Arc<Limits>,
    parts: Arc<Parts>,
}

/// What the port is shared by.
struct Parts {
    routes: Routes,
    streams: StreamHandler<Hub>,
    sockets: WebSocketUpgrader,
}

impl WebServer {
    /// Serves `hub`, in a program that is as well as `health_check` says.
    pub fn new(settings: &Settings, hub: Arc<Hub>, health_check: Arc<dyn HealthCheck>) -> Self {
        let help = "Where the web page is, and all that it needs. Port 0 takes a free one.";
        let parts = Parts {
            streams: StreamHandler::new(settings, hub.clone()),
            sockets: WebSocketUpgrader::new(settings, hub.clone()),
            routes: Routes::new(hub, health_check),
        };
        WebServer {
            bind: BindAddress::new(settings, "web_bind", 8080, help),
            limits: Arc::new(Limits::new(settings)),
            parts: Arc::new(parts),
        }
    }

    /// Where it listens, once it is ready.
    pub fn address(&self) -> Option<SocketAddr> {
        self.bind.address()
    }
}

impl Service for WebServer {
    fn name(&self) -> &str {
        "web"
    }

    fn start(&self, scope: &Scope) -> Result<(), BoxError> {
        let listener = self.bind.listen(scope)?;
        let answers = WebHandler { parts: self.parts.clone(), scope: scope.clone() };
        server::serve(listener, self.limits.clone(), scope, answers)?;
        scope.ready();
        Ok(())
    }
}

/// What answers the requests, from one start to the next stop.
struct WebHandler {
    parts: Arc<Parts>,
    scope: Scope,
}

// ANCHOR: answer
impl Handler for WebHandler {
    type Body = Body<HttpSubscription>;

    async fn answer(&self, request: Request<Incoming>, permit: &Arc<ConnectionPermit>) -> Answer {
        let Parts { routes, streams, sockets } = &*self.parts;
        match routes.route(request.uri().path()) {
            Some(resource) => routes.answer(&resource, &request.into_parts().0).await,
            None if is_websocket(&request) => sockets.answer(request, permit, &self.scope),
            None => streams.answer(request, &self.scope).await,
        }
    }
}
// ANCHOR_END: answer

fn is_websocket<B>(request: &Request<B>) -> bool {
    let upgrade = request.headers().get(header::UPGRADE).map(HeaderValue::as_bytes);
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case(b"websocket"))
}
