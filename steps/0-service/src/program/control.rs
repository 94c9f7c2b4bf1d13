//! How the commands talk to the background process: a request and an answer, each a line of JSON,
//! on a Unix socket.

use super::instance::Instance;
use crate::{LogLimit, Status};
use serde::{Deserialize, Serialize};
use std::{
    ffi::OsString,
    fs::Permissions,
    io::{self, BufRead, BufReader, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt},
    sync::{mpsc, oneshot},
};
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

/// How long a process may take to answer; a stop of a deep tree takes longest.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a client may take to say what it wants.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// What a command asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Request {
    Status,
    Options,
    Reload,
    Stop,
}

/// What the process answers.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Response {
    Status { tree: Status, seconds: u64 },
    Options(Options),
    Done { lines: Vec<String> },
    Failed { reason: String },
}

/// What the process was started with, for another that takes its place.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Options {
    pub(super) arguments: Vec<OsString>,
    /// The variables of its environment that are settings. There may be secrets among them: only
    /// who may do anything to the process can ask.
    pub(super) environment: Vec<(OsString, OsString)>,
    /// There was a settings file when it last looked.
    pub(super) file_was_read: bool,
}

/// Asks the process that holds `instance`.
pub(super) fn ask(instance: &Instance, request: Request) -> io::Result<Response> {
    let mut stream = UnixStream::connect(instance.socket())?;
    stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
    stream.write_all(format!("{}\n", serde_json::to_string(&request)?).as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

/// A request, and where its answer goes.
pub(super) type Asked = (Request, oneshot::Sender<Response>);

/// Listens for commands. The socket goes when the listener is dropped.
pub(super) struct Listener {
    instance: Instance,
    socket: tokio::net::UnixListener,
    /// The commands that are being answered.
    pub(super) clients: TaskTracker,
}

impl Listener {
    /// Whoever holds the instance's lock may call this: what is in the place of the socket is a
    /// leftover.
    pub(super) fn bind(instance: Instance) -> io::Result<Self> {
        match std::fs::remove_file(instance.socket()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let socket = tokio::net::UnixListener::bind(instance.socket())?;
        std::fs::set_permissions(instance.socket(), Permissions::from_mode(0o600))?;
        Ok(Listener { instance, socket, clients: TaskTracker::new() })
    }

    /// Passes requests on to `asked`, for ever.
    pub(super) async fn serve(self, asked: mpsc::Sender<Asked>) {
        let limit = LogLimit::default();
        loop {
            match self.socket.accept().await {
                Ok((stream, _)) => drop(self.clients.spawn(handle_client(stream, asked.clone()))),
                Err(error) => {
                    if let Some(more) = limit.admit() {
                        warn!("control socket: {error}{more}");
                    }
                    // Out of file descriptors, most likely; it would fail again at once.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // If it stays behind, the next process removes it.
        let _ = std::fs::remove_file(self.instance.socket());
    }
}

async fn handle_client(stream: tokio::net::UnixStream, asked: mpsc::Sender<Asked>) {
    if let Err(error) = try_handle_client(stream, asked).await {
        debug!("control socket: {error}");
    }
}

async fn try_handle_client(
    stream: tokio::net::UnixStream,
    asked: mpsc::Sender<Asked>,
) -> io::Result<()> {
    let (from, mut to) = stream.into_split();
    let mut line = String::new();
    let mut from = tokio::io::AsyncReadExt::take(tokio::io::BufReader::new(from), 1024);
    tokio::time::timeout(REQUEST_TIMEOUT, from.read_line(&mut line)).await??;
    let request = serde_json::from_str(&line)?;
    let (answer, answered) = oneshot::channel();
    asked.send((request, answer)).await.map_err(io::Error::other)?;
    let answer = answered.await.map_err(io::Error::other)?;
    to.write_all(format!("{}\n", serde_json::to_string(&answer)?).as_bytes()).await
}
