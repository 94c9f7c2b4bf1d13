//! What is answered: a text, or a stream that goes on until the reader leaves or the service stops.

use super::rejection;
use crate::Subscription;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use http_body::{Frame, SizeHint};
use service::Scope;
use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// The body of an answer.
pub enum Body<S> {
    /// A text, which may be empty.
    Text(Bytes),
    /// What a subscription has to say, as it comes.
    Stream(Box<Stream<S>>),
}

/// A subscription on its way out.
pub struct Stream<S> {
    subscription: S,
    keepalive: Interval,
    /// Something was written since the last keepalive.
    busy: bool,
    scope: Scope,
    finished: bool,
}

impl<S> From<Bytes> for Body<S> {
    fn from(text: Bytes) -> Self {
        Body::Text(text)
    }
}

impl<S: Subscription> Body<S> {
    /// A text as an answer.
    pub fn text(status: StatusCode, text: impl Into<Bytes>) -> Response<Self> {
        rejection::text(status, text)
    }

    /// Headers as an answer.
    pub fn headers(headers: HeaderMap) -> Response<Self> {
        let mut response = Response::new(Body::Text(Bytes::new()));
        *response.headers_mut() = headers;
        response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, rejection::NOSNIFF);
        response
    }

    /// All that `subscription` says, until `scope` stops, with a sign of life every `keepalive`.
    pub fn stream(subscription: S, keepalive: Duration, scope: &Scope) -> Response<Self> {
        let headers = stream_headers(&subscription);
        let mut keepalive = interval_at(Instant::now() + keepalive, keepalive);
        keepalive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let scope = scope.clone();
        let stream = Stream { subscription, keepalive, busy: false, scope, finished: false };
        let mut response = Response::new(Body::Stream(Box::new(stream)));
        *response.headers_mut() = headers;
        response
    }
}

/// The headers of an answer that streams `subscription`.
pub fn stream_headers(subscription: &impl Subscription) -> HeaderMap {
    let mut headers = subscription.headers();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, rejection::NOSNIFF);
    headers
}

impl<S: Subscription> http_body::Body for Body<S> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = match self.get_mut() {
            Body::Text(text) if text.is_empty() => None,
            Body::Text(text) => Some(std::mem::take(text)),
            Body::Stream(stream) => ready!(stream.poll_next(context)),
        };
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Body::Text(text) if text.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Body::Text(text) => SizeHint::with_exact(text.len() as u64),
            Body::Stream(_) => SizeHint::default(),
        }
    }
}

impl<S: Subscription> Stream<S> {
    /// The next piece to write. A stop polls this again: see `server.rs`.
    // ANCHOR: poll_next
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.finished {
            return Poll::Ready(None);
        }
        match Pin::new(&mut self.subscription).poll_next(context) {
            Poll::Ready(piece) => {
                self.busy = true;
                self.finished = piece.is_none();
                return Poll::Ready(piece);
            }
            Poll::Pending if self.scope.is_stopping() => {
                self.finished = true;
                let goodbye = self.subscription.goodbye();
                return Poll::Ready((!goodbye.is_empty()).then_some(goodbye));
            }
            Poll::Pending => {}
        }
        loop {
            ready!(self.keepalive.poll_tick(context));
            if !std::mem::take(&mut self.busy) {
                return Poll::Ready(Some(self.subscription.keepalive()));
            }
        }
    }
    // ANCHOR_END: poll_next
}
