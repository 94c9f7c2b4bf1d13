//! A number server in this process, on a free port, its clients, and each test three times.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(dead_code, unused_imports, unused_macros, reason = "each test file uses some of it")]

use number_server::NumberServer;
use service::{Error, Lifecycle, Settings, settings::Sources};
use socket2::{Domain, Socket, Type};
use std::{io, net::SocketAddr, path::PathBuf, sync::Arc};
use tempfile::TempDir;
pub(crate) use test_support::wait::{TEST_TIMEOUT, until, within};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    net::TcpStream,
};

pub(crate) const RUNTIMES: [&str; 3] = ["tokio", "may", "threads"];

/// Makes three tests of each function that takes the name of a runtime.
macro_rules! on_each_runtime {
    ($($test:ident,)*) => { $(
        mod $test {
            #[tokio::test(flavor = "multi_thread")]
            async fn on_tokio() {
                super::$test("tokio").await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn on_may() {
                super::$test("may").await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn on_threads() {
                super::$test("threads").await;
            }
        }
    )* };
}

/// A number server, whose settings are in a file and can be changed.
pub(crate) struct Server {
    pub(crate) lifecycle: Lifecycle,
    server: Arc<NumberServer>,
    settings: Settings,
    file: PathBuf,
    _folder: TempDir,
}

impl Server {
    /// A server with these lines of settings; it has yet to start.
    pub(crate) fn new(runtime: &str, bind: SocketAddr, settings: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("number-server.toml");
        std::fs::write(&file, settings).unwrap();
        let fixed = [("runtime", runtime.to_owned()), ("numbers_bind", bind.to_string())];
        let settings = Settings::new(Sources::set(fixed).file(&file, true));
        let server = Arc::new(NumberServer::new(&settings));
        settings.check().unwrap();
        Server {
            lifecycle: Lifecycle::new(server.clone()),
            server,
            settings,
            file,
            _folder: folder,
        }
    }

    /// A server that is ready, on a free port.
    pub(crate) async fn started(runtime: &str, settings: &str) -> Self {
        let server = Server::new(runtime, SocketAddr::from(([127, 0, 0, 1], 0)), settings);
        server.start().await.unwrap();
        server
    }

    pub(crate) async fn start(&self) -> Result<(), Error> {
        within("start", self.lifecycle.start()).await
    }

    pub(crate) async fn stop(&self) {
        within("stop", self.lifecycle.stop()).await.unwrap();
    }

    /// Gives the server other settings, by a reload.
    pub(crate) async fn change(&self, settings: &str) {
        std::fs::write(&self.file, settings).unwrap();
        self.settings.reload().unwrap();
        within("reload", self.lifecycle.reload()).await.unwrap();
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address().expect("the server has been ready")
    }

    /// How many connections are open.
    pub(crate) fn connections(&self) -> usize {
        self.lifecycle.status().work - 1 // the other is what accepts
    }

    pub(crate) async fn connect(&self) -> Client {
        Client(BufReader::new(within("connect", TcpStream::connect(self.address())).await.unwrap()))
    }

    /// Connects a client that has room for next to nothing, so that it need not be stuck for long
    /// to be noticed.
    pub(crate) async fn connect_narrow(&self) -> Client {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(2048).unwrap();
        socket.set_tcp_mss(500).unwrap(); // with it, the server's side of the connection is narrow, too
        socket.connect(&self.address().into()).unwrap();
        socket.set_nonblocking(true).unwrap();
        Client(BufReader::new(TcpStream::from_std(socket.into()).unwrap()))
    }
}

/// A client of a number server. To drop it is to leave.
pub(crate) struct Client(BufReader<TcpStream>);

impl Client {
    /// The next line; none if the server has closed the connection.
    pub(crate) async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match within("a line", self.0.read_line(&mut line)).await {
            Ok(0) => None,
            Ok(_) => Some(line),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => None,
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn number(&mut self) -> u8 {
        let line = self.line().await.expect("the connection is open");
        let number = line.strip_suffix('\n').and_then(|number| number.parse().ok());
        let number: u8 = number.unwrap_or_else(|| panic!("{line:?} is no number"));
        assert_eq!(line, format!("{number}\n"), "as decimal text, without ornament");
        number
    }

    pub(crate) async fn numbers(&mut self, count: usize) -> Vec<u8> {
        let mut numbers = Vec::with_capacity(count);
        for _ in 0..count {
            numbers.push(self.number().await);
        }
        numbers
    }

    /// Reads until there have been `bytes`.
    pub(crate) async fn gulp(&mut self, bytes: usize) {
        let mut left = bytes;
        while left > 0 {
            let read =
                within("more bytes", self.0.read(&mut vec![0; left.min(65_536)])).await.unwrap();
            assert_ne!(read, 0, "the connection is open");
            left -= read;
        }
    }

    /// Reads to the end of the connection; returns how many bytes were left.
    pub(crate) async fn drain(&mut self) -> usize {
        let mut rest = Vec::new();
        match within("the end of the connection", self.0.read_to_end(&mut rest)).await {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
        }
        rest.len()
    }
}
