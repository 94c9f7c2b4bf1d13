//! `./just example flood 200`
//!
//! Publishes so many long messages, each of which begins with its number; `flood 100 201` publishes
//! those from 201 on. Gives up when one is not taken within two seconds.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// So long that the buffers on the way to a reader are soon full.
const BYTES: usize = 60_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: usize = std::env::args().nth(1).ok_or("say how many: flood 200")?.parse()?;
    let first: usize = std::env::args().nth(2).map_or(Ok(1), |first| first.parse())?;
    let mut stream = TcpStream::connect("127.0.0.1:8088")?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    for n in first..first + count {
        let message = format!("{n} {:.<BYTES$}", "");
        let length = message.len();
        let head = "POST /news HTTP/1.1\r\nHost: localhost";
        stream
            .write_all(format!("{head}\r\nContent-Length: {length}\r\n\r\n{message}").as_bytes())?;
        let mut answer = [0; 1024];
        match stream.read(&mut answer) {
            Ok(read) if answer[..read].starts_with(b"HTTP/1.1 200 OK") => {}
            Ok(read) => return Err(String::from_utf8_lossy(&answer[..read]).into()),
            Err(_) => {
                println!("stuck: a message was not taken within two seconds");
                return Ok(());
            }
        }
    }
    println!("all {count} were taken");
    Ok(())
}
