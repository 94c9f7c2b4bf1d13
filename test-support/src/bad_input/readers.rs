//! The innocent: readers that do all as they should, on threads of their own.

use super::{
    client::Client,
    hub::TEST_TIMEOUT,
    sockets::{self, Socket},
};
use std::{
    net::SocketAddr,
    sync::mpsc::{self, Receiver, Sender},
    thread,
};

/// Someone who reads a channel.
pub(super) struct Reader(Receiver<String>);

impl Reader {
    /// Reads the lines of a stream.
    pub(super) fn over_http(address: SocketAddr, path: &str) -> Self {
        let mut client = Client::connect(address);
        client.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_eq!(client.answer().unwrap().status, 200);
        Self::on_a_thread(move |tell| read_lines(client, &tell))
    }

    /// Reads the frames of a WebSocket.
    pub(super) fn over_websocket(address: SocketAddr, path: &str) -> Self {
        let socket = Socket::open(address, path);
        Self::on_a_thread(move |tell| read_frames(socket, &tell))
    }

    fn on_a_thread(read: impl FnOnce(Sender<String>) + Send + 'static) -> Self {
        let (tell, messages) = mpsc::channel();
        thread::spawn(move || read(tell));
        Reader(messages)
    }

    /// Waits for the next message.
    pub(super) fn next(&self) -> String {
        self.0.recv_timeout(TEST_TIMEOUT).expect("an innocent reader gets messages")
    }
}

fn read_lines(mut client: Client, tell: &Sender<String>) {
    while let Some(piece) = client.chunk() {
        let piece = String::from_utf8(piece).unwrap();
        for line in piece.lines().filter(|line| !line.is_empty()) {
            if tell.send(line.into()).is_err() {
                return;
            }
        }
    }
}

fn read_frames(mut socket: Socket, tell: &Sender<String>) {
    while let Some(frame) = socket.frame() {
        match frame.first {
            sockets::PING => socket.send(sockets::frame(sockets::PONG, &frame.payload)),
            sockets::CLOSE => return,
            _ if tell.send(String::from_utf8(frame.payload).unwrap()).is_err() => return,
            _ => {}
        }
    }
}
