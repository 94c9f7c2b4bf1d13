//! All the channels of a hub, found by name.

use crate::{
    Totals,
    channel::{Channel, Retired},
    totals::Sums,
};
use pubsub::ChannelName;
use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{Arc, Mutex, RwLock},
    time::{Duration, Instant},
};

/// How many channels are dropped before others get at the list again.
const AT_ONCE: usize = 1000;

/// When nothing could be dropped to make room, how long until it is tried again.
const ROOM_PAUSE: Duration = Duration::from_millis(500);

/// The use that is made of a channel, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelUse {
    /// Its name.
    pub channel: ChannelName,
    /// How many read it.
    pub readers: usize,
    /// How many messages have been published to it since it began. One that nobody uses is dropped
    /// after a while, and begins again when it is used.
    pub messages: u64,
}

/// A channel is here from when it is first named until nobody has used it for a while.
#[derive(Default)]
pub(crate) struct Channels {
    by_name: RwLock<HashMap<ChannelName, Arc<Channel>>>,
    /// What they come to.
    sums: Arc<Sums>,
    /// When there was last no room to be made.
    no_room: Mutex<Option<Instant>>,
}

impl Channels {
    /// Does something with the channel of this name, which is there when this returns.
    pub(crate) fn with<T>(
        &self,
        name: &ChannelName,
        mut act: impl FnMut(Arc<Channel>) -> Result<T, Retired>,
    ) -> T {
        loop {
            let found = self.read().get(name).cloned();
            let channel = found.unwrap_or_else(|| self.create(name));
            // It may have been dropped from the list in between.
            if let Ok(result) = act(channel) {
                return result;
            }
        }
    }

    fn create(&self, name: &ChannelName) -> Arc<Channel> {
        let mut channels = self.write();
        let channel = channels
            .entry(name.clone())
            .or_insert_with(|| Arc::new(Channel::new(self.sums.clone())));
        channel.clone()
    }

    /// What they come to.
    pub(crate) fn totals(&self) -> Totals {
        self.sums.totals(self.read().len())
    }

    /// How much memory they take, about, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.sums.bytes()
    }

    /// The `count` that have the most readers; among equals, those that were used last.
    pub(crate) fn most_read(&self, count: usize) -> Vec<ChannelUse> {
        let channels = self.read();
        let mut uses: Vec<_> =
            channels.iter().map(|(name, channel)| (channel.use_made(), name)).collect();
        let order = |((readers, used, _), _): &((usize, Instant, u64), &ChannelName)| {
            (Reverse(*readers), Reverse(*used))
        };
        if count < uses.len() {
            uses.select_nth_unstable_by_key(count, order);
            uses.truncate(count);
        }
        uses.sort_by_key(order);
        let uses = uses.into_iter().map(|((readers, _, messages), name)| ChannelUse {
            channel: name.clone(),
            readers,
            messages,
        });
        uses.collect()
    }

    /// How many read the channel of this name.
    pub(crate) fn readers(&self, name: &ChannelName) -> usize {
        self.read().get(name).map_or(0, |channel| channel.readers())
    }

    /// Drops the channels that nobody reads, and that have not been used for `idle`.
    pub(crate) fn drop_idle(&self, idle: Duration) {
        let Some(before) = Instant::now().checked_sub(idle) else { return };
        let names = self.unread(|used| used <= before);
        let names: Vec<_> = names.into_iter().map(|(_, name)| name).collect();
        for names in names.chunks(AT_ONCE) {
            self.retire(names, before);
        }
    }

    /// Drops channels that nobody reads, the longest unused first, until all take no more than
    /// `bytes`. Says whether that is so.
    pub(crate) fn make_room(&self, bytes: usize) -> bool {
        if self.bytes() <= bytes {
            return true;
        }
        // Somebody else is at it: that is enough.
        let Ok(mut no_room) = self.no_room.try_lock() else { return false };
        if no_room.is_some_and(|then| then.elapsed() < ROOM_PAUSE) {
            return false;
        }
        let mut names = self.unread(|_| true);
        names.sort_by_key(|(used, _)| *used);
        let names: Vec<_> = names.into_iter().map(|(_, name)| name).collect();
        for names in names.chunks(AT_ONCE) {
            if self.bytes() <= bytes {
                break;
            }
            self.retire(names, Instant::now());
        }
        let made = self.bytes() <= bytes;
        *no_room = (!made).then(Instant::now);
        made
    }

    /// The channels that nobody reads and whose last use fits.
    fn unread(&self, fits: impl Fn(Instant) -> bool) -> Vec<(Instant, ChannelName)> {
        let channels = self.read();
        let unread = channels.iter().filter_map(|(name, channel)| {
            channel.unread_since().filter(|used| fits(*used)).map(|used| (used, name.clone()))
        });
        unread.collect()
    }

    fn retire(&self, names: &[ChannelName], before: Instant) {
        let mut retired = Vec::with_capacity(names.len()); // dropped when no lock is held
        let mut channels = self.write();
        for name in names {
            if channels.get(name).is_some_and(|channel| channel.retire(before)) {
                retired.extend(channels.remove(name));
            }
        }
        if channels.len() < channels.capacity() / 4 {
            let len = channels.len();
            channels.shrink_to(len * 2);
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, HashMap<ChannelName, Arc<Channel>>> {
        self.by_name.read().expect("nothing panics while it holds this lock")
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<ChannelName, Arc<Channel>>> {
        self.by_name.write().expect("nothing panics while it holds this lock")
    }
}
