//! The web server: one port, on which a path is a channel or something else.

use super::{HealthCheck, response::WebResponse, routes::Routes};
use ::http::{HeaderValue, Request, header};
use hyper::body::Incoming;
use message_hub::{HttpSubscription, Hub, WebSocketUpgrader};
use pubsub::{
    StreamHandler,
    http::{self, BindAddress, Body, Handler},
};
use service::{ConnectionPermit, Scope, Settings};
use std::sync::Arc;

/// A service on `web_bind`: the page, the channels of a hub in every form but the tail viewer's,
/// health and metrics.
pub type WebServer = http::Service<WebHandler>;

/// What the port is shared by.
pub struct WebHandler {
    routes: Routes,
    streams: StreamHandler<Hub>,
    sockets: WebSocketUpgrader,
}

impl WebHandler {
    /// Serves `hub`, in a program that is as well as `health_check` says.
    pub fn server(
        settings: &Settings,
        hub: Arc<Hub>,
        health_check: Arc<dyn HealthCheck>,
    ) -> WebServer {
        let help = "Where the web page is, and all that it needs. Port 0 takes a free one.";
        let bind = BindAddress::new(settings, "web_bind", 8080, help);
        let handler = WebHandler {
            streams: StreamHandler::new(settings, hub.clone()),
            sockets: WebSocketUpgrader::new(settings, hub.clone()),
            routes: Routes::new(hub, health_check),
        };
        WebServer::on(bind, "web", settings, handler)
    }
}

// ANCHOR: answer
impl Handler for WebHandler {
    type Body = Body<HttpSubscription>;

    async fn answer(
        &self,
        request: Request<Incoming>,
        permit: &Arc<ConnectionPermit>,
        scope: &Scope,
    ) -> WebResponse {
        let WebHandler { routes, streams, sockets } = self;
        match routes.route(request.uri().path()) {
            Some(resource) => routes.answer(&resource, &request.into_parts().0, scope).await,
            None if is_websocket(&request) => sockets.upgrade(request, permit, scope),
            None => streams.answer(request, permit, scope).await,
        }
    }
}
// ANCHOR_END: answer

fn is_websocket<B>(request: &Request<B>) -> bool {
    let upgrade = request.headers().get(header::UPGRADE).map(HeaderValue::as_bytes);
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case(b"websocket"))
}
