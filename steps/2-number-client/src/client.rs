//! The number client as a service: one task that connects, reads, and comes back.

use crate::{Server, backoff::Backoff, lines::next_line};
use futures_core::Stream;
use service::{BoxError, LogLimit, Scope, Service, Setting, Settings};
use socket2::{SockRef, TcpKeepalive};
use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::BufReader,
    net::TcpStream,
    sync::{mpsc, watch},
    time::timeout,
};
use tracing::{info, warn};

/// The wait after the first failure; see [`Backoff`].
const MIN_BACKOFF: Duration = Duration::from_millis(100);

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A server that says this many lines in a row that are no numbers, and one more, is none.
const MAX_BAD_LINES: u32 = 20;

/// How long a server may be silent before the system asks whether it is there.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);

/// How many numbers wait to be taken, unless set.
const QUEUE_SIZE: usize = 64;

/// A connection reads this much at a time, at most. Numbers are small.
const READ_BUFFER: usize = 1024;

/// A service that reads numbers from a server into a bounded queue. A server that is embedded is
/// inside it.
///
/// It is ready when it has tried once: a server that is not there is waited for, and
/// [`connected`](NumberClient::connected) tells. A line that is no number is logged and skipped. A
/// line that is too long, or no text, ends the connection.
pub struct NumberClient {
    server: Server,
    queue_size: Setting<usize>,
    max_backoff: Setting<Duration>,
    queue: Mutex<Option<mpsc::Receiver<u8>>>,
    connected: watch::Sender<bool>,
}

impl NumberClient {
    /// A client of `server`.
    pub fn new(settings: &Settings, server: Server) -> Self {
        NumberClient {
            server,
            queue_size: settings
                .define("queue_size", QUEUE_SIZE)
                .help("How many numbers wait to be taken before reading stops.")
                .range(1..=1_000_000)
                .at_start(),
            max_backoff: settings
                .define("max_backoff", Duration::from_secs(10))
                .help("The most seconds between two tries to connect; less than 0.1 counts as 0.1.")
                .live(),
            queue: Mutex::default(),
            connected: watch::Sender::new(false),
        }
    }

    /// Takes the numbers, to be handed out one by one. There is one taker; a second gets `None`,
    /// and so does whoever asks before the client has started.
    pub fn numbers(&self) -> Option<Numbers> {
        self.queue.lock().expect("nothing panics while it holds this lock").take().map(Numbers)
    }

    /// Whether there is a connection now, and when that changes.
    pub fn connected(&self) -> watch::Receiver<bool> {
        self.connected.subscribe()
    }
}

impl Service for NumberClient {
    fn name(&self) -> &str {
        "number-client"
    }

    fn children(&self) -> Vec<Arc<dyn Service>> {
        match &self.server {
            Server::At(_) => Vec::new(),
            Server::Embedded(server) => vec![server.clone()],
        }
    }

    fn start(&self, scope: &Scope) -> Result<(), BoxError> {
        let (numbers, queue) = mpsc::channel(self.queue_size.get());
        *self.queue.lock().expect("nothing panics while it holds this lock") = Some(queue);
        let address = match &self.server {
            Server::At(address) => address.clone(),
            Server::Embedded(server) => {
                server.address().ok_or("the embedded number server is not ready")?.to_string()
            }
        };
        let reader = Reader {
            scope: scope.clone(),
            address,
            max_backoff: self.max_backoff.clone(),
            connected: self.connected.clone(),
            numbers,
            log: Limits::default(),
        };
        scope.spawn_task("read", reader.run());
        Ok(())
    }

    fn start_timeout(&self) -> Duration {
        CONNECT_TIMEOUT * 2
    }
}

/// The numbers, one by one, as they come. A `Stream`; [`next`](Numbers::next) is all that most
/// need.
///
/// They end when the client stops.
pub struct Numbers(mpsc::Receiver<u8>);

impl Numbers {
    /// The next number, 0 to 10; waits for it. `None` when the client has stopped.
    pub async fn next(&mut self) -> Option<u8> {
        self.0.recv().await
    }
}

impl Stream for Numbers {
    type Item = u8;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u8>> {
        self.0.poll_recv(context)
    }
}

/// The task of a client.
struct Reader {
    scope: Scope,
    address: String,
    max_backoff: Setting<Duration>,
    connected: watch::Sender<bool>,
    numbers: mpsc::Sender<u8>,
    log: Limits,
}

