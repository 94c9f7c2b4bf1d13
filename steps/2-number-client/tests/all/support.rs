//! What the tests share: a client that runs, peers to script, its log to read, and patience that
//! ends.

use number_client::{NumberClient, Numbers, Server};
use number_server::NumberServer;
use service::{Lifecycle, Settings};
use std::{
    cell::RefCell,
    io,
    net::SocketAddr,
    sync::{Arc, Once},
    time::Duration,
};
pub(crate) use test_support::wait::within;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::mpsc,
    time::timeout,
};

/// A peer whose connection takes nothing for this long is blocked.
const QUIET: Duration = Duration::from_millis(300);

/// What peers keep of what the client has not read. Small, so that little is needed to fill it.
const SEND_BUFFER: u32 = 16 * 1024;

/// The most bytes that a peer gets rid of when the client does not read. It is what the buffers of
/// two sockets hold; the client itself has a kilobyte.
pub(crate) const HELD: usize = 512 * 1024;

/// So many numbers that they are more than [`HELD`].
pub(crate) const MANY: usize = 300_000;

/// A client that has started, and its numbers.
pub(crate) struct Client {
    pub(crate) client: Arc<NumberClient>,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) numbers: Numbers,
}

impl Client {
    /// Starts a client of the server at `address`.
    pub(crate) async fn start<const N: usize>(
        address: String,
        settings: [(&str, &str); N],
    ) -> Client {
        Client::start_with(address, &Settings::with(settings)).await
    }

    pub(crate) async fn start_with(address: String, settings: &Settings) -> Client {
        let client = Arc::new(NumberClient::new(settings, Server::At(address)));
        settings.check().expect("the test gives good settings");
        let lifecycle = Lifecycle::new(client.clone());
        within("the client to be ready", lifecycle.start())
            .await
            .expect("a client starts, server or not");
        let numbers = client.numbers().expect("nobody has taken the numbers yet");
        Client { client, lifecycle, numbers }
    }

    /// The next `count` numbers.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<u8> {
        let mut taken = Vec::new();
        while taken.len() < count {
            let next =
                within(&format!("number {} of {count}", taken.len() + 1), self.numbers.next())
                    .await;
            taken.push(
                next.unwrap_or_else(|| {
                    panic!("the numbers ended after {} of {count}", taken.len())
                }),
            );
        }
        taken
    }

    /// Stops, which must leave nothing running.
    pub(crate) async fn stop(&self) {
        within("the client to stop", self.lifecycle.stop()).await.expect("nothing is left running");
    }

    /// What is left when the client has stopped.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        while let Some(number) = within("the numbers to end", self.numbers.next()).await {
            rest.push(number);
        }
        rest
    }
}

/// An address of this machine that is taken, and at which nothing listens until it is told to.
pub(crate) struct Closed(TcpSocket);

impl Closed {
    pub(crate) fn new() -> Closed {
        let socket = TcpSocket::new_v4().expect("the system has sockets");
        socket.set_send_buffer_size(SEND_BUFFER).expect("a send buffer may be small");
        socket.bind(([127, 0, 0, 1], 0).into()).expect("there is a free port");
        Closed(socket)
    }

    pub(crate) fn address(&self) -> String {
        self.0.local_addr().expect("the socket is bound").to_string()
    }

    pub(crate) fn listen(self, backlog: u32) -> Peer {
        Peer(self.0.listen(backlog).expect("a bound socket can listen"))
    }
}

/// A server that does what the test says.
pub(crate) struct Peer(TcpListener);

impl Peer {
    pub(crate) fn listen() -> Peer {
        Closed::new().listen(16)
    }

    pub(crate) fn address(&self) -> String {
        self.0.local_addr().expect("the listener is bound").to_string()
    }

    /// The client's next connection.
    pub(crate) async fn accept(&self) -> Connection {
        let (stream, _) =
            within("the client to connect", self.0.accept()).await.expect("a listener accepts");
        Connection(stream)
    }
}

/// A connection, as the peer has it. Dropped, it comes to its end of file.
pub(crate) struct Connection(TcpStream);

impl Connection {
    pub(crate) async fn say(&mut self, text: impl AsRef<[u8]>) {
        within("the client to take what is said", self.0.write_all(text.as_ref()))
            .await
            .expect("the client is there");
    }

    /// Ends the connection as a crash does: the client gets an error in place of an end of file.
    pub(crate) fn reset(self) {
        self.0.set_zero_linger().expect("any socket can linger");
    }

