//! Looks at the port: a stop closes all connections and frees it, so that it can be had again at
//! once; while a server has it, no other gets it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[macro_use]
mod server;

use server::{RUNTIMES, Server, within};
use std::net::SocketAddr;
use tokio::net::TcpStream;

on_each_runtime! {
    closes_all_connections,
    frees_its_port_which_can_be_had_again_at_once,
    shares_its_port_with_no_other,
}

const FAST: &str = "rate_per_minute = 6000";

async fn closes_all_connections(runtime: &str) {
    let server = Server::started(runtime, FAST).await;
    let address = server.address();
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(server.connect().await);
    }
    for client in &mut clients {
        client.number().await;
    }
    server.stop().await;
    for client in &mut clients {
        client.drain().await; // which has an end
    }
    let refused = within("connect", TcpStream::connect(address)).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
}

/// An address of loopback that no other test of this machine binds to, so that its port is not
/// taken in between.
fn address_of_our_own(runtime: &str) -> SocketAddr {
    let last = 101 + RUNTIMES.iter().position(|name| *name == runtime).unwrap() as u8;
    let process = std::process::id().to_le_bytes();
    SocketAddr::from(([127, process[0].max(1), process[1], last], 0))
}

async fn frees_its_port_which_can_be_had_again_at_once(runtime: &str) {
    let first = Server::new(runtime, address_of_our_own(runtime), FAST);
    first.start().await.unwrap();
    let address = first.address();
    // Connections that the server closes keep the port busy for the system, which must not matter.
    let mut clients = [first.connect().await, first.connect().await];
    for client in &mut clients {
        client.number().await;
    }
    first.stop().await;
    for runtime in RUNTIMES.repeat(3) {
        let next = Server::new(runtime, address, FAST);
        next.start().await.unwrap();
        assert_eq!(next.address(), address);
        next.connect().await.number().await;
        next.stop().await;
        next.start().await.unwrap();
        next.connect().await.number().await;
        next.stop().await;
    }
}

async fn shares_its_port_with_no_other(runtime: &str) {
    let first = Server::started(runtime, FAST).await;
    let address = first.address();
    for other in RUNTIMES {
        let error = Server::new(other, address, FAST).start().await.unwrap_err();
        let says = format!(
            "number-server: {address}: address in use; stop what listens there, or choose another port"
        );
        assert_eq!(error.to_string(), says, "{other}");
    }
    first.connect().await.number().await;
    first.stop().await;
}
