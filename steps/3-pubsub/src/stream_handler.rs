//! Answers the requests that publish and subscribe.

use crate::{
    ChannelName, PubSub,
    http::{self, Body, Handler, Limits, Rejection, stream_headers},
};
use ::http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts,
};
use hyper::body::Incoming;
use service::{ConnectionPermit, Scope, Setting, Settings};
use std::{sync::Arc, time::Duration};

/// What answers requests for the channels of `P`, on whatever port they come in.
pub struct StreamHandler<P> {
    pubsub: Arc<P>,
    limits: Limits,
    keepalive: Setting<Duration>,
}

/// The setting that says how long a stream is silent.
pub fn keepalive_interval(settings: &Settings) -> Setting<Duration> {
    settings
        .define("keepalive_interval", Duration::from_secs(5))
        .help("Seconds between the signs of life on a stream that has nothing to say.")
        .seconds(0.01..=3600.0)
        .live()
}

impl<P: PubSub> StreamHandler<P> {
    /// Answers for `pubsub`, with these settings.
    pub fn new(settings: &Settings, pubsub: Arc<P>) -> Self {
        StreamHandler {
            pubsub,
            limits: Limits::new(settings),
            keepalive: keepalive_interval(settings),
        }
    }

    // ANCHOR: answer
    async fn try_answer(
        &self,
        request: Parts,
        body: Incoming,
        scope: &Scope,
    ) -> Result<Response<Body<P::Subscription>>, Rejection> {
        let allowed = HeaderValue::from_static(self.pubsub.methods());
        let channel = ChannelName::from_path(request.uri.path());
        Ok(match request.method {
            Method::GET => {
                let subscription = self.pubsub.subscribe(&channel?, &request)?;
                Body::stream(subscription, self.keepalive.get(), scope)
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

impl<P: PubSub> Handler for StreamHandler<P> {
    type Body = Body<P::Subscription>;

    /// Answers a request whose path names a channel. A stream ends when `scope` stops.
    async fn answer(
        &self,
        request: Request<Incoming>,
        _: &Arc<ConnectionPermit>,
        scope: &Scope,
    ) -> Response<Self::Body> {
        let (request, body) = request.into_parts();
        let (headers, answer) = match self.pubsub.admit(&request) {
            Ok(headers) => (headers, self.try_answer(request, body, scope).await),
            Err(rejection) => (HeaderMap::new(), Err(rejection)),
        };
        let mut answer = answer.unwrap_or_else(Rejection::into_response);
        answer.headers_mut().extend(headers);
        answer
    }
}

fn not_allowed(method: &Method, allowed: HeaderValue) -> Rejection {
    let sentence = format!("{method} is not for channels here; GET subscribes to one");
    Rejection::new(StatusCode::METHOD_NOT_ALLOWED, sentence).with(header::ALLOW, allowed)
}
