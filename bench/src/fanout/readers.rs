//! The readers: many connections on two threads, at next to no cost for each delivery.
//!
//! They share the machine with the server, and what they take, it does not have.

use super::{
    connect::connect,
    decoder::{Decoder, ROOM},
    payload,
    protocol::Protocol,
    sequence_checker::{Batch, Faults, SequenceChecker},
    slowest::Slowest,
};
use anyhow::{Context, anyhow, bail};
use std::{
    cell::RefCell,
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    task::{self, Poll, ready},
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, ReadBuf},
    net::TcpStream,
    runtime::{self, LocalOptions},
    sync::{Notify, Semaphore, watch},
    time::timeout,
};

/// A thread for each core that the servers are measured on.
const THREADS: usize = 2;

/// How many connects are under way at once.
const CONNECTING: usize = 512;

/// How long a subscription, or a message, may take.
const ROUND_TIMEOUT: Duration = Duration::from_secs(30);

/// What one read can bring, which is one buffer for all readers of a thread.
const BUFFER: usize = 256 * 1024;

/// How long readers do not look whether anything has come, while the server is saturated.
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

/// Readers of one channel, until this is dropped.
pub(super) struct Readers {
    progress: Arc<Progress>,
    threads: Vec<JoinHandle<anyhow::Result<Found>>>,
    count: u64,
    /// The threads end when this does.
    end: watch::Sender<()>,
}

/// What the readers tell while they run.
pub(super) struct Progress {
    /// What send times are counted from.
    pub(super) clock: Instant,
    /// Told when the slowest reader is further than before.
    pub(super) moved: Notify,
    failure: OnceLock<String>,
    timed: AtomicBool,
    saturated: AtomicBool,
    shares: Vec<ThreadStats>,
}

/// What the readers of one thread tell. Only that thread writes it.
#[derive(Default)]
#[repr(align(64))] // no cache line is shared
struct ThreadStats {
    subscribed: AtomicU64,
    deliveries: AtomicU64,
    slowest: AtomicU64,
}

/// What the readers have found, in the end.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// How long each timed delivery took.
    pub(super) latencies: Vec<Duration>,
    faults: Faults,
}

/// What the readers of one thread have in common.
struct ReaderThread {
    progress: Arc<Progress>,
    thread: usize,
    wire: Protocol,
    address: SocketAddr,
    buffer: Vec<u8>,
    slowest: Slowest,
    found: Found,
}

/// What a reader has of its own.
struct Reader {
    decoder: Decoder,
    order: SequenceChecker,
}

impl Readers {
    /// Starts so many; no message will be published before the slowest has all but `window` of the
    /// earlier ones.
    pub(super) fn start(
        wire: Protocol,
        address: SocketAddr,
        count: usize,
        window: u64,
    ) -> anyhow::Result<Self> {
        let threads = THREADS.min(count);
        let progress = Arc::new(Progress {
            clock: Instant::now(),
            moved: Notify::new(),
            failure: OnceLock::new(),
            timed: AtomicBool::new(false),
            saturated: AtomicBool::new(false),
            shares: (0..threads).map(|_| ThreadStats::default()).collect(),
        });
        let (end, _) = watch::channel(());
        let thread = |thread| {
            let readers = count / threads + usize::from(thread < count % threads);
            let seat = ReaderThread {
                progress: progress.clone(),
                thread,
                wire,
                address,
                buffer: vec![0; ROOM + BUFFER],
                slowest: Slowest::new(readers, window),
                found: Found::default(),
            };
            let end = end.subscribe();
            std::thread::spawn(move || run(seat, readers, end))
        };
        let threads = (0..threads).map(thread).collect();
        Ok(Readers { progress, threads, count: count as u64, end })
    }

    /// What they tell while they run.
    pub(super) fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }

    /// Waits until all have subscribed.
    pub(super) async fn subscribed(&self) -> anyhow::Result<()> {
        let subscribed = || self.progress.sum(|share| &share.subscribed);
        self.progress.wait("subscribe", || subscribed() >= self.count, subscribed).await
    }

    /// Ends them, and tells what they found; what was lost, or out of order, is an error.
    pub(super) fn finish(self) -> anyhow::Result<Found> {
        drop(self.end);
        let mut all = Found::default();
        for thread in self.threads {
            let found = thread.join().map_err(|_| anyhow!("a thread of readers panicked"))??;
            all.latencies.extend(found.latencies);
            all.faults.lost += found.faults.lost;
            all.faults.disordered += found.faults.disordered;
        }
        self.progress.check()?;
        if all.faults != Faults::default() {
            let Faults { lost, disordered } = all.faults;
            bail!("{lost} deliveries were lost, and {disordered} reads were out of order");
        }
        Ok(all)
    }
}

impl Progress {
    /// All deliveries so far.
    pub(super) fn deliveries(&self) -> u64 {
        self.sum(|share| &share.deliveries)
    }

    /// The number of the message that the slowest reader expects next.
    pub(super) fn slowest(&self) -> u64 {
        self.shares.iter().map(|share| share.slowest.load(Relaxed)).min().unwrap_or(0)
    }

    /// From here on, each delivery is timed.
    pub(super) fn time_deliveries(&self) {
        self.timed.store(true, Relaxed);
    }

    /// Whether as much is published as the readers can take.
    pub(super) fn saturated(&self, saturated: bool) {
        self.saturated.store(saturated, Relaxed);
    }

    /// An error that a reader or the publisher has met.
    pub(super) fn fail(&self, error: &io::Error) {
        // The first one tells the most.
        let _ = self.failure.set(error.to_string());
        self.moved.notify_one();
    }

