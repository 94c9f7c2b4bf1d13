//! A client that sends any bytes whatever, and reads what is answered over HTTP.

use super::hub::TEST_TIMEOUT;
use rustix::net::{self, AddressFamily, SocketType, sockopt};
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

/// How much is sent without a pause, of what has no end.
const SENT_AT_ONCE: usize = 8 * 1024 * 1024;

/// A client.
pub struct Client(BufReader<TcpStream>);

/// An answer. The body of one that is chunked is left to be read.
#[derive(Debug)]
pub struct Response {
    /// Its status.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// Its body, if its length was told.
    pub body: String,
}

impl Client {
    /// Connects.
    pub fn connect(address: SocketAddr) -> Self {
        Self::on(TcpStream::connect(address).unwrap())
    }

    /// One for which the system takes in little that it does not read.
    pub fn narrow(address: SocketAddr) -> Self {
        let socket = net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        sockopt::set_socket_recv_buffer_size(&socket, 4096).unwrap();
        net::connect(&socket, &address).unwrap();
        Self::on(socket.into())
    }

    fn on(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(TEST_TIMEOUT)).unwrap();
        stream.set_write_timeout(Some(TEST_TIMEOUT)).unwrap();
        Client(BufReader::with_capacity(1024, stream))
    }

    /// Sends; that the peer has hung up is seen when its answer is read.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.try_send(bytes);
    }

    /// Sends, and says if the peer has hung up.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.0.get_mut().write_all(bytes.as_ref())
    }

    /// Sends as long as the peer takes it: until it hangs up, or takes nothing for `patience`.
    pub fn send_for_ever(&mut self, bytes: &[u8], patience: Duration) {
        self.0.get_ref().set_write_timeout(Some(patience)).unwrap();
        let began = Instant::now();
        let mut sent = 0;
        while self.try_send(bytes).is_ok() {
            assert!(began.elapsed() < TEST_TIMEOUT, "still taken after {TEST_TIMEOUT:?}");
            sent += bytes.len();
            if sent > SENT_AT_ONCE {
                thread::sleep(Duration::from_millis(1)); // for ever, and not as fast as can be
            }
        }
    }

    /// Sends `bytes` one by one, again and again, one every `pause`, until it is answered or cut
    /// off. Returns how long that took.
    pub fn drip(&mut self, bytes: &[u8], pause: Duration) -> Duration {
        let began = Instant::now();
        self.0.get_ref().set_read_timeout(Some(pause)).unwrap();
        for byte in bytes.iter().cycle() {
            self.send([*byte]);
            match self.0.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                _ => break,
            }
            assert!(began.elapsed() < TEST_TIMEOUT, "not cut off within {TEST_TIMEOUT:?}");
        }
        self.0.get_ref().set_read_timeout(Some(TEST_TIMEOUT)).unwrap();
        began.elapsed()
    }

    /// Whether nothing comes within `time`.
    pub fn says_nothing_for(&mut self, time: Duration) -> bool {
        self.0.get_ref().set_read_timeout(Some(time)).unwrap();
        let nothing =
            self.0.fill_buf().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
        self.0.get_ref().set_read_timeout(Some(TEST_TIMEOUT)).unwrap();
        nothing
    }

    /// Reads whatever comes within `time`. True if the peer hangs up.
    pub fn passes_over_all(&mut self, time: Duration) -> bool {
        self.0.get_ref().set_read_timeout(Some(time)).unwrap();
        let hung_up = loop {
            match self.0.fill_buf().map(<[u8]>::len) {
                Ok(0) => break true,
                Ok(length) => self.0.consume(length),
                Err(error) => break error.kind() != io::ErrorKind::WouldBlock,
            }
        };
        self.0.get_ref().set_read_timeout(Some(TEST_TIMEOUT)).unwrap();
        hung_up
    }

    /// Waits for an answer to a request of this method; `None` if the peer hangs up instead.
    pub fn answer_to(&mut self, method: &str) -> Option<Response> {
        let mut answer = self.head()?;
        if method != "HEAD"
            && let Some(length) = answer.header("content-length")
        {
            let mut body = vec![0; length.parse().unwrap()];
            self.exactly(&mut body).then_some(())?;
            answer.body = String::from_utf8(body).unwrap();
        }
        Some(answer)
    }

    /// Waits for an answer; `None` if the peer hangs up instead.
    pub fn answer(&mut self) -> Option<Response> {
        self.answer_to("GET")
    }

    fn head(&mut self) -> Option<Response> {
        let first = self.line().filter(|line| !line.is_empty())?;
        let status = first.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        while let Some((name, value)) = self.line()?.split_once(": ") {
            headers.push((name.to_ascii_lowercase(), value.to_string()));
        }
        Some(Response { status, headers, body: String::new() })
    }

    /// Waits for answers until the peer hangs up.
    pub fn answers(mut self) -> Vec<Response> {
        std::iter::from_fn(|| self.answer()).collect()
    }

    /// Waits for the next chunk of a body; `None` at its end, or where the peer hangs up.
    pub fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = self.line().filter(|line| !line.is_empty())?;
        let mut chunk = vec![0; usize::from_str_radix(&size, 16).unwrap() + 2];
        self.0.read_exact(&mut chunk).ok()?;
        chunk.truncate(chunk.len() - 2);
        (!chunk.is_empty()).then_some(chunk)
    }

    /// Waits for a number of bytes; `None` if the peer hangs up before.
    pub fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        self.exactly(&mut bytes).then_some(bytes)
    }

    /// Fills `bytes`. False if the peer hangs up before.
    pub fn exactly(&mut self, bytes: &mut [u8]) -> bool {
        self.0.read_exact(bytes).map_err(assert_hung_up).is_ok()
    }

    /// Waits until the peer hangs up, having said nothing more.
    pub fn is_hung_up_on(&mut self) {
        let said = self.0.fill_buf().map(<[u8]>::to_vec).map_err(assert_hung_up);
        assert_eq!(String::from_utf8_lossy(&said.unwrap_or_default()), "");
    }

    /// Hangs up without a word of it, not even to the other system's end: with a reset.
    pub fn reset(self) {
        sockopt::set_socket_linger(self.0.get_ref(), Some(Duration::ZERO)).unwrap();
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.0.read_line(&mut line).map_err(assert_hung_up).ok()?;
        Some(line.trim_end_matches(['\r', '\n']).to_string())
    }
}

/// Any error but that of waiting in vain means that the peer has hung up.
fn assert_hung_up(error: io::Error) {
    assert_ne!(error.kind(), io::ErrorKind::WouldBlock, "nothing came within {TEST_TIMEOUT:?}");
}

impl Response {
    /// The value of a header, whose name is given in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| &**value)
    }
}

/// Publishes as one should.
pub fn publish(address: SocketAddr, path: &str, text: &str) {
    let mut client = Client::connect(address);
    let token = "Authorization: Bearer right\r\nHost:"; // for the hubs that ask for it
    client.send(post(path, text).replace("Host:", token));
    let answer = client.answer().expect("an answer to who publishes");
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// A proper request that publishes.
pub fn post(path: &str, text: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{text}", text.len())
}

/// What has been published to a channel, as a long poll tells it.
pub fn published(address: SocketAddr, path: &str) -> String {
    let mut client = Client::connect(address);
    client.send(format!("GET {path}?as=poll&last=1000 HTTP/1.1\r\nHost: x\r\n\r\n"));
    let answer = client.answer().unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    String::from_utf8(client.chunk().unwrap()).unwrap()
}
