//! A connection that has said what it wants, and was answered.

use super::protocol::Protocol;
use std::{io, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Connects, says `hello`, and waits for the answer; returns what has come after it, too.
pub(super) async fn connect(
    wire: Protocol,
    address: SocketAddr,
    hello: &[u8],
) -> io::Result<(TcpStream, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut answer = Vec::new();
    if hello.is_empty() {
        return Ok((stream, answer));
    }
    stream.write_all(hello).await?;
    loop {
        let mut some = [0; 1024];
        match stream.read(&mut some).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => answer.extend(&some[..count]),
        }
        if let Some(end) = wire.answer(&answer)? {
            answer.drain(..end);
            return Ok((stream, answer));
        }
    }
}
