//! Serves what can be published to and subscribed to over HTTP.

use crate::{
    ChannelName, PubSub,
    http::{self, Body, Handler, Limits, Port, Refusal, stream_headers},
};
use ::http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts,
};
use hyper::body::Incoming;
use service::{Failure, Place, Scope, Service, Setting, Settings};
use std::{net::SocketAddr, sync::Arc, time::Duration};

/// A service on `pubsub_port` where `POST` publishes to the channel that the path names, and `GET`
/// streams it.
pub struct HttpStreamer<P> {
    name: &'static str,
    pubsub: Arc<P>,
    port: Port,
    limits: Arc<Limits>,
    keepalive: Setting<Duration>,
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
            pubsub,
            port,
            limits: Arc::new(Limits::new(settings)),
            keepalive: keepalive_interval(settings),
        }
    }

    /// Where it listens, once it is ready.
    pub fn address(&self) -> Option<SocketAddr> {
        self.port.address()
    }
}

/// The setting that says how long a stream is silent.
pub fn keepalive_interval(settings: &Settings) -> Setting<Duration> {
    settings
        .define("keepalive_interval", Duration::from_secs(5))
        .help("Seconds between the signs of life on a stream that has nothing to say.")
        .seconds(0.01..=3600.0)
        .live()
}

impl<P: PubSub> Service for HttpStreamer<P> {
    fn name(&self) -> &str {
        self.name
    }

    fn start(&self, scope: &Scope) -> Result<(), Failure> {
        let listener = self.port.listen(scope)?;
        let answers = Answers {
            pubsub: self.pubsub.clone(),
            limits: self.limits.clone(),
            keepalive: self.keepalive.clone(),
            scope: scope.clone(),
        };
        http::serve(listener, self.limits.clone(), scope, answers)?;
        scope.ready();
        Ok(())
    }
}

/// What answers the requests.
struct Answers<P> {
    pubsub: Arc<P>,
    limits: Arc<Limits>,
    keepalive: Setting<Duration>,
    scope: Scope,
}

impl<P: PubSub> Handler for Answers<P> {
    type Body = Body<P::Subscription>;

    async fn answer(&self, request: Request<Incoming>, _: &Arc<Place>) -> Response<Self::Body> {
        let (request, body) = request.into_parts();
        let (headers, answer) = match self.pubsub.admit(&request) {
            Ok(headers) => (headers, self.try_answer(request, body).await),
            Err(refusal) => (HeaderMap::new(), Err(refusal)),
        };
        let mut answer = answer.unwrap_or_else(Refusal::into_response);
        answer.headers_mut().extend(headers);
        answer
    }
}

impl<P: PubSub> Answers<P> {
    // ANCHOR: answer
    async fn try_answer(
        &self,
        request: Parts,
        body: Incoming,
    ) -> Result<Response<Body<P::Subscription>>, Refusal> {
        let allowed = HeaderValue::from_static(self.pubsub.methods());
        let channel = ChannelName::from_path(request.uri.path());
        Ok(match request.method {
            Method::GET => {
                let subscription = self.pubsub.subscribe(&channel?, &request)?;
                Body::stream(subscription, self.keepalive.get(), &self.scope)
            }
            Method::POST if self.pubsub.methods().contains("POST") => {
                let channel = channel?;
                let message = http::read_message(body, &self.limits).await?;
                self.pubsub.publish(&channel, message).await?;
                Body::text(StatusCode::OK, "OK\n")
            }
            Method::HEAD => {
                Body::headers(stream_headers(&self.pubsub.subscribe(&channel?, &request)?))
            }
            Method::OPTIONS => Body::headers(HeaderMap::from_iter([(header::ALLOW, allowed)])),
            method => return Err(not_allowed(&method, allowed)),
        })
    }
    // ANCHOR_END: answer
}

fn not_allowed(method: &Method, allowed: HeaderValue) -> Refusal {
    let sentence = format!("{method} is not for channels here; GET subscribes to one");
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, sentence).with(header::ALLOW, allowed)
}
