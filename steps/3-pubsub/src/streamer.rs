//! Serves what can be published to and subscribed to over HTTP.

use crate::{
    PubSub,
    http::{self, Body, Handler, Limits, Port},
    streams::Streams,
};
use ::http::{Request, Response};
use hyper::body::Incoming;
use service::{Failure, Place, Scope, Service, Settings};
use std::{net::SocketAddr, sync::Arc};

/// A service on `pubsub_port` where `POST` publishes to the channel that the path names, and `GET`
/// streams it.
pub struct HttpStreamer<P> {
    name: &'static str,
    streams: Arc<Streams<P>>,
    port: Port,
    limits: Arc<Limits>,
}

impl<P: PubSub> HttpStreamer<P> {
    /// Serves `pubsub`, with these settings.
    pub fn new(settings: &Settings, pubsub: Arc<P>) -> Self {
        let help =
            "Where POST publishes and GET subscribes. 0 takes a free port, which `status` tells.";
        Self::on(Port::new(settings, "pubsub_port", 8088, help), "http", settings, pubsub)
    }

    /// Serves `pubsub` on another port, under another name.
    pub fn on(port: Port, name: &'static str, settings: &Settings, pubsub: Arc<P>) -> Self {
        HttpStreamer {
            name,
            streams: Arc::new(Streams::new(settings, pubsub)),
            port,
            limits: Arc::new(Limits::new(settings)),
        }
    }

    /// Where it listens, once it is ready.
    pub fn address(&self) -> Option<SocketAddr> {
        self.port.address()
    }
}

impl<P: PubSub> Service for HttpStreamer<P> {
    fn name(&self) -> &str {
        self.name
    }

    fn start(&self, scope: &Scope) -> Result<(), Failure> {
        let listener = self.port.listen(scope)?;
        let answers = Answers { streams: self.streams.clone(), scope: scope.clone() };
        http::serve(listener, self.limits.clone(), scope, answers)?;
        scope.ready();
        Ok(())
    }
}

/// What answers the requests: streams, and nothing else.
struct Answers<P> {
    streams: Arc<Streams<P>>,
    scope: Scope,
}

impl<P: PubSub> Handler for Answers<P> {
    type Body = Body<P::Subscription>;

    async fn answer(&self, request: Request<Incoming>, _: &Arc<Place>) -> Response<Self::Body> {
        self.streams.answer(request, &self.scope).await
    }
}
