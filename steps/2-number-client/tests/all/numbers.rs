//! Looks for numbers that come out as the server said them, by `next` and as a stream alike, to one
//! taker.
//!
//! The server is a real one with a seed, so the test knows each number beforehand.

use crate::support::{Client, Closed, Log, Peer, quick_server, seeded, serve, within};
use number_client::{NumberClient, Server};
use service::{Lifecycle, Settings};
use std::sync::Arc;
use tokio_stream::StreamExt;

#[tokio::test]
async fn next_gives_the_numbers_one_by_one() {
    let (_server, address) = serve([("seed", "7")]).await;
    let mut client = Client::start(address.to_string(), []).await;
    let (_, expected) = seeded(7, 1, 1000);
    assert_eq!(client.take(1000).await, expected);
}

#[tokio::test]
async fn a_stream_gives_the_same_numbers() {
    let (_server, address) = serve([("seed", "7")]).await;
    let client = Client::start(address.to_string(), []).await;
    let (_, expected) = seeded(7, 1, 1000);
    let numbers = within("1000 numbers", client.numbers.take(1000).collect::<Vec<_>>()).await;
    assert_eq!(numbers, expected);
}

#[tokio::test]
async fn the_stream_ends_when_the_client_stops() {
    let peer = Peer::listen();
    let mut client = Client::start(peer.address(), []).await;
    let mut connection = peer.accept().await;
    connection.say("3\n").await;
    assert_eq!(client.take(1).await, [3]);
    client.stop().await;
    let rest = within("the stream to end", client.numbers.collect::<Vec<_>>()).await;
    assert!(rest.is_empty(), "{rest:?} came from nowhere");
}

#[tokio::test]
async fn a_server_that_is_embedded_starts_and_stops_with_its_client() {
    let server = quick_server([("seed", "7")]);
    let embedded = Server::Embedded(server);
    let client = Arc::new(NumberClient::new(&Settings::with::<&str, &str>([]), embedded));
    let lifecycle = Lifecycle::new(client.clone());
    lifecycle.start().await.expect("the server is ready before the client starts");
    assert_eq!(lifecycle.children()[0].path(), "number-client/number-server");
    let numbers = client.numbers().expect("nobody has taken the numbers yet");
    let (_, expected) = seeded(7, 1, 1000);
    assert_eq!(within("1000 numbers", numbers.take(1000).collect::<Vec<_>>()).await, expected);
    within("both to stop", lifecycle.stop()).await.expect("nothing is left running");
}

#[tokio::test]
async fn an_embedded_server_that_does_not_start_is_an_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = taken.local_addr().expect("the socket is bound").to_string();
    let settings = Settings::with([("numbers_bind", &*address)]);
    let client = NumberClient::new(&settings, Server::new(&settings));
    let error =
        Lifecycle::new(Arc::new(client)).start().await.expect_err("the port is taken").to_string();
    let expected = format!("number-client/number-server: {address}: address in use");
    assert!(error.starts_with(&expected), "{error}");
}

#[tokio::test]
async fn there_is_one_taker_and_none_before_the_start() {
    let closed = Closed::new();
    let settings = Settings::with::<&str, &str>([]);
    let client = Arc::new(NumberClient::new(&settings, Server::At(closed.address())));
    assert!(client.numbers().is_none(), "before the start");
    let lifecycle = Lifecycle::new(client.clone());
    lifecycle.start().await.expect("a client starts, server or not");
    assert!(client.numbers().is_some(), "the first to ask");
    assert!(client.numbers().is_none(), "the second to ask");
}

#[tokio::test]
async fn it_is_ready_before_there_is_a_server() {
    let mut log = Log::listen();
    let closed = Closed::new();
    let client = Client::start(closed.address(), []).await;
    let line = log.line("trying again").await;
    assert!(line.contains("Connection refused"), "{line}");
    assert_eq!(client.lifecycle.state(), service::State::Ready);
}
