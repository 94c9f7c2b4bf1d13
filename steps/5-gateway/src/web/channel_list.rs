//! What goes on in the channels that are read most, for the page.

use bytes::Bytes;
use message_hub::Hub;
use serde::Serialize;
use service::{Pause, Scope};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, oneshot};

/// How many channels are listed.
const MAX_LISTED: usize = 50;

/// The stack of the thread that makes a list.
const STACK_BYTES: usize = 256 * 1024;

/// How old a list may be.
const MAX_AGE: Duration = Duration::from_millis(500);

/// The list, as it was a moment ago.
///
/// To make one, the hub looks at all its channels. So it is made twice a second at most, whoever
/// asks and however often, and where work that takes a while holds up nobody else.
pub(super) struct ChannelList {
    hub: Arc<Hub>,
    began: Instant,
    made: Arc<Mutex<Option<(Instant, Bytes)>>>,
}

#[derive(Serialize)]
struct List {
    /// When it was made, in milliseconds: what messages a second are made of, of two lists.
    at: u128,
    /// How many channels there are, those included that are not listed.
    total: usize,
    channels: Vec<Channel>,
}

#[derive(Serialize)]
struct Channel {
    channel: String,
    readers: usize,
    /// How many have been published to it.
    messages: u64,
}

impl ChannelList {
    pub(super) fn new(hub: Arc<Hub>) -> Self {
        ChannelList { hub, began: Instant::now(), made: Arc::default() }
    }

    /// The channels that are read most, as JSON, made by a thread of `scope`; `None` if that stops, or
    /// no thread is to be had.
    // ANCHOR: json
    pub(super) async fn json(&self, scope: &Scope) -> Option<Bytes> {
        let mut made = self.made.clone().lock_owned().await;
        if let Some((when, list)) = &*made
            && when.elapsed() < MAX_AGE
        {
            return Some(list.clone());
        }
        let (hub, now) = (self.hub.clone(), Instant::now());
        // No list is made at 0: the page takes that for none.
        let at = 1 + now.duration_since(self.began).as_millis();
        // The lock goes with the work: if the client hangs up, the others wait for this list.
        let (tell, told) = oneshot::channel();
        let make = move |_: &Pause| {
            let list = make(&hub, at);
            *made = Some((now, list.clone()));
            let _ = tell.send(list); // the client may have hung up
        };
        scope.contained().spawn_thread("channel list", STACK_BYTES, make).ok()?;
        told.await.ok()
    }
    // ANCHOR_END: json
}

fn make(hub: &Hub, at: u128) -> Bytes {
    let most_read = hub.most_read(MAX_LISTED).into_iter().map(|used| Channel {
        channel: used.channel.to_string(),
        readers: used.readers,
        messages: used.messages,
    });
    let list = List { at, total: hub.totals().channels, channels: most_read.collect() };
    let mut json = serde_json::to_vec(&list).expect("names and numbers are JSON");
    json.push(b'\n');
    json.into()
}