    /// The error that any of them has met, if there is one.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        self.failure.get().map_or(Ok(()), |failure| Err(anyhow!("{failure}")))
    }

    /// Waits until all readers have all before message `sequence`.
    pub(super) async fn reached(&self, sequence: u64) -> anyhow::Result<()> {
        self.wait("reach", || self.slowest() >= sequence, || self.deliveries()).await
    }

    async fn wait(
        &self,
        what: &str,
        over: impl Fn() -> bool,
        progress: impl Fn() -> u64,
    ) -> anyhow::Result<()> {
        let (mut last, mut since) = (progress(), Instant::now());
        while !over() {
            self.check()?;
            // Not all that is waited for tells that it has moved.
            let _ = timeout(Duration::from_millis(2), self.moved.notified()).await;
            let now = progress();
            if now != last {
                (last, since) = (now, Instant::now());
            }
            if since.elapsed() > ROUND_TIMEOUT {
                bail!("the readers do not all {what}: nothing after {now}");
            }
        }
        self.check()
    }

    fn sum(&self, of: impl Fn(&ThreadStats) -> &AtomicU64) -> u64 {
        self.shares.iter().map(|share| of(share).load(Relaxed)).sum()
    }
}

/// One thread of readers.
fn run(seat: ReaderThread, readers: usize, mut end: watch::Receiver<()>) -> anyhow::Result<Found> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .event_interval(2048)
        .build_local(LocalOptions::default())?;
    let seat = Rc::new(RefCell::new(seat));
    let permits = Rc::new(Semaphore::new(CONNECTING / THREADS));
    runtime.block_on(async {
        tokio::task::spawn_local(look_now_and_then(seat.borrow().progress.clone()));
        for _ in 0..readers {
            let (seat, permits) = (seat.clone(), permits.clone());
            tokio::task::spawn_local(async move {
                if let Err(error) = read(&seat, &permits).await {
                    seat.borrow().progress.fail(&error);
                }
            });
        }
        // The error says that the other side has been dropped, and that is the end.
        let _ = end.changed().await;
    });
    drop(runtime); // and the readers
    let seat = Rc::into_inner(seat).context("no reader is left")?;
    Ok(seat.into_inner().found)
}

/// While the server is saturated, lets a millisecond pass between two looks at all sockets. Readers
/// that look as soon as anything comes take the processor from the server after each write, and
/// measure that.
async fn look_now_and_then(progress: Arc<Progress>) {
    loop {
        if progress.saturated.load(Relaxed) {
            std::thread::sleep(BETWEEN_LOOKS);
            tokio::task::yield_now().await;
        } else {
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }
}

/// One reader.
async fn read(seat: &RefCell<ReaderThread>, permits: &Semaphore) -> io::Result<()> {
    let permit = permits.acquire().await.map_err(io::Error::other)?;
    let (wire, address) = (seat.borrow().wire, seat.borrow().address);
    let hello = wire.subscribe();
    let (mut stream, surplus) = timeout(ROUND_TIMEOUT, connect(wire, address, &hello)).await??;
    drop(permit);
    let mut reader = Reader { decoder: Decoder::new(wire), order: SequenceChecker::default() };
    let mut answers = seat.borrow_mut().begin(&mut reader, &surplus)?;
    loop {
        if !answers.is_empty() {
            write_all(&stream, &answers).await?;
        }
        answers = poll_fn(|context| seat.borrow_mut().poll_read(&mut reader, &mut stream, context))
            .await?;
    }
}

impl ReaderThread {
    /// Takes what came with the answer to a subscription.
    fn begin(&mut self, reader: &mut Reader, surplus: &[u8]) -> io::Result<Vec<u8>> {
        self.share().subscribed.fetch_add(1, Relaxed);
        self.buffer[ROOM..ROOM + surplus.len()].copy_from_slice(surplus);
        self.take(reader, surplus.len())
    }

    /// Takes what has come; returns what the server wants to hear.
    fn poll_read(
        &mut self,
        reader: &mut Reader,
        stream: &mut TcpStream,
        context: &mut task::Context<'_>,
    ) -> Poll<io::Result<Vec<u8>>> {
        let mut room = ReadBuf::new(&mut self.buffer[ROOM..]);
        ready!(Pin::new(stream).poll_read(context, &mut room))?;
        match room.filled().len() {
            0 => Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
            count => Poll::Ready(self.take(reader, count)),
        }
    }

    fn take(&mut self, reader: &mut Reader, count: usize) -> io::Result<Vec<u8>> {
        let mut answers = Vec::new();
        let timed = self.progress.timed.load(Relaxed).then(|| self.progress.clock.elapsed());
        let (mut batch, latencies) = (Batch::default(), &mut self.found.latencies);
        let Reader { decoder, order } = reader;
        let from = order.next();
        decoder.decode(&mut self.buffer, count, &mut answers, |payload| {
            order.take(&mut batch, payload);
            if let (Some(now), Some(sent)) = (timed, timed.and_then(|_| payload::sent(payload))) {
                latencies.push(now.saturating_sub(sent));
            }
        })?;
        let deliveries = order.end(batch, &mut self.found.faults)?;
        let slowest = self.slowest.step(from, order.next());
        let share = self.share();
        share.deliveries.store(share.deliveries.load(Relaxed) + deliveries, Relaxed);
        if let Some(slowest) = slowest {
            share.slowest.store(slowest, Relaxed);
            self.progress.moved.notify_one();
        }
        Ok(answers)
    }

    fn share(&self) -> &ThreadStats {
        &self.progress.shares[self.thread]
    }
}

/// Writes all of what a server wants to hear, which is little.
async fn write_all(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
