//! The web server: one port, on which a path is a channel or something of the site's own.

use super::{Vitals, answer::Answer, site::Site};
use http::{HeaderValue, Request, header};
use hyper::body::Incoming;
use message_hub::{HttpSubscription, Hub, Sockets};
use pubsub::{
    Streams,
    http::{self as server, Body, Handler, Limits, Port},
};
use service::{Failure, Place, Scope, Service, Settings};
use std::{net::SocketAddr, sync::Arc};

/// A service on `web_port`: the page, the channels of a hub in every form but the tail viewer's,
/// health and metrics.
pub struct WebServer {
    port: Port,
    limits: Arc<Limits>,
    parts: Arc<Parts>,
}

/// What the port is shared by.
struct Parts {
    site: Site,
    streams: Streams<Hub>,
    sockets: Sockets,
}

impl WebServer {
    /// Serves `hub`, in a program that is as well as `vitals` says.
    pub fn new(settings: &Settings, hub: Arc<Hub>, vitals: Arc<dyn Vitals>) -> Self {
        let help = "Where the web page is, and all that it needs. 0 takes a free port.";
        let parts = Parts {
            streams: Streams::new(settings, hub.clone()),
            sockets: Sockets::new(settings, hub.clone()),
            site: Site::new(hub, vitals),
        };
        WebServer {
            port: Port::new(settings, "web_port", 8080, help),
            limits: Arc::new(Limits::new(settings)),
            parts: Arc::new(parts),
        }
    }

    /// Where it listens, once it is ready.
    pub fn address(&self) -> Option<SocketAddr> {
        self.port.address()
    }
}

impl Service for WebServer {
    fn name(&self) -> &str {
        "web"
    }

    fn start(&self, scope: &Scope) -> Result<(), Failure> {
        let listener = self.port.listen(scope)?;
        let answers = Answers { parts: self.parts.clone(), scope: scope.clone() };
        server::serve(listener, self.limits.clone(), scope, answers)?;
        scope.ready();
        Ok(())
    }
}

/// What answers the requests, from one start to the next stop.
struct Answers {
    parts: Arc<Parts>,
    scope: Scope,
}

// ANCHOR: answer
impl Handler for Answers {
    type Body = Body<HttpSubscription>;

    async fn answer(&self, request: Request<Incoming>, place: &Arc<Place>) -> Answer {
        let Parts { site, streams, sockets } = &*self.parts;
        match site.at(request.uri().path()) {
            Some(resource) => site.answer(&resource, &request.into_parts().0).await,
            None if is_websocket(&request) => sockets.answer(request, place, &self.scope),
            None => streams.answer(request, &self.scope).await,
        }
    }
}
// ANCHOR_END: answer

fn is_websocket<B>(request: &Request<B>) -> bool {
    let upgrade = request.headers().get(header::UPGRADE).map(HeaderValue::as_bytes);
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case(b"websocket"))
}
