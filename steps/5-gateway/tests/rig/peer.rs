//! A number server that does what a test says: it comes, it says numbers, it goes.

use std::net::SocketAddr;
use test_support::wait::within;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpSocket, TcpStream},
};

/// A place for a number server, at which none is.
pub(crate) struct Absent {
    socket: TcpSocket,
    address: SocketAddr,
}

/// One that is there, with the gateway connected.
pub(crate) struct Present {
    connection: TcpStream,
    listener: TcpListener,
}

impl Absent {
    pub(crate) fn new() -> Self {
        Self::at(([127, 0, 0, 1], 0).into())
    }

    fn at(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(address).unwrap();
        let address = socket.local_addr().unwrap();
        Absent { socket, address }
    }

    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Comes, and waits for the gateway.
    pub(crate) async fn come(self) -> Present {
        let listener = self.socket.listen(16).unwrap();
        let (connection, _) = within("the gateway to connect", listener.accept()).await.unwrap();
        Present { connection, listener }
    }
}

impl Present {
    pub(crate) async fn say(&mut self, text: &str) {
        within("say", self.connection.write_all(text.as_bytes())).await.unwrap();
    }

    /// Goes, and leaves its place empty.
    pub(crate) fn go(self) -> Absent {
        let address = self.listener.local_addr().unwrap();
        drop(self);
        Absent::at(address)
    }
}
