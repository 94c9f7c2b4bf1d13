//! A small client of HTTP/1.1 that sees every byte.

use crate::wait::within;
use std::{collections::HashMap, net::SocketAddr};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// One connection.
pub struct Client(
    /// What has come and has not been read is in the buffer.
    pub BufReader<TcpStream>,
);

/// An answer without its body, or with it.
#[derive(Debug)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// Its headers, by their names in small letters.
    pub headers: HashMap<String, String>,
    /// Its body; empty until it is read.
    pub body: String,
}

impl Response {
    /// The header of this name; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

impl Client {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Self {
        Client(BufReader::new(within("connect", TcpStream::connect(address)).await.unwrap()))
    }

    /// Sends all of it.
    pub async fn send(&mut self, bytes: &[u8]) {
        within("send", self.0.write_all(bytes)).await.unwrap();
    }

    /// A line, without its end; what the connection ended with, if that is what it did.
    async fn line(&mut self) -> String {
        let mut line = Vec::new();
        within("a line", self.0.read_until(b'\n', &mut line)).await.unwrap();
        String::from_utf8(line).unwrap().trim_end().to_owned()
    }

    /// The status and the headers of an answer.
    pub async fn head(&mut self) -> Response {
        let status = self.line().await;
        let status =
            status.strip_prefix("HTTP/1.1 ").unwrap_or_else(|| panic!("no status: {status:?}"));
        let status = status[..3].parse().unwrap();
        let mut headers = HashMap::new();
        loop {
            let line = self.line().await;
            let Some((name, value)) = line.split_once(": ") else { break };
            let twice = headers.insert(name.to_lowercase(), value.to_owned());
            assert_eq!(twice, None, "the header {name} is there twice");
        }
        Response { status, headers, body: String::new() }
    }

    /// An answer that ends.
    pub async fn answer(&mut self) -> Response {
        let mut answer = self.head().await;
        if answer.header("transfer-encoding") == "chunked" {
            while let Some(chunk) = self.chunk().await {
                answer.body += &chunk;
            }
        } else {
            let length =
                answer.headers.get("content-length").map_or(0, |text| text.parse().unwrap());
            let mut body = vec![0; length];
            within("a body", self.0.read_exact(&mut body)).await.unwrap();
            answer.body = String::from_utf8(body).unwrap();
        }
        answer
    }

    /// A chunk of a body; `None` after the last.
    pub async fn chunk(&mut self) -> Option<String> {
        let size = self.line().await;
        let size =
            usize::from_str_radix(&size, 16).unwrap_or_else(|_| panic!("no chunk: {size:?}"));
        let mut chunk = vec![0; size + 2];
        within("a chunk", self.0.read_exact(&mut chunk)).await.unwrap();
        chunk.truncate(size);
        (size > 0).then(|| String::from_utf8(chunk).unwrap())
    }

    /// What the connection has until it ends.
    pub async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        let _ = within("the end", self.0.read_to_end(&mut rest)).await;
        String::from_utf8_lossy(&rest).into_owned()
    }
}

/// Asks, and waits for all of the answer.
pub async fn ask(address: SocketAddr, request: &str) -> Response {
    let mut client = Client::connect(address).await;
    client.send(request.as_bytes()).await;
    client.answer().await
}

/// A request with a body.
pub fn with_body(method: &str, path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )
}

/// Publishes, and sees that it is done.
pub async fn publish(address: SocketAddr, channel: &str, message: &str) {
    let answer = ask(address, &with_body("POST", channel, "", message)).await;
    assert_eq!((answer.status, &*answer.body), (200, "OK\n"), "{answer:?}");
}

/// A reader of a stream.
pub struct Reader {
    client: Client,
    /// The status and the headers of the answer.
    pub head: Response,
    text: String,
}

impl Reader {
    /// Subscribes; it has, when this returns.
    pub async fn subscribe(address: SocketAddr, path: &str) -> Self {
        Self::subscribe_with(address, path, "").await
    }

    /// Subscribes with these header lines.
    pub async fn subscribe_with(address: SocketAddr, path: &str, headers: &str) -> Self {
        let mut client = Client::connect(address).await;
        client.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n").as_bytes()).await;
        let head = client.head().await;
        assert_eq!(head.status, 200, "{head:?}");
        Reader { client, head, text: String::new() }
    }

    /// The text up to and with `end`; what there is, if the stream ends before.
    pub async fn piece(&mut self, end: &str) -> String {
        loop {
            if let Some(at) = self.text.find(end) {
                return self.text.drain(..at + end.len()).collect();
            }
            match self.client.chunk().await {
                Some(chunk) => self.text += &chunk,
                None => return std::mem::take(&mut self.text),
            }
        }
    }

    /// A line, with its end; empty when the stream has ended.
    pub async fn line(&mut self) -> String {
        self.piece("\n").await
    }

    /// The next line that is not empty, without its end.
    pub async fn message(&mut self) -> String {
        loop {
            match &*self.line().await {
                "\n" => {}
                line => return line.trim_end_matches('\n').to_owned(),
            }
        }
    }

    /// The rest, up to the last chunk.
    pub async fn rest(&mut self) -> String {
        let mut rest = std::mem::take(&mut self.text);
        while let Some(chunk) = self.client.chunk().await {
            rest += &chunk;
        }
        rest
    }

    /// The socket.
    pub fn stream(&self) -> &TcpStream {
        self.client.0.get_ref()
    }
}
