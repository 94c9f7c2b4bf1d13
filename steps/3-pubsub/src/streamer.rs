//! Serves what can be published to and subscribed to over HTTP.

use crate::{
    PubSub,
    http::{self, BindAddress, Body, Handler, Limits},
    stream_handler::StreamHandler,
};
use ::http::{Request, Response};
use hyper::body::Incoming;
use service::{BoxError, ConnectionPermit, Scope, Service, Settings};
use std::{net::SocketAddr, sync::Arc};

/// A service on `http_bind` where `POST` publishes to the channel that the path names, and `GET`
/// streams it.
pub struct HttpStreamer<P> {
    name: &'static str,
    streams: Arc<StreamHandler<P>>,
    bind: BindAddress,
    limits: Arc<Limits>,
}

impl<P: PubSub> HttpStreamer<P> {
    /// Serves `pubsub`, with these settings.
    pub fn new(settings: &Settings, pubsub: Arc<P>) -> Self {
        let help = "Where POST publishes and GET subscribes. Port 0 takes a free one, which `status` tells.";
        Self::on(BindAddress::new(settings, "http_bind", 8088, help), "http", settings, pubsub)
    }

    /// Serves `pubsub` on another port, under another name.
    pub fn on(bind: BindAddress, name: &'static str, settings: &Settings, pubsub: Arc<P>) -> Self {
        HttpStreamer {
            name,
            streams: Arc::new(StreamHandler::new(settings, pubsub)),
            bind,
            limits: Arc::new(Limits::new(settings)),
        }
    }

    /// Where it listens, once it is ready.
    pub fn address(&self) -> Option<SocketAddr> {
        self.bind.address()
    }
}

impl<P: PubSub> Service for HttpStreamer<P> {
    fn name(&self) -> &str {
        self.name
    }

    fn start(&self, scope: &Scope) -> Result<(), BoxError> {
        let listener = self.bind.listen(scope)?;
        let answers = StreamerHandler { streams: self.streams.clone(), scope: scope.clone() };
        http::serve(listener, self.limits.clone(), scope, answers)?;
        scope.ready();
        Ok(())
    }
}

/// What answers the requests: streams, and nothing else.
struct StreamerHandler<P> {
    streams: Arc<StreamHandler<P>>,
    scope: Scope,
}

impl<P: PubSub> Handler for StreamerHandler<P> {
    type Body = Body<P::Subscription>;

    async fn answer(
        &self,
        request: Request<Incoming>,
        _: &Arc<ConnectionPermit>,
    ) -> Response<Self::Body> {
        self.streams.answer(request, &self.scope).await
    }
}
