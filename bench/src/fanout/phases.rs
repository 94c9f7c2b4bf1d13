//! What is done to each server: each of these starts it afresh, and ends it.

use super::{
    super::statistics::percentile,
    connect::connect,
    peers::{RunningServer, Target},
    publisher::Publisher,
    readers::Readers,
    stopped::StoppedReader,
};
use anyhow::Context;
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout_at};

/// How long a server is under load before its deliveries are counted.
const RAMP: Duration = Duration::from_millis(500);

/// The time from one paced message to the next, and for how long.
const PACE: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(5));

/// How long messages come as fast as they can, for the buffers of a stopped reader to fill.
const FILLING: Duration = Duration::from_secs(3);

/// How long a paced delivery takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paced {
    pub(super) p50: Duration,
    pub(super) p99: Duration,
}

/// What idle connections cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Idle {
    pub(super) connect: Duration,
    pub(super) bytes_each: f64,
}

/// A server, its readers, all of which are known to receive, and a publisher.
pub(super) struct Fan {
    pub(super) running: RunningServer,
    readers: Readers,
    publisher: Publisher,
    window: u64,
    /// Beside the others, and no part of the window.
    _stopped: Option<StoppedReader>,
}

impl Fan {
    /// Starts all of them; with a reader that is stopped, if that is wanted.
    pub(super) async fn open(
        root: &Path,
        system: Target,
        readers: usize,
        window: u64,
        stopped: bool,
    ) -> anyhow::Result<Self> {
        let (running, wire) = (system.start(root)?, system.wire());
        let address = running.address;
        let mut stopped = stopped.then(|| StoppedReader::subscribe(address)).transpose()?;
        let readers = Readers::start(wire, address, readers, window)?;
        readers.subscribed().await?;
        let progress = readers.progress().clone();
        let mut publisher =
            Publisher::connect(wire, address, progress).await.context("the publisher")?;
        warm_up(&readers, &mut publisher).await?;
        if let Some(stopped) = &mut stopped {
            stopped.stop()?;
        }
        Ok(Fan { running, readers, publisher, window, _stopped: stopped })
    }

    /// Publishes as fast as the slowest reader allows, and returns how many deliveries there were,
    /// in how much time.
    pub(super) async fn saturate(&mut self, time: Duration) -> anyhow::Result<(u64, Duration)> {
        let progress = self.readers.progress().clone();
        let now = || (progress.deliveries(), Instant::now());
        let (before, since) = now();
        let end = since + time;
        progress.saturated(true);
        while Instant::now() < end {
            progress.check()?;
            let room = (progress.slowest() + self.window).saturating_sub(self.publisher.sent());
            // Few large batches cost less than many small ones; it is the same for every server.
            if room >= self.window.div_ceil(4) {
                self.publisher.publish(room).await?;
            } else {
                // That it takes longer than there is time is no error.
                let _ = timeout_at(end.into(), progress.moved.notified()).await;
            }
        }
        let (after, until) = now();
        progress.saturated(false);
        Ok((after - before, until - since))
    }

    /// Publishes at a steady pace, and lets every reader time what it gets.
    async fn pace(&mut self) -> anyhow::Result<()> {
        self.settle().await?;
        self.readers.progress().time_deliveries();
        let mut ticks = interval(PACE.0);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for _ in 0..PACE.1.as_millis() / PACE.0.as_millis() {
            ticks.tick().await;
            self.publisher.publish(1).await?;
        }
        Ok(())
    }

    /// Waits until all have all.
    async fn settle(&self) -> anyhow::Result<()> {
        self.readers.progress().reached(self.publisher.sent()).await
    }

    /// Ends all, and returns how long the timed deliveries took, shortest first.
    pub(super) async fn close(self) -> anyhow::Result<Vec<Duration>> {
        self.settle().await?;
        let mut latencies = self.readers.finish()?.latencies;
        latencies.sort_unstable();
        Ok(latencies)
    }
}

/// Publishes until a message has come to all: a subscription may begin after it was confirmed.
async fn warm_up(readers: &Readers, publisher: &mut Publisher) -> anyhow::Result<()> {
    const ATTEMPTS: u64 = 20;
    for attempt in 1..=ATTEMPTS {
        publisher.publish(1).await?;
        let reached = readers.progress().reached(publisher.sent());
        match tokio::time::timeout(Duration::from_millis(500), reached).await {
            Ok(reached) => return reached,
            Err(late) if attempt == ATTEMPTS => return Err(late).context("the first message"),
            Err(_) => {}
        }
    }
    Ok(())
}

/// How many messages are delivered in a second, if as many are published as the readers can take.
pub(super) async fn saturation(
    root: &Path,
    system: Target,
    readers: usize,
    window: u64,
    time: Duration,
) -> anyhow::Result<f64> {
    let mut fan = Fan::open(root, system, readers, window, false).await?;
    fan.saturate(RAMP).await?;
    let (deliveries, time) = fan.saturate(time).await?;
    fan.close().await?;
    Ok(deliveries as f64 / time.as_secs_f64())
}

/// How long a delivery takes, if few messages are published.
pub(super) async fn paced(
    root: &Path,
    system: Target,
    readers: usize,
    window: u64,
) -> anyhow::Result<Paced> {
    let mut fan = Fan::open(root, system, readers, window, false).await?;
    fan.pace().await?;
    Ok(Paced::of(&fan.close().await?))
}

/// The same after a load that fills all buffers on the way to a stopped reader, if there is one.
pub(super) async fn stopped(
    root: &Path,
    system: Target,
    readers: usize,
    window: u64,
    stopped: bool,
) -> anyhow::Result<Paced> {
    let mut fan = Fan::open(root, system, readers, window, stopped).await?;
    fan.saturate(FILLING).await?;
    fan.pace().await?;
    Ok(Paced::of(&fan.close().await?))
}

/// What connections cost that wait for messages.
pub(super) async fn idle(
    root: &Path,
    system: Target,
    connections: usize,
    window: u64,
) -> anyhow::Result<Idle> {
    let (running, wire) = (system.start(root)?, system.wire());
    // The first connection starts what a server starts once; it is not what a connection costs.
    let _first = connect(wire, running.address, &wire.subscribe()).await?;
    let before = settled(&running).await?;
    let began = Instant::now();
    let readers = Readers::start(wire, running.address, connections, window)?;
    readers.subscribed().await?;
    let connect = began.elapsed();
    sleep(Duration::from_secs(1)).await;
    let after = settled(&running).await?;
    readers.finish()?;
    let bytes_each = after.saturating_sub(before) as f64 / connections.max(1) as f64;
    Ok(Idle { connect, bytes_each })
}

/// Resident memory, once it does not change any more.
async fn settled(running: &RunningServer) -> anyhow::Result<u64> {
    let mut last = running.process.resident()?;
    for _ in 0..25 {
        sleep(Duration::from_millis(200)).await;
        let now = running.process.resident()?;
        if now == last {
            break;
        }
        last = now;
    }
    Ok(last)
}

impl Paced {
    fn of(sorted: &[Duration]) -> Self {
        Paced { p50: percentile(sorted, 0.50), p99: percentile(sorted, 0.99) }
    }
}
