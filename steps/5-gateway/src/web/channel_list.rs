//! What is going on in the busiest channels, for the page.

use bytes::Bytes;
use message_hub::Hub;
use serde::Serialize;
use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

/// How many channels are listed.
const LISTED: usize = 50;

/// How old a list may be. To make one, the hub looks at all channels.
const FRESH: Duration = Duration::from_millis(500);

/// The list, as it was a moment ago: whoever asks, and however often, it is made twice a second at
/// most.
#[derive(Default)]
pub(super) struct ChannelList(Mutex<Option<(Instant, Bytes)>>);

#[derive(Serialize)]
struct List {
    /// How many channels there are, those included that are not listed.
    total: usize,
    channels: Vec<Channel>,
}

#[derive(Serialize)]
struct Channel {
    channel: String,
    readers: usize,
    /// How many have been published to it. A page makes messages a second of two of these.
    messages: u64,
}

impl ChannelList {
    /// The busiest channels, as JSON.
    pub(super) fn json(&self, hub: &Hub) -> Bytes {
        let mut made = self.0.lock().expect("nothing panics while it holds this lock");
        if let Some((when, list)) = &*made
            && when.elapsed() < FRESH
        {
            return list.clone();
        }
        let list = make(hub);
        *made = Some((Instant::now(), list.clone()));
        list
    }
}

fn make(hub: &Hub) -> Bytes {
    let busiest = hub.busiest(LISTED).into_iter().map(|busy| Channel {
        channel: busy.channel.to_string(),
        readers: busy.readers,
        messages: busy.messages,
    });
    let list = List { total: hub.totals().channels, channels: busiest.collect() };
    let mut json = serde_json::to_vec(&list).expect("names and numbers are JSON");
    json.push(b'\n');
    json.into()
}
