//! The simplest thing to publish to: each subscription wraps a queue.

use crate::{ChannelName, Message, PubSub, Subscription, http::Rejection};
use bytes::{BufMut, Bytes, BytesMut};
use futures_core::Stream;
use http::{HeaderMap, HeaderValue, header, request::Parts};
use service::{Setting, Settings, settings::ValueEnum};
use slab::Slab;
use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll},
};
use tokio::sync::mpsc;

/// How many messages wait in a queue.
const QUEUE_MESSAGES: usize = 64;

/// What publishing does about a reader whose queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FullQueuePolicy {
    /// It waits until there is room.
    Block,
    /// It drops the message, for that reader.
    Drop,
}

impl ValueEnum for FullQueuePolicy {
    const NAMES: &'static [(&'static str, Self)] =
        &[("block", FullQueuePolicy::Block), ("drop", FullQueuePolicy::Drop)];
}

/// Channels of which each subscription is a queue of 64 messages.
// ANCHOR: queues
pub struct Queues {
    full_queue_policy: Setting<FullQueuePolicy>,
    channels: Arc<Channels>,
}

/// The queues of each channel that has a reader.
type Channels = Mutex<HashMap<ChannelName, Slab<mpsc::Sender<Message>>>>;
// ANCHOR_END: queues

impl Queues {
    /// Queues with these settings.
    pub fn new(settings: &Settings) -> Self {
        Queues {
            full_queue_policy: settings
                .define("full_queue_policy", FullQueuePolicy::Block)
                .help("What publishing does about a reader whose queue is full: \"block\" until there is room, or \"drop\" the message.")
                .live(),
            channels: Arc::default(),
        }
    }

    /// How many subscriptions a channel has.
    pub fn readers(&self, channel: &ChannelName) -> usize {
        lock(&self.channels).get(channel).map_or(0, Slab::len)
    }
}

impl PubSub for Queues {
    type Subscription = Queue;

    // ANCHOR: publish
    async fn publish(&self, channel: &ChannelName, message: Message) -> Result<(), Rejection> {
        let queues: Vec<_> = match lock(&self.channels).get(channel) {
            Some(queues) => queues.iter().map(|(_, queue)| queue.clone()).collect(),
            None => return Ok(()),
        };
        for queue in queues {
            // In both cases an error can also mean that the reader has just left.
            match self.full_queue_policy.get() {
                FullQueuePolicy::Block => drop(queue.send(message.clone()).await),
                FullQueuePolicy::Drop => drop(queue.try_send(message.clone())),
            }
        }
        Ok(())
    }
    // ANCHOR_END: publish

    // ANCHOR: subscribe
    fn subscribe(&self, channel: &ChannelName, _request: &Parts) -> Result<Queue, Rejection> {
        let (sender, receiver) = mpsc::channel(QUEUE_MESSAGES);
        let key = lock(&self.channels).entry(channel.clone()).or_default().insert(sender);
        Ok(Queue { receiver, channels: self.channels.clone(), channel: channel.clone(), key })
    }
    // ANCHOR_END: subscribe
}

/// One subscription: the reader's end of a queue.
// ANCHOR: queue
pub struct Queue {
    receiver: mpsc::Receiver<Message>,
    channels: Arc<Channels>,
    channel: ChannelName,
    key: usize,
}

impl Stream for Queue {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        self.receiver.poll_recv(context).map(|message| message.map(|message| line(&message)))
    }
}

impl Drop for Queue {
    /// However a reader leaves, this is called, and its queue is gone.
    fn drop(&mut self) {
        let mut channels = lock(&self.channels);
        if let Some(queues) = channels.get_mut(&self.channel) {
            queues.remove(self.key);
            if queues.is_empty() {
                channels.remove(&self.channel);
            }
        }
    }
}
// ANCHOR_END: queue

impl Subscription for Queue {
    fn headers(&self) -> HeaderMap {
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        HeaderMap::from_iter([(header::CONTENT_TYPE, text)])
    }

    fn keepalive(&self) -> Bytes {
        Bytes::from_static(b"\n")
    }

    fn goodbye(&self) -> Bytes {
        Bytes::new()
    }
}

fn line(message: &Message) -> Bytes {
    let mut line = BytesMut::with_capacity(message.as_bytes().len() + 1);
    line.put_slice(message.as_bytes());
    line.put_u8(b'\n');
    line.freeze()
}

fn lock(channels: &Channels) -> MutexGuard<'_, HashMap<ChannelName, Slab<mpsc::Sender<Message>>>> {
    channels.lock().expect("nothing panics while it holds this lock")
}