    /// Returns when the client has closed its end.
    pub(crate) async fn closed_by_client(mut self) {
        let mut rest = Vec::new();
        match within("the client to close the connection", self.0.read_to_end(&mut rest)).await {
            Ok(_) => assert_eq!(rest, b"", "a client says nothing"),
            // A client that has not read all that was said closes by a reset.
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "{error}"),
        }
    }

    /// Says as much of `text` as is taken; returns how many bytes that is, and how it came to an
    /// end.
    pub(crate) async fn pour(&mut self, text: &[u8]) -> (usize, Poured) {
        let mut taken = 0;
        while taken < text.len() {
            let Ok(writable) = timeout(QUIET, self.0.writable()).await else {
                return (taken, Poured::Blocked);
            };
            match writable.and_then(|()| self.0.try_write(&text[taken..])) {
                Ok(count) => taken += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => {
                    let closed = [io::ErrorKind::ConnectionReset, io::ErrorKind::BrokenPipe];
                    assert!(closed.contains(&error.kind()), "{error}");
                    return (taken, Poured::Closed);
                }
            }
        }
        (taken, Poured::All)
    }
}

/// How [`Connection::pour`] came to an end.
#[derive(Debug)]
pub(crate) enum Poured {
    All,
    /// The client takes no more for now.
    Blocked,
    /// The client takes no more ever.
    Closed,
}

/// The log, line by line. It has what happens on the test's own thread, which in a tokio test is
/// all.
pub(crate) struct Log(mpsc::UnboundedReceiver<String>);

thread_local! {
    static LINES: RefCell<Option<mpsc::UnboundedSender<String>>> = const { RefCell::new(None) };
}

impl Log {
    /// The log from now on.
    pub(crate) fn listen() -> Log {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            tracing_subscriber::fmt()
                .without_time()
                .with_ansi(false)
                .with_writer(|| ToThisThread)
                .init();
        });
        let (sender, receiver) = mpsc::unbounded_channel();
        LINES.set(Some(sender));
        Log(receiver)
    }

    /// The next line that has `part` in it; lines before it are passed over.
    pub(crate) async fn line(&mut self, part: &str) -> String {
        let line = async {
            loop {
                let line = self.0.recv().await.expect("the sender lives as long as the thread");
                if line.contains(part) {
                    return line;
                }
            }
        };
        within(&format!("a log line with {part:?}"), line).await
    }

    /// The lines that have come and have not been looked at.
    pub(crate) fn lines_so_far(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.0.try_recv().ok()).map(|line| line.trim_end().into()).collect()
    }

    /// The wait that the client tells of next.
    pub(crate) async fn wait(&mut self) -> Duration {
        let line = self.line("trying again in ").await;
        let told = line.split_once("trying again in ").and_then(|(_, wait)| wait.split_once(" ms"));
        let told = told.and_then(|(milliseconds, _)| milliseconds.parse().ok());
        Duration::from_millis(told.unwrap_or_else(|| panic!("no milliseconds in {line:?}")))
    }

    /// Returns when the client is in a wait of at least this long. On the paused clock, that is at
    /// once.
    pub(crate) async fn wait_of_at_least(&mut self, long: Duration) {
        for _ in 0..40 {
            if self.wait().await >= long {
                return;
            }
        }
        panic!("after 40 failures, the client still waits less than {long:?}");
    }
}

/// Writes log lines to the [`Log`] of the thread on which they come up.
struct ToThisThread;

impl io::Write for ToThisThread {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        LINES.with_borrow(|lines| {
            let line = String::from_utf8_lossy(line).into_owned();
            // A test may have no interest in the log, or no longer.
            lines.as_ref().map(|lines| lines.send(line))
        });
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A real number server, as fast as there is one unless the settings say otherwise, and its
/// address.
pub(crate) async fn serve<const N: usize>(settings: [(&str, &str); N]) -> (Lifecycle, SocketAddr) {
    let server = quick_server(settings);
    let lifecycle = Lifecycle::new(server.clone());
    within("the server to be ready", lifecycle.start()).await.expect("the server's port is free");
    (lifecycle, server.address().expect("the server is ready"))
}

/// The same, not yet started.
pub(crate) fn quick_server<const N: usize>(settings: [(&str, &str); N]) -> Arc<NumberServer> {
    let quick = [("numbers_bind", "127.0.0.1:0"), ("rate_per_minute", "6000000")];
    let settings = Settings::with(quick.into_iter().chain(settings));
    let server = Arc::new(NumberServer::new(&settings));
    settings.check().expect("the test gives good settings");
    server
}

/// The first `count` numbers that a server with this seed says on a connection, as text and as
/// numbers.
pub(crate) fn seeded(seed: u64, connection: u64, count: usize) -> (Vec<u8>, Vec<u8>) {
    let mut source = number_server::Numbers::seeded(seed, connection);
    let text: Vec<u8> = (0..count).flat_map(|_| source.next_line().to_vec()).collect();
    let lines = str::from_utf8(&text).expect("digits").lines();
    let numbers = lines.map(|line| line.parse().expect("a number")).collect();
    (text, numbers)
}
