//! The publisher: one connection, whose messages go out in batches.

use super::{
    connect::connect,
    decoder::{Decoder, ROOM},
    payload,
    protocol::Protocol,
    readers::Progress,
};
use std::{io, net::SocketAddr, sync::Arc};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::tcp::{OwnedReadHalf, OwnedWriteHalf},
    sync::Mutex,
    task::JoinHandle,
};

/// Publishes on the channel, until it is dropped.
pub(super) struct Publisher {
    wire: Protocol,
    stream: Arc<Mutex<OwnedWriteHalf>>,
    progress: Arc<Progress>,
    sent: u64,
    batch: Vec<u8>,
    drain: JoinHandle<()>,
}

impl Publisher {
    /// Connects, and starts to read what comes back.
    pub(super) async fn connect(
        wire: Protocol,
        address: SocketAddr,
        progress: Arc<Progress>,
    ) -> io::Result<Self> {
        let (stream, surplus) = connect(wire, address, &wire.introduce()).await?;
        let (read, write) = stream.into_split();
        let stream = Arc::new(Mutex::new(write));
        let drain = {
            let (stream, progress) = (stream.clone(), progress.clone());
            tokio::spawn(async move {
                if let Err(error) = drain(wire, read, surplus, &stream).await {
                    progress.fail(&error);
                }
            })
        };
        Ok(Publisher { wire, stream, progress, sent: 0, batch: Vec::new(), drain })
    }

    /// How many messages it has sent, and so the number of the next.
    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    /// Sends so many messages, all at once.
    pub(super) async fn publish(&mut self, count: u64) -> io::Result<()> {
        let now = self.progress.clock.elapsed();
        self.batch.clear();
        for sequence in self.sent..self.sent + count {
            self.wire.publish(&payload::payload(sequence, now), &mut self.batch);
        }
        self.sent += count;
        self.stream.lock().await.write_all(&self.batch).await
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.drain.abort();
    }
}

/// Reads what comes back: answers to what was published, or what the readers get, too.
async fn drain(
    wire: Protocol,
    mut from: OwnedReadHalf,
    surplus: Vec<u8>,
    to: &Mutex<OwnedWriteHalf>,
) -> io::Result<()> {
    let mut buffer = vec![0; ROOM + 64 * 1024];
    buffer[ROOM..ROOM + surplus.len()].copy_from_slice(&surplus);
    let (mut decoder, mut count) = (Decoder::new(wire), surplus.len());
    loop {
        let mut answers = Vec::new();
        if wire.publisher_listens() {
            decoder.decode(&mut buffer, count, &mut answers, |_| ())?;
        } else if wire.refuses(&buffer[ROOM..ROOM + count]) {
            let rejection = buffer[ROOM..ROOM + count.min(200)].escape_ascii().to_string();
            return Err(io::Error::other(format!("not published: {rejection}")));
        }
        if !answers.is_empty() {
            to.lock().await.write_all(&answers).await?;
        }
        count = from.read(&mut buffer[ROOM..]).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