/// What a server makes this client log, as often as the server likes.
#[derive(Default)]
struct Limits {
    skipped: LogLimit,
    connected: LogLimit,
    ended: LogLimit,
}

impl Reader {
    /// Connects and reads, again and again.
    // ANCHOR: run
    async fn run(self) {
        let mut backoff = Backoff::new(MIN_BACKOFF);
        let mut max_backoff = self.max_backoff.changes();
        loop {
            let ended = self.connect_and_read(&mut backoff).await;
            let wait = backoff.next_wait(*max_backoff.borrow_and_update());
            self.log_end(&ended, wait);
            self.scope.ready(); // it has tried, at least
            // A new longest wait counts at once: it ends this one.
            let _ = timeout(wait, max_backoff.changed()).await;
        }
    }
    // ANCHOR_END: run

    fn log_end(&self, ended: &io::Error, wait: Duration) {
        let Some(more) = self.log.ended.admit() else { return };
        match self.log.skipped.take_suppressed() {
            0 => {}
            count => warn!(service = %self.scope, "{count} more lines were not numbers, skipped"),
        }
        let (address, wait) = (&self.address, wait.as_millis());
        warn!(service = %self.scope, "{address}: {ended}; trying again in {wait} ms{more}");
    }

    /// Reads until the connection ends; returns why.
    // ANCHOR: read
    async fn connect_and_read(&self, backoff: &mut Backoff) -> io::Error {
        let stream = match timeout(CONNECT_TIMEOUT, TcpStream::connect(&self.address)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return error,
            Err(_) => return io::Error::new(io::ErrorKind::TimedOut, "no answer"),
        };
        if let Err(error) = enable_keepalive(&stream) {
            return error;
        }
        let _connected = Connected::new(&self.connected);
        if let Some(more) = self.log.connected.admit() {
            info!(service = %self.scope, "connected to {}{more}", self.address);
        }
        self.scope.ready();
        let mut lines = BufReader::with_capacity(READ_BUFFER, stream);
        let (mut line, mut bad_lines) = (Vec::new(), 0);
        loop {
            match next_line(&mut lines, &mut line).await {
                Ok(Some(text)) if self.take(text, backoff).await => bad_lines = 0,
                Ok(Some(_)) if bad_lines == MAX_BAD_LINES => {
                    let what = "too many lines in a row that are no numbers";
                    return io::Error::new(io::ErrorKind::InvalidData, what);
                }
                Ok(Some(_)) => bad_lines += 1,
                Ok(None) => {
                    return io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the server closed the connection",
                    );
                }
                Err(error) => return error,
            }
        }
    }
    // ANCHOR_END: read

    /// Puts a number in the queue; says whether it was one.
    // ANCHOR: take
    async fn take(&self, text: &str, backoff: &mut Backoff) -> bool {
        let Ok(number @ 0..=10) = text.parse() else {
            if let Some(more) = self.log.skipped.admit() {
                warn!(service = %self.scope, "not a number, skipped: {text:?}{more}");
            }
            return false;
        };
        backoff.reset();
        // Waits while the queue is full: nothing is read meanwhile, and TCP tells the server.
        let _ = self.numbers.send(number).await;
        true
    }
    // ANCHOR_END: take
}

/// Has the system ask a silent server whether it is still there. One that vanished without a word,
/// by a cut cable or a lost power supply, is noticed after about a minute.
fn enable_keepalive(stream: &TcpStream) -> io::Result<()> {
    let asking = TcpKeepalive::new()
        .with_time(KEEPALIVE_IDLE)
        .with_interval(KEEPALIVE_IDLE / 3)
        .with_retries(3);
    SockRef::from(stream).set_tcp_keepalive(&asking)
}

/// Held while there is a connection, however that ends: a stop drops the task in the middle of it.
struct Connected<'a>(&'a watch::Sender<bool>);

impl<'a> Connected<'a> {
    fn new(connected: &'a watch::Sender<bool>) -> Self {
        connected.send_replace(true);
        Connected(connected)
    }
}

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        self.0.send_replace(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_silent_server_is_asked_whether_it_is_there() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        enable_keepalive(&stream).unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), KEEPALIVE_IDLE);
    }
}
