//! A reader in a process of its own, which is stopped where it is: it neither reads nor goes away.

use super::{super::process::Process, connect::connect, protocol::Protocol};
use anyhow::bail;
use std::{
    io::BufRead,
    net::SocketAddr,
    process::{Command, Stdio},
};
use tokio::{io::AsyncReadExt, net::TcpStream};

/// What it says when it has subscribed, and when a message has come.
const SAYS: [&str; 2] = ["subscribed", "received"];

/// A process that reads until it is stopped.
pub(super) struct StoppedReader {
    process: Process,
    output: Box<dyn BufRead>,
}

impl StoppedReader {
    /// Starts it, and waits until it has subscribed.
    pub(super) fn subscribe(address: SocketAddr) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["reader", &address.to_string()]).stdout(Stdio::piped());
        let mut process = Process::start(&mut command)?;
        let output = Box::new(process.output()?);
        let mut reader = StoppedReader { process, output };
        reader.hear(SAYS[0])?;
        Ok(reader)
    }

    /// Stops it, once it has received a message that has been published.
    pub(super) fn stop(&mut self) -> anyhow::Result<()> {
        self.hear(SAYS[1])?;
        self.process.suspend()
    }

    fn hear(&mut self, what: &str) -> anyhow::Result<()> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        if line.trim_end() != what {
            bail!("the reader that is to be stopped has not {what}");
        }
        Ok(())
    }
}

/// What that process does: subscribes by WebSocket, and reads.
pub(crate) fn read(address: SocketAddr) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let wire = Protocol::WebSocket;
        let (mut stream, surplus) = connect(wire, address, &wire.subscribe()).await?;
        println!("{}", SAYS[0]);
        if surplus.is_empty() {
            discard(&mut stream).await?;
        }
        println!("{}", SAYS[1]);
        loop {
            discard(&mut stream).await?;
        }
    })
}

async fn discard(stream: &mut TcpStream) -> anyhow::Result<()> {
    match stream.read(&mut [0; 4096]).await? {
        0 => bail!("the server has closed the connection"),
        _ => Ok(()),
    }
}
