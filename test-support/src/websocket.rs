//! A client's end of a WebSocket.

use crate::wait::{TEST_TIMEOUT, within};
use std::net::{SocketAddr, TcpStream};
use tungstenite::{
    HandshakeError, Message, WebSocket, client::IntoClientRequest, handshake::client::Response,
    http::HeaderValue,
};

/// Does what blocks where it may.
async fn blocking<T: Send + 'static>(what: &str, act: impl FnOnce() -> T + Send + 'static) -> T {
    within(what, tokio::task::spawn_blocking(act)).await.unwrap()
}

/// A client's end of a WebSocket.
pub struct Socket {
    socket: Option<WebSocket<TcpStream>>,
    /// The answer to its handshake.
    pub response: Response,
}

impl Socket {
    /// Opens a WebSocket with these headers; the status and the sentence of a rejection.
    pub async fn open(
        address: SocketAddr,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, (u16, String)> {
        let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
        }
        blocking("open", move || {
            let stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(TEST_TIMEOUT)).unwrap();
            match tungstenite::client(request, stream) {
                Ok((socket, response)) => Ok(Socket { socket: Some(socket), response }),
                Err(HandshakeError::Failure(tungstenite::Error::Http(response))) => {
                    let body = response.body().clone().unwrap_or_default();
                    Err((response.status().as_u16(), String::from_utf8(body).unwrap()))
                }
                Err(error) => panic!("{error}"),
            }
        })
        .await
    }

    async fn with<T: Send + 'static>(
        &mut self,
        what: &'static str,
        act: impl FnOnce(&mut WebSocket<TcpStream>) -> T + Send + 'static,
    ) -> T {
        let mut socket = self.socket.take().unwrap();
        let (socket, result) = blocking(what, move || {
            let result = act(&mut socket);
            (socket, result)
        })
        .await;
        self.socket = Some(socket);
        result
    }

    /// What comes next.
    pub async fn any(&mut self) -> Message {
        self.with("a message", |socket| socket.read().unwrap()).await
    }

    /// What comes next, pings and pongs aside.
    pub async fn next(&mut self) -> Message {
        self.with("a message", |socket| {
            loop {
                match socket.read().unwrap() {
                    Message::Ping(_) | Message::Pong(_) => {}
                    message => return message,
                }
            }
        })
        .await
    }

    /// The next text.
    pub async fn text(&mut self) -> String {
        match self.next().await {
            Message::Text(text) => text.as_str().to_owned(),
            other => panic!("no text: {other:?}"),
        }
    }

    /// The code and reason of the close that comes next.
    pub async fn close(&mut self) -> (u16, String) {
        match self.next().await {
            Message::Close(Some(frame)) => (frame.code.into(), frame.reason.as_str().to_owned()),
            other => panic!("no close: {other:?}"),
        }
    }

    /// Sends the same so many times, without a look at what comes back.
    pub async fn write_all(&mut self, count: usize, message: Message) {
        self.with("write", move |socket| {
            (0..count).try_for_each(|_| socket.write(message.clone()))?;
            socket.flush()
        })
        .await
        .unwrap();
    }

    /// Sends a message.
    pub async fn send(&mut self, message: Message) {
        self.with("send", |socket| socket.send(message)).await.unwrap();
    }
}
