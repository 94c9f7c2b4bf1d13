//! The hub over HTTP: lines, JSON lines, server-sent events and long polls.

use crate::{
    Encoding, Hub, Next, Notice, Subscription,
    ask::{Ask, Form, accepted_form},
    long_poll::LongPoll,
    notice::Reason,
};
use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};
use pubsub::{ChannelName, Message, PubSub, http::Refusal};
use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// The header that says where in a channel an answer begins: the id of the message before.
pub(crate) const POSITION: HeaderName = HeaderName::from_static("channel-position");

impl PubSub for Hub {
    type Subscription = HttpSubscription;

    fn admit(&self, request: &Parts) -> Result<HeaderMap, Refusal> {
        self.guard.admit(request)
    }

    async fn publish(&self, channel: &ChannelName, message: Message) -> Result<(), Refusal> {
        Hub::publish(self, channel, message)
    }

    fn subscribe(
        &self,
        channel: &ChannelName,
        request: &Parts,
    ) -> Result<HttpSubscription, Refusal> {
        let ask = Ask::of(request)?;
        let subscribe = |encoding| Hub::subscribe(self, channel, encoding, ask.start);
        Ok(match ask.form.unwrap_or_else(|| accepted_form(request)) {
            Form::Plain => HttpSubscription::stream(subscribe(Encoding::Lines)?),
            Form::Json => HttpSubscription::stream(subscribe(Encoding::JsonLines)?),
            Form::Events => HttpSubscription::stream(subscribe(Encoding::Events)?),
            Form::Poll => {
                let subscription = subscribe(Encoding::JsonLines)?;
                let poll = LongPoll::new(subscription, ask.start, self.poll_timeout.get());
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
            Next::Notice(notice) => Some(subscription.encoding().notice(notice)),
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
            HttpSubscription::Stream { subscription, .. } => {
                subscription.encoding().notice(Notice::Closed(Reason::Stopping))
            }
            HttpSubscription::Poll(poll) => poll.nothing(),
        }
    }
}

/// The headers of an answer with messages.
pub(crate) fn headers(media_type: &'static str, subscription: &Subscription) -> HeaderMap {
    let position = HeaderValue::try_from(subscription.position().to_string());
    HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (POSITION, position.expect("an id is digits and a dash")),
        // Asks nginx, in front, to pass on what comes when it comes.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ])
}
