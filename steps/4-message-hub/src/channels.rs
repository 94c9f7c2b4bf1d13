//! All the channels of a hub, found by name.

use crate::{
    Totals,
    channel::{Channel, Retired, Usage},
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
const RETIRED_AT_ONCE: usize = 1000;

/// An attempt to make room looks at all channels. One that could not make as much as it should is
/// repeated when others have asked for room, once for so many channels, or at least after a while.
const LOOKS_PER_REQUEST: usize = 64;
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

/// What an attempt to make room has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// There is enough, or was a moment ago.
    Enough,
    /// Another thread is making some.
    InTheMaking,
    /// There was none to be made: whatever could be dropped was dropped, a moment ago at the latest.
    None,
}

/// An attempt to make room, and when to repeat it.
struct Attempt {
    room: Room,
    /// So often it is not repeated.
    skips: usize,
    until: Instant,
}

/// A channel is here from when it is first named until nobody has used it for a while.
#[derive(Default)]
pub(crate) struct Channels {
    by_name: RwLock<HashMap<ChannelName, Arc<Channel>>>,
    /// What they come to.
    sums: Arc<Sums>,
    /// The last attempt to make room, if it could not make as much as it should. Locked while there
    /// is one.
    last_attempt: Mutex<Option<Attempt>>,
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

    /// How many bytes of memory they take, about, without what is encoded for readers.
    pub(crate) fn kept(&self) -> usize {
        self.sums.kept()
    }

    /// The `count` that have the most readers; among equals, those that were used last.
    pub(crate) fn most_read(&self, count: usize) -> Vec<ChannelUse> {
        let channels = self.read();
        let mut uses: Vec<_> =
            channels.iter().map(|(name, channel)| (channel.usage(), name)).collect();
        let order =
            |(usage, _): &(Usage, &ChannelName)| (Reverse(usage.readers), Reverse(usage.last_used));
        if count < uses.len() {
            uses.select_nth_unstable_by_key(count, order);
            uses.truncate(count);
        }
        uses.sort_by_key(order);
        let uses = uses.into_iter().map(|(usage, name)| ChannelUse {
            channel: name.clone(),
            readers: usage.readers,
            messages: usage.messages,
        });
        uses.collect()
    }

    /// Whether there is a channel of this name.
    pub(crate) fn contains(&self, name: &ChannelName) -> bool {
        self.read().contains_key(name)
    }

    /// How many read the channel of this name.
    pub(crate) fn readers(&self, name: &ChannelName) -> usize {
        self.read().get(name).map_or(0, |channel| channel.readers())
    }

    /// Drops the channels that nobody reads, and that have not been used for `idle`.
    pub(crate) fn drop_idle(&self, idle: Duration) {
        let Some(before) = Instant::now().checked_sub(idle) else { return };
        let mut idle = self.unread();
        idle.retain(|(usage, _)| usage.last_used <= before);
        idle.chunks(RETIRED_AT_ONCE).for_each(|channels| self.retire(channels));
    }

    /// Where all channels take more than `max` bytes, drops what can be made again, which is what is
    /// encoded for readers, if that is more than an eighth; and then, if the messages alone are too
    /// many, channels that nobody reads until they take an eighth less: those without a message
    /// first, then the longest unused.
    // ANCHOR: make_room
    pub(crate) fn make_room(&self, max: usize) -> Room {
        if self.kept() + self.sums.encoded() <= max {
            return Room::Enough;
        }
        let Ok(mut last_attempt) = self.last_attempt.try_lock() else { return Room::InTheMaking };
        if self.sums.encoded() > max / 8 {
            self.read().values().for_each(|channel| channel.drop_encoded());
        }
        if self.kept() <= max {
            *last_attempt = None;
            return Room::Enough;
        }
        if let Some(attempt) = &mut *last_attempt
            && attempt.skips > 0
            && Instant::now() < attempt.until
        {
            attempt.skips -= 1;
            return attempt.room;
        }
        let target = max / 8 * 7;
        self.drop_unread(target);
        let kept = self.kept();
        let room = if kept <= max { Room::Enough } else { Room::None };
        let skips = self.read().len() / LOOKS_PER_REQUEST;
        let attempt = || Attempt { room, skips, until: Instant::now() + ROOM_PAUSE };
        *last_attempt = (kept > target).then(attempt);
        room
    }
    // ANCHOR_END: make_room

    fn drop_unread(&self, target: usize) {
        let mut unread = self.unread();
        // Channels without a message first: who may only read can make any number of those.
        unread.sort_by_key(|(usage, _)| (usage.messages > 0, usage.last_used));
        let mut rest = &unread[..];
        while let excess @ 1.. = self.kept().saturating_sub(target) {
            let mut bytes = 0;
            let enough = rest.iter().take(RETIRED_AT_ONCE).position(|(usage, _)| {
                bytes += usage.bytes;
                bytes >= excess
            });
            let count = enough.map_or(RETIRED_AT_ONCE.min(rest.len()), |last| last + 1);
            let (next, later) = rest.split_at(count);
            if next.is_empty() {
                break;
            }
            self.retire(next);
            rest = later;
        }
    }

    /// The channels that nobody reads.
    fn unread(&self) -> Vec<(Usage, ChannelName)> {
        let channels = self.read();
        let unread = channels.iter().filter_map(|(name, channel)| {
            let usage = channel.usage();
            (usage.readers == 0).then(|| (usage, name.clone()))
        });
        unread.collect()
    }

    /// Drops those that have not been used since they were seen.
    fn retire(&self, seen: &[(Usage, ChannelName)]) {
        let mut retired = Vec::with_capacity(seen.len()); // dropped when no lock is held
        let mut channels = self.write();
        for (usage, name) in seen {
            if channels.get(name).is_some_and(|channel| channel.retire(*usage)) {
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
