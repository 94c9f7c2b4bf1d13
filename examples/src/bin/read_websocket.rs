//! `./just example read_websocket ws://127.0.0.1:7070/news`
//!
//! Prints what a WebSocket says, until it is closed.

use std::net::TcpStream;
use tungstenite::{Message, client, http::Uri};

// ANCHOR: main
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("say which: ws://127.0.0.1:7070/news")?;
    let address = url.parse::<Uri>()?.authority().ok_or("the URL has no host")?.to_string();
    let (mut socket, _) = client(&*url, TcpStream::connect(address)?)?;
    loop {
        match socket.read()? {
            Message::Text(message) => println!("{message}"),
            Message::Binary(control) => println!("(the hub says: {})", str::from_utf8(&control)?),
            Message::Close(Some(close)) => {
                println!("(closed: {} {})", close.code, close.reason);
                socket.flush()?; // the answer to it
                return Ok(());
            }
            _ => {} // tungstenite answers pings
        }
    }
}
// ANCHOR_END: main
