//! The tail viewer: shows the newest message of a channel, which takes the place of the one before.

use crate::{Encoding, Hub, StartAt, Subscription, over_http::headers};
use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, header, request::Parts};
use pubsub::{
    ChannelName, HttpStreamer, Message, PubSub, StreamHandler,
    http::{BindAddress, Rejection},
};
use service::Settings;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// A service on `tail_bind` where `GET` shows the newest message of a channel, as a
/// `multipart/x-mixed-replace`.
pub type HttpTailViewer = HttpStreamer<TailHandler>;

/// The hub, as the tail viewer reads it.
pub struct TailHandler(Arc<Hub>);

impl TailHandler {
    /// A tail viewer for `hub`.
    pub fn viewer(settings: &Settings, hub: Arc<Hub>) -> HttpTailViewer {
        let help = "Where GET shows the newest message of a channel. Port 0 takes a free one.";
        let bind = BindAddress::new(settings, "tail_bind", 8089, help);
        let handler = StreamHandler::new(settings, Arc::new(TailHandler(hub)));
        HttpTailViewer::on(bind, "tail", settings, handler)
    }
}

impl PubSub for TailHandler {
    type Subscription = Tail;

    fn methods(&self) -> &'static str {
        "GET, HEAD, OPTIONS"
    }

    fn admit(&self, request: &Parts) -> Result<HeaderMap, Rejection> {
        self.0.guard.admit(request)
    }

    async fn publish(&self, channel: &ChannelName, message: Message) -> Result<(), Rejection> {
        self.0.publish(channel, message)
    }

    fn subscribe(&self, channel: &ChannelName, request: &Parts) -> Result<Tail, Rejection> {
        let encoding = if is_browser(request) { Encoding::Pictures } else { Encoding::Parts };
        let subscription = self.0.subscribe(channel, encoding, StartAt::Last(1))?;
        let hello = subscription.hello();
        Ok(Tail { hello, shown: encoding.nothing(), subscription })
    }
}

/// Browsers ask for pages and pictures by name; of those, some show a multipart answer only if it
/// is made of pictures.
fn is_browser(request: &Parts) -> bool {
    let accept = request.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("image/") || accept.contains("text/html"))
}

/// A subscription that passes over all but the newest message.
pub struct Tail {
    hello: Bytes,
    /// The part that is shown now.
    shown: Bytes,
    subscription: Subscription,
}

impl Stream for Tail {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if !self.hello.is_empty() {
            return Poll::Ready(Some(std::mem::take(&mut self.hello)));
        }
        match self.subscription.newest(context) {
            None => Poll::Pending,
            Some(batch) => {
                self.subscription.advance_past(&batch);
                // A copy: what it is a part of is not kept for as long as nothing comes.
                self.shown = Bytes::copy_from_slice(batch.as_slice());
                Poll::Ready(Some(self.shown.clone()))
            }
        }
    }
}

impl pubsub::Subscription for Tail {
    fn headers(&self) -> HeaderMap {
        headers(self.subscription.encoding().media_type(), &self.subscription)
    }

    fn keepalive(&self) -> Bytes {
        self.shown.clone() // the same again changes nothing
    }

    fn goodbye(&self) -> Bytes {
        Bytes::new()
    }
}
