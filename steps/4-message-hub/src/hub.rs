//! The hub: channels that can be published to and subscribed to, whatever the transport.

use crate::{
    ChannelUse, Encoding, SlowReaderPolicy, StartAt, Subscription, Totals,
    channels::{Channels, Room},
    guard::Guard,
    log::Bounds,
};
use http::{StatusCode, header};
use pubsub::{ChannelName, Message, http::Rejection};
use service::{Setting, Settings};
use std::time::Duration;

/// Manages subscriptions: publishing appends to a channel's log, a subscription is a cursor in it.
///
/// It neither listens nor spawns anything, so any number of transports, or a program of one's own,
/// can hang off it.
pub struct Hub {
    channels: Channels,
    history_messages: Setting<usize>,
    history_bytes: Setting<usize>,
    max_hub_bytes: Setting<usize>,
    channel_idle_timeout: Setting<Duration>,
    slow_reader_policy: Setting<SlowReaderPolicy>,
    pub(crate) poll_timeout: Setting<Duration>,
    pub(crate) guard: Guard,
}

impl Hub {
    /// A hub without channels.
    pub fn new(settings: &Settings) -> Self {
        Hub {
            channels: Channels::default(),
            history_messages: settings
                .define("history_messages", 1024)
                .help("How many messages a channel keeps.")
                .range(1..=1_000_000)
                .live(),
            history_bytes: settings
                .define("history_bytes", 1_048_576)
                .help("About how many bytes of memory they may take; the newest is kept in any case.")
                .range(1024..=1_073_741_824)
                .live(),
            max_hub_bytes: settings
                .define("max_hub_bytes", 268_435_456)
                .help("About how many bytes of memory all channels may take. Those that nobody reads are dropped first.")
                .range(1_048_576..=1_099_511_627_776)
                .live(),
            channel_idle_timeout: settings
                .define("channel_idle_timeout", Duration::from_secs(300))
                .help("Seconds until a channel is dropped that nobody reads or publishes to.")
                .seconds(0.01..=31_536_000.0)
                .live(),
            slow_reader_policy: settings
                .define("slow_reader_policy", SlowReaderPolicy::Skip)
                .help("A reader that the history has moved past is to \"skip\" what it missed, or to \"close\".")
                .live(),
            poll_timeout: settings
                .define("poll_timeout", Duration::from_secs(25))
                .help("Seconds until a long poll is answered that there is nothing new.")
                .seconds(0.01..=3600.0)
                .live(),
            guard: Guard::new(settings),
        }
    }

    /// Publishes a message. Never waits for a reader.
    pub fn publish(&self, channel: &ChannelName, message: Message) -> Result<(), Rejection> {
        self.publish_all(channel, &[message])
    }

    /// Publishes messages that have come together. Readers are woken once for all of them.
    pub fn publish_all(
        &self,
        channel: &ChannelName,
        messages: &[Message],
    ) -> Result<(), Rejection> {
        let bounds = self.bounds(channel)?;
        self.channels.with(channel, |channel| channel.publish(messages, bounds));
        Ok(())
    }

    /// Subscribes to a channel.
    pub fn subscribe(
        &self,
        channel: &ChannelName,
        encoding: Encoding,
        start: StartAt,
    ) -> Result<Subscription, Rejection> {
        self.bounds(channel)?;
        Ok(self.channels.with(channel, |channel| {
            Subscription::new(channel, encoding, start, self.slow_reader_policy.clone())
        }))
    }

    /// Refuses a request for a host that is not ours: all that what everybody may see needs.
    pub fn admit_host(&self, request: &http::request::Parts) -> Result<(), Rejection> {
        self.guard.host(request)
    }

    /// How many read a channel.
    pub fn readers(&self, channel: &ChannelName) -> usize {
        self.channels.readers(channel)
    }

    /// What all channels come to.
    pub fn totals(&self) -> Totals {
        self.channels.totals()
    }

    /// The `count` channels that have the most readers; among equals, those that were used last.
    ///
    /// Looks at all channels: with a million of them, this takes a moment.
    pub fn most_read(&self, count: usize) -> Vec<ChannelUse> {
        self.channels.most_read(count)
    }

    /// Drops the channels that have been idle for too long. Returns when to do so again.
    pub(crate) fn sweep(&self) -> Duration {
        let timeout = self.channel_idle_timeout.get();
        self.channels.drop_idle(timeout);
        (timeout / 4).clamp(Duration::from_millis(10), Duration::from_secs(30))
    }

    /// How much the log of `channel` may keep. Memory that runs short is first won from channels
    /// that nobody reads, and meanwhile no new channels are made. Where that is not enough, the log
    /// keeps its newest message; where that is not enough either, the hub is full.
    fn bounds(&self, channel: &ChannelName) -> Result<Bounds, Rejection> {
        let (bytes, max) = (self.history_bytes.get(), self.max_hub_bytes.get());
        let room = self.channels.make_room(max);
        let kept = self.channels.kept();
        if kept > max / 8 * 9 || (kept > max && !self.channels.contains(channel)) {
            return Err(full(max));
        }
        let messages = if room == Room::None { 1 } else { self.history_messages.get() };
        Ok(Bounds { messages, bytes })
    }
}

fn full(max: usize) -> Rejection {
    let sentence = format!("the hub is full (max_hub_bytes = {max}); come back later");
    let retry = http::HeaderValue::from_static("5");
    Rejection::new(StatusCode::SERVICE_UNAVAILABLE, sentence).with(header::RETRY_AFTER, retry)
}
