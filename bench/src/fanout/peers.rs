//! The servers that are measured: ours, and those that do the same.

mod nats;
mod nchan;
mod ours;
mod redis;
mod ws;

use super::{super::process::Process, protocol::Protocol};
use anyhow::bail;
use clap::ValueEnum;
use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A server, and how it is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Target {
    /// Ours, by WebSocket
    MessageHub,
    /// Ours, by HTTP
    MessageHubHttp,
    /// The one before it, with queues
    Pubsub,
    /// redis-server
    Redis,
    /// nats-server
    Nats,
    /// nginx with its module nchan
    Nchan,
    /// A script on Node's ws
    Ws,
}

/// A server that runs. It is ended when this is dropped.
pub(super) struct RunningServer {
    pub(super) process: Process,
    /// Where its channel is to be had.
    pub(super) address: SocketAddr,
    /// What it was started with.
    _folder: TempDir,
}

impl Target {
    /// All of them.
    pub(super) const ALL: [Target; 7] = [
        Target::MessageHub,
        Target::MessageHubHttp,
        Target::Pubsub,
        Target::Redis,
        Target::Nats,
        Target::Nchan,
        Target::Ws,
    ];

    /// What it is called in results.
    pub(super) fn name(self) -> &'static str {
        match self {
            Target::MessageHub => "message-hub",
            Target::MessageHubHttp => "message-hub-http",
            Target::Pubsub => "pubsub",
            Target::Redis => "redis",
            Target::Nats => "nats",
            Target::Nchan => "nchan",
            Target::Ws => "ws",
        }
    }

    /// What it is called in a chart.
    pub(super) fn label(self) -> &'static str {
        match self {
            Target::MessageHub => "message-hub",
            Target::MessageHubHttp => "its HTTP",
            Target::Pubsub => "pubsub, HTTP",
            Target::Redis => "Redis",
            Target::Nats => "NATS",
            Target::Nchan => "nginx, nchan",
            Target::Ws => "Node, ws",
        }
    }

    /// What it is spoken to by.
    pub(super) fn wire(self) -> Protocol {
        match self {
            Target::MessageHub | Target::Nchan | Target::Ws => Protocol::WebSocket,
            Target::MessageHubHttp | Target::Pubsub => Protocol::Http,
            Target::Redis => Protocol::Resp,
            Target::Nats => Protocol::Nats,
        }
    }

    /// Builds or installs what it takes, and returns its version; `None` if it is not to be had.
    pub(super) fn prepare(self, root: &Path) -> anyhow::Result<Option<String>> {
        match self {
            Target::MessageHub | Target::MessageHubHttp => ours::prepare(root, ours::HUB),
            Target::Pubsub => ours::prepare(root, ours::QUEUE_HUB),
            Target::Redis => Ok(redis::version()),
            Target::Nats => Ok(nats::version()),
            Target::Nchan => Ok(nchan::version()),
            Target::Ws => ws::install(root),
        }
    }

    /// Starts it, and waits until it listens.
    pub(super) fn start(self, root: &Path) -> anyhow::Result<RunningServer> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let mut command = match self {
            Target::MessageHub => ours::websocket_hub(root, port)?,
            Target::MessageHubHttp => ours::http_hub(root, port)?,
            Target::Pubsub => ours::queue_hub(root, port),
            Target::Redis => redis::command(port),
            Target::Nats => nats::command(port, folder.path())?,
            Target::Nchan => nchan::command(port, folder.path())?,
            Target::Ws => ws::command(root, port),
        };
        let mut process = Process::start(command.current_dir(folder.path()))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            if process.ended()? || began.elapsed() > Duration::from_secs(10) {
                bail!("{} does not listen", self.name());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(RunningServer { process, address, _folder: folder })
    }
}

/// A port that nobody listens on.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A command that nobody listens to.
fn silent(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// What a program says of its version, after `mark`; `None` if there is no such program.
fn version_of(program: &str, argument: &str, mark: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let (_, version) = text.split_once(mark)?;
    version.split_whitespace().next().map(str::to_owned)
}
