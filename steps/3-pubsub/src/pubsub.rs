//! The seam between what carries messages and what serves them.

use crate::{ChannelName, Message, http::Rejection};
use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, request::Parts};

/// What messages can be published to and subscribed to.
///
/// [`HttpStreamer`](crate::HttpStreamer) serves anything that is this. [`Queues`](crate::Queues)
/// is the simplest; the hub of the next step is another.
// ANCHOR: trait
pub trait PubSub: Send + Sync + 'static {
    /// What a reader gets.
    type Subscription: Subscription;

    /// What can be asked, for the header `Allow`.
    fn methods(&self) -> &'static str {
        "GET, HEAD, POST, OPTIONS"
    }

    /// Looks at who asks, before anything is read or done for them. Returns headers for the
    /// answer.
    fn admit(&self, _request: &Parts) -> Result<HeaderMap, Rejection> {
        Ok(HeaderMap::new())
    }

    /// Publishes a message. That may take a while: it is done when this resolves.
    fn publish(
        &self,
        channel: &ChannelName,
        message: Message,
    ) -> impl Future<Output = Result<(), Rejection>> + Send;

    /// Subscribes to a channel, in the way that `request` asks for.
    fn subscribe(
        &self,
        channel: &ChannelName,
        request: &Parts,
    ) -> Result<Self::Subscription, Rejection>;
}

/// What is written to one reader, piece by piece, until it leaves. Leaving drops this.
///
/// A piece is whole lines, one or many: whatever there is to write now.
pub trait Subscription: Stream<Item = Bytes> + Send + Unpin + 'static {
    /// Headers that say what is coming.
    fn headers(&self) -> HeaderMap;

    /// What to write when there has been nothing to say for a while.
    fn keepalive(&self) -> Bytes;

    /// The last words, when the service stops.
    fn goodbye(&self) -> Bytes;
}
// ANCHOR_END: trait
