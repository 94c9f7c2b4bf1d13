//! The hub over HTTP: lines, JSON lines, server-sent events and long polls.

use crate::{
    ControlMessage, Encoding, Hub, Next, Subscription,
    control_message::CloseReason,
    long_poll::LongPoll,
    subscribe_query::{Format, SubscribeQuery, accepted_format},
};
use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};
use pubsub::{ChannelName, Message, PubSub, http::Rejection};
use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// The header that says where in a channel an answer begins: the id of the message before.
pub(crate) const POSITION: HeaderName = HeaderName::from_static("channel-position");

impl PubSub for Hub {
    type Subscription = HttpSubscription;

    fn admit(&self, request: &Parts) -> Result<HeaderMap, Rejection> {
        self.guard.admit(request)
    }

    async fn publish(&self, channel: &ChannelName, message: Message) -> Result<(), Rejection> {
        Hub::publish(self, channel, message)
    }

    fn subscribe(
        &self,
        channel: &ChannelName,
        request: &Parts,
    ) -> Result<HttpSubscription, Rejection> {
        let query = SubscribeQuery::of(request)?;
        let subscribe = |encoding| Hub::subscribe(self, channel, encoding, query.start);
        Ok(match query.format.unwrap_or_else(|| accepted_format(request)) {
            Format::Plain => HttpSubscription::stream(subscribe(Encoding::Lines)?),
            Format::Json => HttpSubscription::stream(subscribe(Encoding::JsonLines)?),
            Format::Events => HttpSubscription::stream(subscribe(Encoding::Events)?),
            Format::Poll => {
                let subscription = subscribe(Encoding::JsonLines)?;
                let poll = LongPoll::new(subscription, query.start, self.poll_timeout.get());
                HttpSubscription::Poll(poll)
            }
        })
    }
}

/// A subscription, as an answer of HTTP.
pub enum HttpSubscription {
    /// Goes on as long as the reader stays.
    Stream {
        /// What to begin with, until it is said.
        hello: Bytes,
        /// The rest.
        subscription: Subscription,
    },
    /// Ends after the first messages.
    Poll(LongPoll),
}

impl HttpSubscription {
    fn stream(subscription: Subscription) -> Self {
        let hello = subscription.hello();
        HttpSubscription::Stream { hello, subscription }
    }
}

impl Stream for HttpSubscription {
    type Item = Bytes;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let (hello, subscription) = match self.get_mut() {
            HttpSubscription::Stream { hello, subscription } => (hello, subscription),
            HttpSubscription::Poll(poll) => return poll.poll_next(context),
        };
        if !hello.is_empty() {
            return Poll::Ready(Some(std::mem::take(hello)));
        }
        subscription.poll_next(context).map(|next| match next {
            Next::Batch(batch) => {
                subscription.advance_past(&batch);
                Some(batch.bytes())
            }
            Next::ControlMessage(control) => Some(subscription.encoding().encode_control(control)),
            Next::End => None,
        })
    }
}

impl pubsub::Subscription for HttpSubscription {
    fn headers(&self) -> HeaderMap {
        match self {
            HttpSubscription::Stream { subscription, .. } => {
                headers(subscription.encoding().media_type(), subscription)
            }
            HttpSubscription::Poll(poll) => headers("application/json", poll.subscription()),
        }
    }

    fn keepalive(&self) -> Bytes {
        match self {
            HttpSubscription::Stream { subscription, .. } => subscription.encoding().keepalive(),
            HttpSubscription::Poll(_) => Bytes::from_static(b"\n"), // JSON may begin with space
        }
    }

    fn goodbye(&self) -> Bytes {
        match self {
            HttpSubscription::Stream { subscription, .. } => subscription
                .encoding()
                .encode_control(ControlMessage::Closed(CloseReason::Stopping)),
            HttpSubscription::Poll(poll) => poll.nothing(),
        }
    }
}

/// The headers of an answer with messages.
pub(crate) fn headers(media_type: &'static str, subscription: &Subscription) -> HeaderMap {
    let position = HeaderValue::try_from(subscription.start_id().to_string());
    HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (POSITION, position.expect("an id is digits and a dash")),
        // Asks nginx, in front, to pass on what comes when it comes.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ])
}
